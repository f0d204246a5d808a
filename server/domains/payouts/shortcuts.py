"""The common way of a payout to a provider and back: one statement before the call, one after.

Each does nothing where the payout has changed since it was read, or where more is to be done than usual; then the long
way in `repository` is taken, with the row locked.
"""

from dataclasses import replace
from datetime import UTC

from google.protobuf.message import Message

from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.domains.payouts.lifecycle import ACCEPTED, EVENTS, LIFECYCLE
from server.domains.payouts.observing import learn, meaning
from server.domains.payouts.repository import FOLLOW, Payouts, Read
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.kit.lifecycle import Verdict
from server.platform.providers.connections import Live
from server.platform.providers.sendable import Closing
from server.platform.routing.router import taken
from server.store import attempts, events, route_decisions
from server.store.engine import Store
from server.store.observations import Source
from server.store.sealed import EVENT, OBSERVATION, PAYOUT

_BEGIN = """
SELECT corridor.begin_payout(%s, %s::smallint, %s, %s, %s, %s, %s, %s, %s, %s,
    %s, %s::smallint, %s::bigint, %s, %s, %s, %s::timestamptz, %s::smallint, %s::timestamptz)
"""
_CONCLUDE = """
SELECT corridor.conclude_payout(%s, %s::smallint, %s, %s, %s, %s::smallint, %s, %s, %s, %s, %s::smallint, %s,
    %s::smallint, %s, %s::smallint, %s, %s::bigint, %s, %s, %s, %s, %s, %s, %s::double precision, %s, %s)
"""

_CONCLUDE_AND_SHADOW = _CONCLUDE.replace("double precision, %s, %s)", "double precision, %s, %s, %s)")


def begin(
    store: Store, context: Context, read: Read, changed: Payout, live: Live, decision: RouteDecision
) -> tuple[Read, str]:
    """Record the attempt and where the payout goes; it as it then is, and the attempt's id, empty if nothing was done.

    `changed` is the payout with what `about_to_send` writes down.
    """
    who, attempt_id = context.who, ids.new("att")
    stored = PAYOUT.seal(store.seals, who, changed.SerializeToString(deterministic=True), changed.payout_id)
    values = (
        who.company_id,
        who.environment,
        changed.payout_id,
        read.stored,
        stored,
        attempt_id,
        changed.connection_id,
        live.provider,
        decision.operation,
        context.correlation_id,
        *_decided(store, context, decision, attempt_id),
    )
    with store.of(who.company_id, who.environment) as connection:
        row = connection.execute(_BEGIN, values).fetchone()
    return (Read(changed, stored), attempt_id) if row and row[0] else (read, "")


def _decided(store: Store, context: Context, decision: RouteDecision, attempt_id: str) -> tuple[object, ...]:
    """A decision as it is stored, and what of it has to be true still when it is."""
    stored = route_decisions.sealed(store.seals, context.who, decision, attempt_id)
    by_route = decision.HasField("route")
    chosen = taken(decision)
    return (
        decision.route_decision_id,
        decision.choice,
        decision.policy_version,
        stored,
        decision.routing_policy_id,
        decision.route.route_id,
        decision.route.update_time.ToDatetime(UTC) if by_route else None,
        chosen.stage if chosen else 0,
        decision.facts.time.ToDatetime(UTC),
    )


def conclude(
    store: Store,
    payouts: Payouts,
    clock: Clock,
    context: Context,
    read: Read,
    seen: PayoutObservation,
    source: Source,
    closing: Closing,
) -> Read | None:
    """Take in what the end of a call said, and close its attempt; the payout as it then is. None: nothing was done."""
    ended, who = closing.ended, context.who
    verdict, _ = meaning(read.payout, ended.connection_id, seen)
    if verdict == Verdict.CONFLICTS or closing.person or not seen.state:
        return None  # a person is told, or the provider is asked
    payout, event = _moved(read.payout, verdict, seen, clock)
    context = replace(context, correlation_id=payout.correlation_id or context.correlation_id)
    follows = event is not None and read.payout.state == ACCEPTED and not LIFECYCLE.final(payout.state)
    stored, changed = read.stored, payout != read.payout
    if changed:
        stored = PAYOUT.seal(store.seals, who, payout.SerializeToString(deterministic=True), payout.payout_id)
    observation_id, event_id = ids.new("obs"), ids.new("evt") if event else ""
    words = attempts.words(store.seals, who, ended.attempt_id, ended.code, ended.detail, ended.exchanges)
    values = (
        who.company_id,
        who.environment,
        payout.payout_id,
        read.stored,
        ended.attempt_id,
        ended.outcome,
        *words,
        observation_id,
        source,
        ended.attempt_id,
        verdict,
        OBSERVATION.seal(store.seals, who, seen.SerializeToString(deterministic=True), observation_id),
        payout.state,
        payout.provider_reference or None,
        payout.revision,
        stored if changed else None,
        payout.update_time.ToDatetime(UTC),
        event_id,
        events.type_of(event) if event else "",
        EVENT.seal(store.seals, who, event.SerializeToString(deterministic=True), event_id) if event else b"",
        FOLLOW if follows else "",
        payouts.follow_after(seen),
        context.correlation_id,
        context.traceparent,
    )
    statement, values = (_CONCLUDE_AND_SHADOW, (*values, closing.shadow)) if closing.shadow else (_CONCLUDE, values)
    failpoint("observe.before_commit")
    with store.of(who.company_id, who.environment) as connection:
        row = connection.execute(statement, values).fetchone()
    if not row or not row[0]:
        return None
    failpoint("observe.committed")
    return Read(payout, stored)


def _moved(before: Payout, verdict: Verdict, seen: PayoutObservation, clock: Clock) -> tuple[Payout, Message | None]:
    """The payout as the observation leaves it, and the event that tells of it."""
    payout = Payout()
    payout.CopyFrom(before)
    if verdict == Verdict.ADVANCES:
        learn(payout, seen)
        payout.state = seen.state
        payout.revision += 1
        payout.update_time.FromDatetime(clock.now())
        return payout, EVENTS[payout.state](payout=payout)
    if verdict == Verdict.REPEATS and not payout.provider_reference:
        payout.provider_reference = seen.provider_reference
    return payout, None
