"""Calls of corridor.sandbox.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.sandbox.v1 import (
    AdvanceClockRequest,
    AdvanceClockResponse,
    Clock,
    GetClockRequest,
    GetClockResponse,
)

_CLOCK_GET_CLOCK = Method(
    "/corridor.sandbox.v1.ClockService/GetClock",
    GetClockResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/sandbox/clock", "", "clock"),
)

_CLOCK_ADVANCE_CLOCK = Method(
    "/corridor.sandbox.v1.ClockService/AdvanceClock",
    AdvanceClockResponse,
    Key.OPTIONAL,
    30.0,
    Http("POST", "/v1/sandbox/clock:advance", "*"),
)


class ClockCalls:
    """ClockService moves a company's time in the sandbox environment, so that what takes days can be seen at once."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_clock(
        self,
        request: GetClockRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Clock:
        """GetClock returns the company's time in the sandbox environment.

        Raises errors.SandboxOnly.
        """
        message = given(GetClockRequest, request, {})
        answer = self._caller.call(_CLOCK_GET_CLOCK, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.clock)

    def advance_clock(
        self,
        request: AdvanceClockRequest | None = None,
        /,
        *,
        duration: datetime.timedelta | None = None,
        to_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AdvanceClockResponse:
        """AdvanceClock puts the company's time forward. It cannot be put back.

        What becomes due by that is done at once, and the accounts at providers follow; what they have to say comes as
        webhooks, as ever. Advances that are made at the same time add up. Send an idempotency key to repeat a call
        without moving the time twice.

        Fields:
            duration: By how much, 1 second to 400 days. Parts of a second are rounded up.
            to_time: To what time: later than the company's is, by 400 days at most.

        Raises errors.SandboxOnly, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(AdvanceClockRequest, request, {"duration": duration, "to_time": to_time})
        answer = self._caller.call(
            _CLOCK_ADVANCE_CLOCK,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncClockCalls:
    """ClockService moves a company's time in the sandbox environment, so that what takes days can be seen at once."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_clock(
        self,
        request: GetClockRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Clock:
        """GetClock returns the company's time in the sandbox environment.

        As `ClockCalls.get_clock`, awaited.
        """
        message = given(GetClockRequest, request, {})
        answer = await self._caller.call(_CLOCK_GET_CLOCK, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.clock)

    async def advance_clock(
        self,
        request: AdvanceClockRequest | None = None,
        /,
        *,
        duration: datetime.timedelta | None = None,
        to_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AdvanceClockResponse:
        """AdvanceClock puts the company's time forward. It cannot be put back.

        As `ClockCalls.advance_clock`, awaited.
        """
        message = given(AdvanceClockRequest, request, {"duration": duration, "to_time": to_time})
        answer = await self._caller.call(
            _CLOCK_ADVANCE_CLOCK,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer
