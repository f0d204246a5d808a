"""ClockService: the time of the caller's company in the sandbox environment. It only goes forward.

The company's own time moves first, in one transaction; accounts at providers follow, at the latest by a worker.
"""

from datetime import UTC, timedelta

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.sandbox.v1 import clock_pb2
from corridor.sandbox.v1 import clock_service_pb2 as api
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.failpoint import failpoint
from server.platform.sandbox import repository
from server.platform.sandbox.clock import Offsets
from server.platform.sandbox.following import Following
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker

_MOST_AT_ONCE = 400 * 86_400
_MOST_AHEAD = 100 * 365 * 86_400  # far from the year 9999, where calendars end
_TO_ANSWER_SECONDS = 8.0  # what an account's call may take, and then the answer
_WORKER_SECONDS = 2.0  # after which a worker sees to what this call has not brought to its end


class ClockServicer:
    """corridor.sandbox.v1.ClockService."""

    def __init__(
        self, store: Store, following: Following, offsets: Offsets, clock: Clock, machine: Clock, waker: Waker
    ) -> None:
        self._store = store
        self._following = following
        self._offsets = offsets
        self._clock = clock
        self._machine = machine
        self._waker = waker

    def GetClock(self, _request: api.GetClockRequest, _: grpc.ServicerContext) -> api.GetClockResponse:
        """The company's time."""
        context = contexts.current()
        _check_sandbox(context)
        with self._store.mine() as connection:
            return api.GetClockResponse(clock=self._shown(connection, context))

    def AdvanceClock(self, request: api.AdvanceClockRequest, _: grpc.ServicerContext) -> bytes:
        """Put the company's time forward, then its accounts'."""
        context = contexts.current()
        _check_sandbox(context)
        idempotency.check(self._store, context)
        ahead, moved = self._advance(context, request)
        self._offsets.moved(context.who.company_id, ahead)
        self._waker.wake()
        failpoint("sandbox_clock.after_advance")
        with self._store.mine() as connection:
            accounts = self._following.accounts(connection, context)
        for account in accounts:
            if context.seconds_left() > _TO_ANSWER_SECONDS:
                self._following.follow(context, account.connection_id)
        with idempotency.once(self._store, context) as (connection, answer):
            if not context.audited:
                audit.record(connection, context, "")
            shown = self._shown(connection, context)
            repository.answered(connection, context)
            return answer("", api.AdvanceClockResponse(clock=shown, moved_work=moved))

    def _advance(self, context: Context, request: api.AdvanceClockRequest) -> tuple[int, int]:
        """How far the company is ahead now, and how much work has come nearer. Once for a key."""
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            before = repository.lock(connection, context)
            if begun := repository.begun(connection, context):  # a call that broke off before its answer
                assert context.idempotency is not None
                if begun.fingerprint is not None and begun.fingerprint != context.idempotency.fingerprint:
                    raise idempotency.reused(begun.fingerprint, context.idempotency.fingerprint)
                return before, begun.moved_work
            seconds = self._seconds(request, before)
            moved = repository.advance(connection, context, before, seconds)
            for account in self._following.accounts(connection, context):
                self._following.schedule(connection, context, account, _WORKER_SECONDS)
            audit.record(connection, context, "")
        return before + seconds, moved

    def _seconds(self, request: api.AdvanceClockRequest, before: int) -> int:
        if request.WhichOneof("by") == "duration":
            name, left = "duration", request.duration.ToTimedelta()
        else:
            name, left = "to_time", request.to_time.ToDatetime(UTC) - self._machine.now() - timedelta(seconds=before)
        seconds = -(-left // timedelta(seconds=1))  # rounded up
        if seconds < 1:
            raise _refused(name, "must be later than the company's time, which never goes back")
        if seconds > _MOST_AT_ONCE:
            raise _refused(name, "must be 400 days at most")
        if before + seconds > _MOST_AHEAD:
            raise _refused(name, "must leave the company's time within 100 years of the real one")
        return seconds

    def _shown(self, connection: Connection, context: Context) -> clock_pb2.Clock:
        ahead = self._offsets.ahead(context.who.company_id)
        shown = clock_pb2.Clock()
        shown.time.FromDatetime(self._clock.now())
        shown.ahead.FromSeconds(ahead)
        for account in self._following.accounts(connection, context):
            one = shown.connections.add(
                connection_id=account.connection_id, provider=account.provider, error=account.error
            )
            one.behind.FromSeconds(max(0, ahead - account.ahead_seconds))
        return shown


def _check_sandbox(context: Context) -> None:
    if context.who.live:
        raise fail(reasons.ERROR_REASON_SANDBOX_ONLY, "Only the time of the sandbox environment can be moved.")


def _refused(field: str, rule: str) -> Exception:
    violation = Violation(field, rule, "clock")
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {field}.", violations=[violation])
