"""Works through replays: first what each entry would change, then, once somebody has had it run, the change.

Each entry is one transaction, in which its end is written: a process that dies leaves an entry done, or as it was.
"""

from dataclasses import dataclass, replace

from corridor.operations.v1.replay_pb2 import (
    REPLAY_ENTRY_STATE_CHOSEN,
    REPLAY_ENTRY_STATE_DONE,
    REPLAY_ENTRY_STATE_LEFT,
    REPLAY_ENTRY_STATE_SHOWN,
    REPLAY_STATE_COMPARING,
    REPLAY_STATE_DONE,
    REPLAY_STATE_READY,
    REPLAY_STATE_RUNNING,
    Replay,
    ReplayEffect,
    ReplayEntryState,
)
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN
from corridor.options.v1 import method_pb2
from server.kit import clock as machine
from server.kit import contract, ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.kit.failpoint import failpoint
from server.platform.operations import comparing, replays
from server.platform.operations.comparing import Compared, Comparing
from server.platform.operations.replays import Row
from server.platform.operations.retrying import Retrying
from server.store import audit, work, work_items
from server.store.engine import Connection, Store
from server.store.work import Again, Done, Job

KIND = "operations.replay"
_AT_ONCE = 50
_TURN_SECONDS = 5.0  # then the work goes on in another turn, so that a large replay holds no thread for long
_KEEP_DAYS = 90
_FORGET_AT_ONCE = 100
_RUN = "/corridor.operations.v1.ReplayService/RunReplay"
_CHANGED = "It has changed since it was shown; look again by a new replay."


@dataclass(frozen=True, slots=True)
class Replaying:
    """Does the work of replays."""

    store: Store
    comparing: Comparing
    retrying: Retrying
    clock: Clock

    def work(self, context: Context, job: Job) -> work.Outcome:
        """Go on with a replay, wherever it stands."""
        who, until = context.who, machine.monotonic() + _TURN_SECONDS
        while machine.monotonic() < until:
            with self.store.of(who.company_id, who.environment) as connection:
                replay = replays.get(connection, context, job.resource_id)
            if replay is None or replay.state not in (REPLAY_STATE_COMPARING, REPLAY_STATE_RUNNING):
                return Done()
            step = self._show if replay.state == REPLAY_STATE_COMPARING else self._do
            if not step(context, replay):
                return Done()
        return Again(0.0, counts=False)

    def forget(self) -> None:
        """Remove replays of long ago."""
        with self.store.anyone() as connection:
            connection.execute("SELECT corridor.forget_replays(%s, %s)", (_KEEP_DAYS, _FORGET_AT_ONCE))

    def _show(self, context: Context, replay: Replay) -> bool:
        """Find out what some entries would change; False once every one is shown."""
        rows = self._next(context, replay, REPLAY_ENTRY_STATE_CHOSEN)
        compared = [(row.position, self.comparing.compare(context, row.subject_id)) for row in rows]
        who = context.who
        failpoint("replay.compared")
        with self.store.transaction(who.company_id, who.environment) as connection:
            locked = replays.get(connection, context, replay.replay_id, lock=True)
            if locked is None or locked.state != REPLAY_STATE_COMPARING:
                return False
            replays.show(connection, context, replay.replay_id, compared)
            if not rows:
                locked.state = REPLAY_STATE_READY
                locked.ready_time.FromDatetime(self.clock.now())
                replays.save(connection, context, locked)
        return bool(rows)

    def _do(self, context: Context, replay: Replay) -> bool:
        """Do some of what was shown; False once every entry is done or left."""
        rows = self._next(context, replay, REPLAY_ENTRY_STATE_SHOWN)
        for row in rows:
            found = self.comparing.compare(context, row.subject_id)
            failpoint("replay.before_entry")
            if not self._entry(context, replay, row, found):
                return False
            failpoint("replay.after_entry")
        if rows:
            return True
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            locked = replays.get(connection, context, replay.replay_id, lock=True)
            if locked is not None and locked.state == REPLAY_STATE_RUNNING:
                locked.state = REPLAY_STATE_DONE
                locked.end_time.FromDatetime(self.clock.now())
                replays.save(connection, context, locked)
        return False

    def _entry(self, context: Context, replay: Replay, row: Row, found: Compared) -> bool:
        """Do one entry as it was shown, or leave it; False if the replay does not run any more."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            locked = replays.get(connection, context, replay.replay_id, lock=True)
            if locked is None or locked.state != REPLAY_STATE_RUNNING:
                return False
            left = self._left(connection, context, replay, row, found) or self._done(connection, context, row)
            state: ReplayEntryState.ValueType = REPLAY_ENTRY_STATE_LEFT if left else REPLAY_ENTRY_STATE_DONE
            row.entry.note = left or "Done as shown."
            if replays.end(connection, context, replay.replay_id, row, state, self.clock.now()) and not left:
                effect = ReplayEffect.Name(row.entry.effect).removeprefix("REPLAY_EFFECT_").lower()
                audit.record(connection, _runner(context, replay), row.subject_id, f"{replay.replay_id} {effect}")
        return True

    def _left(self, connection: Connection, context: Context, replay: Replay, row: Row, found: Compared) -> str:
        """Why an entry is left; empty if it is to be done."""
        if row.entry.effect in comparing.IDLE:
            return row.entry.why or "Nothing can be made of it."
        if found.outcome != row.outcome:
            return _CHANGED
        # What this replay itself has changed meanwhile does not make the rest of it untrue.
        if found.standing != row.standing and not replays.touched(
            connection, context, replay.replay_id, row.resource_id
        ):
            return _CHANGED
        return ""

    def _done(self, connection: Connection, context: Context, row: Row) -> str:
        """Do an entry; why it was left after all, if it was."""
        if ids.is_id(row.subject_id, "in"):
            self.comparing.rereading.take_up(connection, context, row.subject_id)
            for item in work_items.open_of(connection, context, row.subject_id):
                self.retrying.watch(connection, context, item)
            return ""
        found = work_items.get(connection, context, row.subject_id)
        if found is None or found.state != WORK_ITEM_STATE_OPEN:
            return _CHANGED
        plan = self.retrying.plan(connection, context, found)  # under the lock of what it is about
        if plan.effect != row.entry.effect:
            return _CHANGED
        self.retrying.begin(connection, context, found, plan)
        return ""

    def _next(self, context: Context, replay: Replay, state: "ReplayEntryState.ValueType") -> list[Row]:
        who = context.who
        with self.store.of(who.company_id, who.environment) as connection:
            return replays.following(connection, context, replay.replay_id, state, _AT_ONCE)


def _runner(context: Context, replay: Replay) -> Context:
    """The worker's call as the audit trail names it: after the one that had the replay run."""
    who = context.who
    caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, replay.run_by, who.company_id, who.environment)
    return replace(context, caller=caller, method=contract.methods()[_RUN])
