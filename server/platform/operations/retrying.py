"""Takes up again what is stuck: at the same provider, under the same key there, by the work that is done anyway.

Rule: what may have reached a provider is asked about before anything is sent. Nothing here sends or asks by itself.
"""

from dataclasses import dataclass, replace

from corridor.operations.v1 import work_item_pb2
from corridor.operations.v1.replay_pb2 import (
    REPLAY_EFFECT_ASKS,
    REPLAY_EFFECT_NOTHING,
    REPLAY_EFFECT_READS,
    REPLAY_EFFECT_RESUMES,
    REPLAY_EFFECT_SENDS,
    ReplayEffect,
)
from corridor.operations.v1.work_item_pb2 import WorkItem
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_FAILED, INBOUND_DELIVERY_STATE_REFUSED
from server.kit import ids
from server.kit.context import Context
from server.platform.operations.routed import Domains, Lane, Standing
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.platform.webhooks import inbound
from server.platform.webhooks.rereading import Rereading
from server.store import attempts, pending, work
from server.store.attempts import Attempt, Outcome
from server.store.engine import Connection
from server.store.pending import Pending
from server.store.work import State

SETTLE = "operations.settle"
LOOK = "operations.look"
_SETTLE_AFTER_SECONDS = 0.5

# Of these kinds a provider is asked again even of what has come to an end: it may say something else by now.
_ASKED_AT_END = {work_item_pb2.WORK_ITEM_KIND_CONFLICT, work_item_pb2.WORK_ITEM_KIND_UNMAPPED}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a retry does, and what that rests on."""

    effect: "ReplayEffect.ValueType"
    what: str  # in a sentence
    state: str = ""  # of the resource, in a word
    revision: int = 0
    directed_to: str = ""
    settled: bool = False  # nothing is to be done, and nothing is wrong any more
    busy: bool = False  # a worker has it at this moment

    @property
    def possible(self) -> bool:
        """Whether anything can be done."""
        return self.effect != REPLAY_EFFECT_NOTHING or self.settled


@dataclass(frozen=True, slots=True)
class Retrying:
    """Plans and begins retries. Whether one has settled its work item is seen by `settling`."""

    domains: Domains
    rereading: Rereading

    def plan(self, connection: Connection, context: Context, item: WorkItem, *, genuine: bool = True) -> Plan:
        """What a retry of an open item does. Whatever it is about is locked until the transaction ends.

        `genuine`: whether the delivery that the item is about was checked and is genuine.
        """
        if ids.is_id(item.resource_id, "in"):
            return _of_delivery(connection, context, item.resource_id, genuine=genuine)
        routed = self.domains.of(item.resource_id)
        standing = routed.lock(connection, context, item.resource_id) if routed else None
        if standing is None:
            return _of_work(pending.of_resource(connection, context, item.resource_id))
        if standing.waits:
            routes = routed is not None and routed.facts(standing) is not None
            return self._of_waiting(connection, context, item, standing, routes=routes)
        if standing.under_way:
            return _plan(standing, REPLAY_EFFECT_ASKS, "The provider is asked what became of it.")
        if standing.attended:
            return _plan(
                standing, REPLAY_EFFECT_NOTHING, f"It is {standing.state}: the company decides, by its own call."
            )
        if item.kind in _ASKED_AT_END and standing.connection_id:
            return _plan(
                standing, REPLAY_EFFECT_ASKS, f"It is {standing.state}; the provider is asked whether it is so."
            )
        word = standing.state.replace("_", " ")
        return Plan(
            REPLAY_EFFECT_NOTHING, f"It has come to an end: it is {word}.", word, standing.revision, settled=True
        )

    def begin(self, connection: Connection, context: Context, item: WorkItem, plan: Plan) -> None:
        """Do what was planned, in the same transaction; and have somebody look how it came out."""
        resource_id = item.resource_id
        if plan.effect == REPLAY_EFFECT_READS:
            self.rereading.take_up(connection, context, resource_id)
        elif plan.effect == REPLAY_EFFECT_RESUMES:
            for piece in pending.of_resource(connection, context, resource_id):
                pending.take_up(connection, context, piece)
        elif plan.effect != REPLAY_EFFECT_NOTHING:
            self._move(connection, context, resource_id, plan)
        self.watch(connection, context, item)

    def watch(self, connection: Connection, context: Context, item: WorkItem) -> None:
        """Have somebody look how it came out."""
        lane = Lane(SETTLE, f"{SETTLE}/{item.work_item_id}")
        schedule(connection, context, lane, item.work_item_id, _SETTLE_AFTER_SECONDS)

    def _of_waiting(
        self, connection: Connection, context: Context, item: WorkItem, standing: Standing, *, routes: bool
    ) -> Plan:
        made = attempts.of(connection, context, standing.resource_id, standing.operation)
        if acted := may_have_acted(made):
            what = f"Attempt {acted.attempt_id} may have acted: its provider is asked before anything is sent."
            return _plan(standing, REPLAY_EFFECT_ASKS, what)
        assert standing.dispatch is not None  # what waits is dispatched
        pieces = pending.of(connection, context, standing.resource_id, [standing.dispatch.lane])
        if any(piece.is_held for piece in pieces):
            return replace(_plan(standing, REPLAY_EFFECT_NOTHING, "It is being worked on at this moment."), busy=True)
        last = made[-1] if made else None
        refused = last is not None and last.outcome == Outcome.MISCONFIGURED
        if routes and item.kind == work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED and last is not None and refused:
            what = f"It is sent over {last.connection_id} again, whose provider had refused our set-up."
            return _plan(standing, REPLAY_EFFECT_SENDS, what, last.connection_id)
        return _plan(standing, REPLAY_EFFECT_SENDS, "It is sent where the rules say now; nothing happened before.")

    def _move(self, connection: Connection, context: Context, resource_id: str, plan: Plan) -> None:
        """Bring the work of a routed resource forward, or make it where there is none."""
        routed = self.domains.of(resource_id)
        standing = routed.lock(connection, context, resource_id) if routed else None
        assert standing is not None  # as it was planned, in the same transaction
        if standing.waits and standing.dispatch:
            take_up(connection, context, resource_id, standing.dispatch, plan.directed_to)
        elif standing.under_way:
            for lane in standing.follow:
                take_up(connection, context, resource_id, lane)
        else:
            schedule(connection, context, Lane(LOOK, f"{LOOK}/{resource_id}"), resource_id)


def may_have_acted(made: list[Attempt]) -> Attempt | None:
    """The last attempt after which its provider may have acted, if there is one."""
    return next((attempt for attempt in reversed(made) if attempt.outcome in MAY_HAVE_ACTED), None)


def take_up(connection: Connection, context: Context, resource_id: str, lane: Lane, directed_to: str = "") -> None:
    """Make the work of a resource in a lane due now, or new where there is none. What a worker holds is left alone."""
    pieces = pending.of(connection, context, resource_id, [lane.lane])
    if not pieces:
        schedule(connection, context, lane, resource_id)
        pieces = pending.of(connection, context, resource_id, [lane.lane]) if directed_to else []
    for piece in pieces:
        pending.take_up(connection, context, piece, directed_to)


def schedule(connection: Connection, context: Context, lane: Lane, resource_id: str, after: float = 0.0) -> None:
    """Schedule a piece of work in the caller's transaction, unless there is one in the lane."""
    who = context.who
    if any(piece.state != State.DEAD for piece in pending.of(connection, context, resource_id, [lane.lane])):
        return
    work.schedule(
        connection,
        who.company_id,
        who.environment,
        kind=lane.kind,
        lane=lane.lane,
        resource_id=resource_id,
        after_seconds=after,
        correlation_id=context.correlation_id,
        traceparent=context.traceparent,
    )


def _of_delivery(connection: Connection, context: Context, inbound_id: str, *, genuine: bool) -> Plan:
    kept = inbound.load(connection, context, inbound_id, lock=True)
    if kept is None:
        return Plan(REPLAY_EFFECT_NOTHING, "The delivery is past its retention.")
    state = inbound.state_word(kept.delivery.state)
    if kept.delivery.state not in (INBOUND_DELIVERY_STATE_FAILED, INBOUND_DELIVERY_STATE_REFUSED):
        return Plan(REPLAY_EFFECT_NOTHING, f"The delivery is {state}.", state, settled=True)
    if not genuine:
        return Plan(REPLAY_EFFECT_NOTHING, "The delivery is not signed by any secret of today.", state)
    return Plan(REPLAY_EFFECT_READS, "The delivery is read again, as the adapter reads today.", state)


def _of_work(pieces: list[Pending]) -> Plan:
    if not pieces:
        return Plan(REPLAY_EFFECT_NOTHING, "Nothing of it waits to be done.")
    kinds = ", ".join(sorted({piece.kind for piece in pieces}))
    return Plan(REPLAY_EFFECT_RESUMES, f"What waits to be done is taken up again: {kinds}.")


def _plan(standing: Standing, effect: "ReplayEffect.ValueType", what: str, directed_to: str = "") -> Plan:
    return Plan(effect, what, standing.state.replace("_", " "), standing.revision, directed_to)
