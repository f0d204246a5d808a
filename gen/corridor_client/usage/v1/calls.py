"""Calls of corridor.usage.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.usage.v1 import (
    DeprecatedUsage,
    ListDeprecatedUsageRequest,
    ListDeprecatedUsageResponse,
    ListUsageRequest,
    ListUsageResponse,
    MethodUsage,
)

_USAGE_LIST_USAGE = Method(
    "/corridor.usage.v1.UsageService/ListUsage",
    ListUsageResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/usage"),
)

_USAGE_LIST_DEPRECATED_USAGE = Method(
    "/corridor.usage.v1.UsageService/ListDeprecatedUsage",
    ListDeprecatedUsageResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/usage/deprecated"),
)


class UsageCalls:
    """UsageService tells a company what its programs use of the contracts, and what of that will end.

    Counts are those of the caller's company in the caller's environment. They are some seconds behind.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_usage(
        self,
        request: ListUsageRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        start_date: str = "",
        end_date: str = "",
        method: str = "",
        caller_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListUsageResponse, MethodUsage]:
        """ListUsage returns how often each caller has called each RPC in a stretch of days, by RPC and caller.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            start_date: The first day that counts: `2026-11-01`. Missing means 30 days before the last one.
            end_date: The last day that counts. Missing means today.
            method: Only this RPC, by its full name: `corridor.payouts.v1.PayoutService.CreatePayout`.
            caller_id: Only this caller, by the id of the API key or OAuth client.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListUsageRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "start_date": start_date,
                "end_date": end_date,
                "method": method,
                "caller_id": caller_id,
            },
        )
        return self._caller.page(_USAGE_LIST_USAGE, message, "usages", timeout_seconds=timeout_seconds, headers=headers)

    def list_deprecated_usage(
        self,
        request: ListDeprecatedUsageRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        days: int = 0,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListDeprecatedUsageResponse, DeprecatedUsage]:
        """ListDeprecatedUsage returns what is deprecated and still used, the first to end first.

        Answers of such calls say the same by the header fields Deprecation (RFC 9745), Sunset (RFC 8594) and Link.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            days: Of how many days up to today, 1 to 400. Missing or 0 means 90.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListDeprecatedUsageRequest, request, {"page_size": page_size, "page_token": page_token, "days": days}
        )
        return self._caller.page(
            _USAGE_LIST_DEPRECATED_USAGE, message, "deprecated_usages", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncUsageCalls:
    """UsageService tells a company what its programs use of the contracts, and what of that will end.

    Counts are those of the caller's company in the caller's environment. They are some seconds behind.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_usage(
        self,
        request: ListUsageRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        start_date: str = "",
        end_date: str = "",
        method: str = "",
        caller_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListUsageResponse, MethodUsage]:
        """ListUsage returns how often each caller has called each RPC in a stretch of days, by RPC and caller.

        As `UsageCalls.list_usage`, awaited.
        """
        message = given(
            ListUsageRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "start_date": start_date,
                "end_date": end_date,
                "method": method,
                "caller_id": caller_id,
            },
        )
        return await self._caller.page(
            _USAGE_LIST_USAGE, message, "usages", timeout_seconds=timeout_seconds, headers=headers
        )

    async def list_deprecated_usage(
        self,
        request: ListDeprecatedUsageRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        days: int = 0,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListDeprecatedUsageResponse, DeprecatedUsage]:
        """ListDeprecatedUsage returns what is deprecated and still used, the first to end first.

        As `UsageCalls.list_deprecated_usage`, awaited.
        """
        message = given(
            ListDeprecatedUsageRequest, request, {"page_size": page_size, "page_token": page_token, "days": days}
        )
        return await self._caller.page(
            _USAGE_LIST_DEPRECATED_USAGE, message, "deprecated_usages", timeout_seconds=timeout_seconds, headers=headers
        )
