"""ReplayService: many things taken up again at once, after a look at what that would change."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1 import replay_service_pb2 as api
from corridor.operations.v1.replay_pb2 import (
    REPLAY_STATE_CANCELLED,
    REPLAY_STATE_COMPARING,
    REPLAY_STATE_DONE,
    REPLAY_STATE_READY,
    REPLAY_STATE_RUNNING,
    Replay,
    ReplayState,
)
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.platform.operations import replays, retrying
from server.platform.operations.replaying import KIND
from server.platform.operations.routed import Lane
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


class ReplayServicer:
    """The replays of the caller's company."""

    def __init__(self, store: Store, tokens: PageTokens, waker: Waker, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._waker = waker
        self._clock = clock

    def CreateReplay(self, request: api.CreateReplayRequest, _: grpc.ServicerContext) -> bytes:
        """Choose what is looked at again, and begin to look."""
        context, now = contexts.current(), self._clock.now()
        if request.selection.WhichOneof("about") is None:
            raise fail(
                reasons.ERROR_REASON_INVALID_ARGUMENT, "Nothing is chosen.",
                violations=[Violation("selection", "must choose inbound deliveries or work items", "required")],
            )  # fmt: skip
        replay = Replay(
            state=REPLAY_STATE_COMPARING,
            selection=request.selection,
            reason=request.reason,
            created_by=_name(context),
            environment=context.who.environment,
        )
        replay.create_time.FromDatetime(now)
        with idempotency.once(self._store, context) as (connection, answer):
            replays.insert(connection, context, replay, now)
            _go_on(connection, context, replay)
            audit.record(connection, context, replay.replay_id, f"{replay.entry_count} entries")
            data = answer(replay.replay_id, api.CreateReplayResponse(replay=replay))
        self._waker.wake()
        return data

    def GetReplay(self, request: api.GetReplayRequest, _: grpc.ServicerContext) -> api.GetReplayResponse:
        """One replay with its counts."""
        context = contexts.current()
        with self._store.mine() as connection:
            replay = _found(connection, context, request.replay_id)
            replay.counts.extend(replays.counts(connection, context, replay.replay_id))
        return api.GetReplayResponse(replay=replay)

    def ListReplays(self, request: api.ListReplaysRequest, _: grpc.ServicerContext) -> api.ListReplaysResponse:
        """A page of replays, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = replays.page(connection, context, page, request.state)
        following = self._tokens.next(context, request, found[-1].replay_id) if more else ""
        return api.ListReplaysResponse(replays=found, next_page_token=following)

    def ListReplayEntries(
        self, request: api.ListReplayEntriesRequest, _: grpc.ServicerContext
    ) -> api.ListReplayEntriesResponse:
        """A page of entries, in their order."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            replay = _found(connection, context, request.replay_id)
            found, more = replays.entries(
                connection, context, replay.replay_id, page, effect=request.effect, state=request.state
            )
        following = self._tokens.next(context, request, str(found[-1].position)) if more else ""
        return api.ListReplayEntriesResponse(entries=found, next_page_token=following)

    def RunReplay(self, request: api.RunReplayRequest, _: grpc.ServicerContext) -> bytes:
        """Have it done as shown. Run twice is run once."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            replay = _found(connection, context, request.replay_id, lock=True)
            if replay.state not in (REPLAY_STATE_READY, REPLAY_STATE_RUNNING, REPLAY_STATE_DONE):
                why = "Its entries are still being looked at." if replay.state == REPLAY_STATE_COMPARING else ""
                raise _not_so(replay, why or "It was given up.")
            if replay.state == REPLAY_STATE_READY:
                replay.state, replay.run_by = REPLAY_STATE_RUNNING, _name(context)
                replays.save(connection, context, replay)
                _go_on(connection, context, replay)
            audit.record(connection, context, replay.replay_id)
            replay.counts.extend(replays.counts(connection, context, replay.replay_id))
            data = answer(replay.replay_id, api.RunReplayResponse(replay=replay))
        self._waker.wake()
        return data

    def CancelReplay(self, request: api.CancelReplayRequest, _: grpc.ServicerContext) -> bytes:
        """Give it up."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            replay = _found(connection, context, request.replay_id, lock=True)
            if replay.state == REPLAY_STATE_DONE:
                raise _not_so(replay, "It has run already.")
            if replay.state != REPLAY_STATE_CANCELLED:
                replay.state = REPLAY_STATE_CANCELLED
                replay.end_time.FromDatetime(self._clock.now())
                replays.save(connection, context, replay)
            audit.record(connection, context, replay.replay_id)
            replay.counts.extend(replays.counts(connection, context, replay.replay_id))
            return answer(replay.replay_id, api.CancelReplayResponse(replay=replay))


def _found(connection: Connection, context: Context, replay_id: str, *, lock: bool = False) -> Replay:
    replay = replays.get(connection, context, replay_id, lock=lock)
    if replay is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such replay.")
    return replay


def _go_on(connection: Connection, context: Context, replay: Replay) -> None:
    """Have a worker go on with it. A kind of its own for each step: the work of the first may not be over yet."""
    step = ReplayState.Name(replay.state).removeprefix("REPLAY_STATE_").lower()
    lane = Lane(KIND, f"{KIND}/{replay.replay_id}/{step}")
    retrying.schedule(connection, context, lane, replay.replay_id)


def _not_so(replay: Replay, why: str) -> Exception:
    state = ReplayState.Name(replay.state).removeprefix("REPLAY_STATE_").lower()
    return fail(reasons.ERROR_REASON_STATE_CONFLICT, why, state=state)


def _name(context: Context) -> str:
    """Who calls: the person, where there is one."""
    return context.who.subject or context.who.caller_id
