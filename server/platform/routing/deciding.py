"""What comes out of a decision, from what stands in its record alone: no I/O, no clock, no chance.

So `ExplainRoute` can clear what came out, decide again, and find the same. The time is the record's: `facts.time` by
the company's clock, `create_time` by the machine's, by which health is measured.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from corridor.operations.v1 import work_item_pb2
from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import provider_pb2, route_pb2
from corridor.providers.v1.route_pb2 import Route
from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_policy_pb2 import RoutingSend
from server.platform.providers import stages
from server.platform.routing import directing, ordering, telling
from server.platform.routing.ordering import Order

# How often a provider is tried while it does nothing, before it is the next one's turn.
TRIES_BEFORE_STANDBY = 3
# How often providers are tried altogether before a person is asked.
TRIES_BEFORE_PERSON = 12

# What a provider is expected to take again sooner is left to wait at its gate.
_PASSES_BY_ITSELF_SECONDS = 2.0
# How long to wait for an institution, or where nothing says how long.
_LOOK_AGAIN_SECONDS = 5.0
_LEAST_WAIT_SECONDS = 0.5
# Somebody may end sooner what it waits for: a person closes a breaker, a provider is up again.
_MOST_WAIT_SECONDS = 60.0
# Of a hundred decisions, how many go to a provider that is to be probed, though another could take them.
_PROBING_PERCENT = 10

_STAGE = decision.ROUTE_REJECTION_STAGE
_COVERAGE = decision.ROUTE_REJECTION_COVERAGE
_HELD = decision.ROUTE_REJECTION_HELD
_OPEN = decision.ROUTE_REJECTION_BREAKER_OPEN
_RECOVERING = decision.ROUTE_REJECTION_RECOVERING
_LIMITED = decision.ROUTE_REJECTION_RATE_LIMITED
_DOWN = decision.ROUTE_REJECTION_INSTITUTION_DOWN

_DEGRADED, _DOWN_LEVEL = health.INSTITUTION_LEVEL_DEGRADED, health.INSTITUTION_LEVEL_DOWN
_OPEN_STATE = health.BREAKER_STATE_OPEN
_WELL = frozenset({health.BREAKER_STATE_UNSPECIFIED, health.BREAKER_STATE_CLOSED})
# What no time heals: somebody has to change a stage, replace credentials, or change the rules.
_UNTIL_CHANGED = frozenset({_STAGE, _COVERAGE, _HELD})


def decide(record: RouteDecision, candidates: Sequence[RouteCandidate] | None = None) -> None:
    """Fill in choice, connection, wait, reasons, ranks and shadow from the rest of the record.

    `candidates` are the record's own, where the caller has them at hand: looking them up takes a while.
    """
    decides = _deciding(record)
    if decides is None:
        return
    order = ordering.of(record, decides, list(record.candidates) if candidates is None else candidates)
    ranked = _degraded_last(order.preferred)
    for rank, candidate in enumerate(ranked, 1):
        candidate.rank = rank
    if order.left_out is not None:
        _reject(order.left_out, decision.ROUTE_REJECTION_NOT_EXPOSED, "")
    _check_stages(order)
    usable, waits = _usable(record, ranked)
    if usable and record.tries <= TRIES_BEFORE_PERSON:
        _send(record, usable, ranked)
        _shadow(record, order)
    elif all(each.rejection == _COVERAGE for each in ranked):
        _end(record, decision.ROUTE_CHOICE_ASK_PERSON, telling.nothing_covers(record))
    elif all(each.rejection in _UNTIL_CHANGED for each in ranked):
        _end(record, decision.ROUTE_CHOICE_QUEUE, telling.queues(record, ranked))
    elif record.tries > TRIES_BEFORE_PERSON:
        _end(record, decision.ROUTE_CHOICE_ASK_PERSON, f"No provider took it in {record.tries - 1} tries.")
    else:
        wait = min(max(min(waits), _LEAST_WAIT_SECONDS), _MOST_WAIT_SECONDS)
        record.wait.FromNanoseconds(int(wait * 1e9))
        _end(record, decision.ROUTE_CHOICE_LATER, telling.later(record, ranked))


def clear(record: RouteDecision) -> None:
    """Take away what `decide` fills in."""
    for field in ("choice", "connection_id", "provider", "wait", "why", "shadow_connection_id"):
        record.ClearField(field)
    for candidate in record.candidates:
        for field in ("rejection", "detail", "rank"):
            candidate.ClearField(field)  # type: ignore[arg-type] # names of the message's own fields


def work_item_kind(record: RouteDecision) -> int:
    """Of which kind the work item is where a person is asked: nothing took it, or nothing is there to take it."""
    tried = any(each.rank and each.rejection not in _UNTIL_CHANGED for each in record.candidates)
    return work_item_pb2.WORK_ITEM_KIND_EXHAUSTED if tried else work_item_pb2.WORK_ITEM_KIND_NO_ROUTE


def _deciding(record: RouteDecision) -> RoutingSend | Route | None:
    """What says over whom to send; None where nothing is sent, and then what happens is filled in."""
    if record.HasField("rule"):
        rule = record.rule
        if rule.HasField("send"):
            return rule.send
        mode, whose = rule.off.mode, f"Rule {rule.name}"
    elif record.HasField("route"):
        mode, whose = record.route.mode, "The route"
        if mode not in (route_pb2.ROUTE_MODE_QUEUE, route_pb2.ROUTE_MODE_WORK_ITEM):
            return record.route
    else:
        if record.candidates:
            _follow(record, record.candidates[0])
        else:
            _end(record, decision.ROUTE_CHOICE_ASK_PERSON, "No route serves it, and no rule holds.")
        return None
    if mode == route_pb2.ROUTE_MODE_QUEUE:
        _end(record, decision.ROUTE_CHOICE_QUEUE, f"{whose} is off; work waits for it.")
    else:
        _end(record, decision.ROUTE_CHOICE_ASK_PERSON, f"{whose} is off; a person decides.")
    return None


def _follow(record: RouteDecision, candidate: RouteCandidate) -> None:
    """It goes where what it belongs to is, until it was tried too often. Nothing else can take it."""
    if record.directed:
        directing.direct(record, candidate)
        return
    candidate.rank = 1
    if record.tries > TRIES_BEFORE_PERSON:
        _end(record, decision.ROUTE_CHOICE_ASK_PERSON, f"The provider did not take it in {record.tries - 1} tries.")
        return
    record.connection_id, record.provider = candidate.connection_id, candidate.provider
    _end(record, decision.ROUTE_CHOICE_FOLLOW, f"It goes where what it belongs to is: over {candidate.provider}.")


def _degraded_last(preferred: Sequence[RouteCandidate]) -> Sequence[RouteCandidate]:
    """Those that reach the institution as usual go before those that reach it slowly."""
    if len(preferred) < 2:
        return preferred
    degraded = [
        each for each in preferred
        if (seen := each.health).HasField("institution") and seen.institution.level == _DEGRADED
    ]  # fmt: skip
    if not degraded or len(degraded) == len(preferred):
        return preferred
    return [each for each in preferred if each not in degraded] + degraded


def _check_stages(order: Order) -> None:
    """Reject whom the stage of its provider does not let send in its place.

    Who stands by may be in partial use, where one before it may send as the first. So may one to which a share of
    customers goes: partial use is what that is.
    """
    first_is_there = False
    for candidate in order.preferred:
        stage = candidate.stage
        if stage == provider_pb2.PROVIDER_STAGE_UNSPECIFIED:
            return  # the sandbox, where every stage may send
        share = candidate.connection_id == order.exposed and order.stage == route_pb2.EXPOSURE_STAGE_PERCENT
        if stage not in (stages.STANDBY if first_is_there or share else stages.PRIMARY):
            _reject(candidate, _STAGE, f"Its provider is {stages.word(stage)}.")
        elif not share:
            first_is_there = True


def _usable(record: RouteDecision, ranked: Sequence[RouteCandidate]) -> tuple[list[RouteCandidate], list[float]]:
    """Those that can take it now, and how long the others have to wait that could take it later, in seconds."""
    usable, weak, waits = [], [], []
    for candidate in ranked:
        if candidate.rejection:
            continue
        if candidate.lacks:
            _reject(candidate, _COVERAGE, f"It does not serve {candidate.lacks}.")
            continue
        if candidate.held:
            _reject(candidate, _HELD, f"It is held: {candidate.held}.")
            continue
        seen = candidate.health
        breaker = seen.breaker
        if seen.HasField("institution") and seen.institution.level == _DOWN_LEVEL:
            _reject(candidate, _DOWN, f"{seen.institution.institution_id} is not reached through it.")
            waits.append(_LOOK_AGAIN_SECONDS)
        elif breaker == _OPEN_STATE and (wait := _open_for(record, seen)) is not None:
            _reject(candidate, _OPEN, "Too many calls failed lately.")
            waits.append(wait)
        elif seen.HasField("rate_limited_for") and (limited := _limited_for(seen)) > _PASSES_BY_ITSELF_SECONDS:
            _reject(candidate, _LIMITED, f"It takes no call for {limited:.0f} seconds.")
            waits.append(limited)
        elif breaker not in _WELL and _is_weak(record, seen):
            weak.append(candidate)
        else:
            usable.append(candidate)
    if not usable:
        return weak, waits
    for candidate in weak:
        recovers = candidate.health.breaker == health.BREAKER_STATE_RECOVERING
        _reject(candidate, _RECOVERING if recovers else _OPEN, telling.weak(candidate.health))
    return usable, waits


def _open_for(record: RouteDecision, seen: health.HealthSeen) -> float | None:
    """For how many seconds an open breaker stays so; None where it is time to probe it."""
    if not seen.HasField("probe_time"):
        return _LOOK_AGAIN_SECONDS
    wait = (seen.probe_time.ToDatetime(UTC) - _machine_time(record)).total_seconds()
    return wait if wait > 0 else None


def _is_weak(record: RouteDecision, seen: health.HealthSeen) -> bool:
    """Whether others are preferred, because it is being probed or recovers, and this one is not among its share."""
    recovers = seen.breaker == health.BREAKER_STATE_RECOVERING
    percent = seen.recovery_percent if recovers else _PROBING_PERCENT
    # With the time, so that what its gate held back is decided anew when it comes again.
    parts = (record.facts.resource_id, str(record.tries), str(_machine_time(record).timestamp()))
    return not ordering.in_share(percent, "recovery", *parts)


def _limited_for(seen: health.HealthSeen) -> float:
    return seen.rate_limited_for.ToNanoseconds() / 1e9


def _machine_time(record: RouteDecision) -> datetime:
    return (record.create_time if record.HasField("create_time") else record.facts.time).ToDatetime(UTC)


def _send(record: RouteDecision, usable: Sequence[RouteCandidate], ranked: Sequence[RouteCandidate]) -> None:
    """Choose whose turn it is: each usable one is tried some times, then the next, round and round."""
    turn = 0
    if (tries := record.tries) > TRIES_BEFORE_STANDBY:
        turn = (tries - 1) // TRIES_BEFORE_STANDBY % len(usable)
        for passed in usable[:turn]:
            _reject(passed, decision.ROUTE_REJECTION_TURN_PASSED, f"It was tried {TRIES_BEFORE_STANDBY} times.")
    chosen = usable[turn]
    record.connection_id, record.provider = chosen.connection_id, chosen.provider
    _end(record, decision.ROUTE_CHOICE_SEND, telling.sent(record, chosen, ranked))


def _shadow(record: RouteDecision, order: Order) -> None:
    """Have the same tried without any effect, where that is not what it goes over anyway."""
    if order.shadow is None or order.shadow.connection_id == record.connection_id:
        return
    stage = order.shadow.stage
    if stage and stage not in (stages.SHADOW, *stages.STANDBY):
        _reject(order.shadow, _STAGE, f"Its provider is {stages.word(stage)}.")
    elif order.shadow.lacks:
        _reject(order.shadow, _COVERAGE, f"It does not serve {order.shadow.lacks}.")
    else:
        record.shadow_connection_id = order.shadow.connection_id


def _reject(candidate: RouteCandidate, rejection: "decision.RouteRejection.ValueType", detail: str) -> None:
    candidate.rejection = rejection
    candidate.detail = detail


def _end(record: RouteDecision, choice: "decision.RouteChoice.ValueType", why: str) -> None:
    record.choice = choice
    record.why = why
