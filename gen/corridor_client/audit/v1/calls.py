"""Calls of corridor.audit.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.audit.v1 import (
    AuditCheckpoint,
    AuditEntry,
    AuditKey,
    AuditOutcome,
    AuditProof,
    GetAuditEntryRequest,
    GetAuditEntryResponse,
    GetAuditKeyRequest,
    GetAuditKeyResponse,
    ListAuditCheckpointsRequest,
    ListAuditCheckpointsResponse,
    ListAuditEntriesRequest,
    ListAuditEntriesResponse,
    ProveAuditEntryRequest,
    ProveAuditEntryResponse,
)
from corridor_client.type import v1 as type_v1

_AUDIT_LIST_AUDIT_ENTRIES = Method(
    "/corridor.audit.v1.AuditService/ListAuditEntries",
    ListAuditEntriesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/audit-entries"),
)

_AUDIT_GET_AUDIT_ENTRY = Method(
    "/corridor.audit.v1.AuditService/GetAuditEntry",
    GetAuditEntryResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/audit-entries/{audit_entry_id}", "", "audit_entry"),
)

_AUDIT_PROVE_AUDIT_ENTRY = Method(
    "/corridor.audit.v1.AuditService/ProveAuditEntry",
    ProveAuditEntryResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/audit-entries/{audit_entry_id}:prove", "", "proof"),
)

_AUDIT_LIST_AUDIT_CHECKPOINTS = Method(
    "/corridor.audit.v1.AuditService/ListAuditCheckpoints",
    ListAuditCheckpointsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/audit-checkpoints"),
)

_AUDIT_GET_AUDIT_KEY = Method(
    "/corridor.audit.v1.AuditService/GetAuditKey",
    GetAuditKeyResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/audit-key", "", "audit_key"),
)


class AuditCalls:
    """AuditService tells who asked for what, when, and what came of it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_audit_entries(
        self,
        request: ListAuditEntriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        action: str = "",
        caller_id: str = "",
        correlation_id: str = "",
        created: type_v1.Period | None = None,
        outcome: AuditOutcome = AuditOutcome(0),
        method: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListAuditEntriesResponse, AuditEntry]:
        """ListAuditEntries returns audit entries of the caller's company and environment, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            resource_id: Only entries about this resource.
            action: Only entries of this action.
            caller_id: Only entries of this caller.
            correlation_id: Only entries with this correlation id.
            created: Only entries that were made in this period.
            outcome: Only entries with this outcome.
            method: Only entries of this gRPC method, such as `/corridor.payouts.v1.PayoutService/CreatePayout`.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListAuditEntriesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "resource_id": resource_id,
                "action": action,
                "caller_id": caller_id,
                "correlation_id": correlation_id,
                "created": created,
                "outcome": outcome,
                "method": method,
            },
        )
        return self._caller.page(
            _AUDIT_LIST_AUDIT_ENTRIES, message, "audit_entries", timeout_seconds=timeout_seconds, headers=headers
        )

    def get_audit_entry(
        self,
        request: GetAuditEntryRequest | None = None,
        /,
        *,
        audit_entry_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditEntry:
        """GetAuditEntry returns one audit entry.

        Fields:
            audit_entry_id: The entry's id.

        Raises errors.NotFound.
        """
        message = given(GetAuditEntryRequest, request, {"audit_entry_id": audit_entry_id})
        answer = self._caller.call(_AUDIT_GET_AUDIT_ENTRY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.audit_entry)

    def prove_audit_entry(
        self,
        request: ProveAuditEntryRequest | None = None,
        /,
        *,
        audit_entry_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditProof:
        """ProveAuditEntry proves that an entry stands in a signed checkpoint. An entry is sealed within minutes.

        Fields:
            audit_entry_id: The entry's id.

        Raises errors.NotFound, errors.AuditEntryNotSealed.
        """
        message = given(ProveAuditEntryRequest, request, {"audit_entry_id": audit_entry_id})
        answer = self._caller.call(_AUDIT_PROVE_AUDIT_ENTRY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.proof)

    def list_audit_checkpoints(
        self,
        request: ListAuditCheckpointsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListAuditCheckpointsResponse, AuditCheckpoint]:
        """ListAuditCheckpoints returns the checkpoints of the caller's company and environment, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListAuditCheckpointsRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _AUDIT_LIST_AUDIT_CHECKPOINTS,
            message,
            "audit_checkpoints",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def get_audit_key(
        self,
        request: GetAuditKeyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditKey:
        """GetAuditKey returns the key that verifies checkpoints."""
        message = given(GetAuditKeyRequest, request, {})
        answer = self._caller.call(_AUDIT_GET_AUDIT_KEY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.audit_key)


class AsyncAuditCalls:
    """AuditService tells who asked for what, when, and what came of it."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_audit_entries(
        self,
        request: ListAuditEntriesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        action: str = "",
        caller_id: str = "",
        correlation_id: str = "",
        created: type_v1.Period | None = None,
        outcome: AuditOutcome = AuditOutcome(0),
        method: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListAuditEntriesResponse, AuditEntry]:
        """ListAuditEntries returns audit entries of the caller's company and environment, the newest first.

        As `AuditCalls.list_audit_entries`, awaited.
        """
        message = given(
            ListAuditEntriesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "resource_id": resource_id,
                "action": action,
                "caller_id": caller_id,
                "correlation_id": correlation_id,
                "created": created,
                "outcome": outcome,
                "method": method,
            },
        )
        return await self._caller.page(
            _AUDIT_LIST_AUDIT_ENTRIES, message, "audit_entries", timeout_seconds=timeout_seconds, headers=headers
        )

    async def get_audit_entry(
        self,
        request: GetAuditEntryRequest | None = None,
        /,
        *,
        audit_entry_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditEntry:
        """GetAuditEntry returns one audit entry.

        As `AuditCalls.get_audit_entry`, awaited.
        """
        message = given(GetAuditEntryRequest, request, {"audit_entry_id": audit_entry_id})
        answer = await self._caller.call(
            _AUDIT_GET_AUDIT_ENTRY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.audit_entry)

    async def prove_audit_entry(
        self,
        request: ProveAuditEntryRequest | None = None,
        /,
        *,
        audit_entry_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditProof:
        """ProveAuditEntry proves that an entry stands in a signed checkpoint. An entry is sealed within minutes.

        As `AuditCalls.prove_audit_entry`, awaited.
        """
        message = given(ProveAuditEntryRequest, request, {"audit_entry_id": audit_entry_id})
        answer = await self._caller.call(
            _AUDIT_PROVE_AUDIT_ENTRY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.proof)

    async def list_audit_checkpoints(
        self,
        request: ListAuditCheckpointsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListAuditCheckpointsResponse, AuditCheckpoint]:
        """ListAuditCheckpoints returns the checkpoints of the caller's company and environment, the newest first.

        As `AuditCalls.list_audit_checkpoints`, awaited.
        """
        message = given(ListAuditCheckpointsRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _AUDIT_LIST_AUDIT_CHECKPOINTS,
            message,
            "audit_checkpoints",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def get_audit_key(
        self,
        request: GetAuditKeyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AuditKey:
        """GetAuditKey returns the key that verifies checkpoints.

        As `AuditCalls.get_audit_key`, awaited.
        """
        message = given(GetAuditKeyRequest, request, {})
        answer = await self._caller.call(
            _AUDIT_GET_AUDIT_KEY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.audit_key)
