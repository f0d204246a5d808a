"""Puts into words why a decision came out as it did. Everything it says stands in the decision's record.

Rule: conditions are told by the facts that met them; nothing is looked up.
"""

from collections.abc import Iterator
from datetime import UTC

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import provider_pb2
from corridor.providers.v1.provider_health_pb2 import HealthSeen
from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingWindow
from corridor.type.v1.rail_pb2 import Rail
from server.kit import money
from server.platform.providers import stages
from server.platform.routing import conditions, deciding, telling

_ORDERS = {
    routing_policy_pb2.ROUTING_PREFERENCE_SPLIT: "Its candidates are ordered by their shares of customers.",
    routing_policy_pb2.ROUTING_PREFERENCE_CHEAPEST: "Its candidates are ordered by what they cost, the cheapest first.",
    routing_policy_pb2.ROUTING_PREFERENCE_FASTEST: "Its candidates are ordered by when it arrives, the fastest first.",
}


def again(record: RouteDecision) -> RouteDecision:
    """What comes out when it is decided once more, by the record alone."""
    decided = RouteDecision()
    decided.CopyFrom(record)
    deciding.clear(decided)
    deciding.decide(decided)
    return decided


def sentences(record: RouteDecision) -> list[str]:
    """Why it came out so, from the rule to the last candidate."""
    return [record.why, *_source(record), *(_candidate(each) for each in record.candidates), *_rest(record)]


def headline(record: RouteDecision) -> str:
    """A decision in a few words, for timelines."""
    match record.choice:
        case decision.ROUTE_CHOICE_SEND:
            return f"routed to {record.provider}{_place(record)}"
        case decision.ROUTE_CHOICE_FOLLOW:
            return f"goes where it belongs: {record.provider}"
        case decision.ROUTE_CHOICE_QUEUE:
            return "waits until rules, routes or stages change"
        case decision.ROUTE_CHOICE_LATER:
            wait = record.wait.ToNanoseconds() / 1e9
            return f"nothing can take it for {wait:.0f} s{_passed(record)}"
        case _:
            return "a person decides where it goes"


def _place(record: RouteDecision) -> str:
    chosen = next((each for each in record.candidates if each.connection_id == record.connection_id), None)
    if chosen is None or chosen.rank <= 1:
        return ""
    return f", the {telling.ordinal(chosen.rank)}{_passed(record, before=chosen.rank)}"


def _passed(record: RouteDecision, *, before: int = 1_000) -> str:
    told = [
        f"{each.provider}: {telling.REJECTIONS[each.rejection]}"
        for each in sorted(record.candidates, key=lambda each: each.rank)
        if each.rejection and 0 < each.rank < before
    ]
    return f" ({'; '.join(told)})" if told else ""


def _source(record: RouteDecision) -> Iterator[str]:
    if record.HasField("rule"):
        version = f"of version {record.policy_version}"
        yield f"Rule {record.rule_number}, {record.rule.name}, {version} is the first that holds: {_held(record)}."
        preference = record.rule.send.preference
        if record.rule.HasField("send") and preference:
            yield _ORDERS[preference]
    elif record.HasField("route"):
        none = f"No rule of version {record.policy_version} holds" if record.policy_version else "There are no rules"
        rail = f"the route for {_rail(record.route.rail)}" if record.route.rail else "the route for every rail"
        yield f"{none}, so {rail} decides."
    elif record.choice == decision.ROUTE_CHOICE_ASK_PERSON and not record.candidates:
        yield "There is neither a rule that holds nor a route."


def _held(record: RouteDecision) -> str:
    """Which parts of the rule's condition are set, and the facts that met them."""
    when, facts = record.rule.when, record.facts
    assert conditions.holds(when, facts)  # by the record; otherwise the rule would not stand in it
    parts = [
        f"the currency is {facts.amount.currency_code}" if when.currency_codes else "",
        _amount(when, record),
        f"the country is {facts.country_code}" if when.country_codes else "",
        f"the rail is {_rail(facts.rail)}" if when.rails else "",
        f"the segment is {facts.segment}" if when.segments else "",
        _risk(when, facts.risk_score),
        f"the customer is {facts.customer_id}" if when.customer_ids else "",
        f"the region is {facts.region}" if when.regions else "",
        _window(record) if when.windows else "",
    ]
    told = [part for part in parts if part]
    return ", ".join(told) if told else "it holds always"


def _amount(when: RoutingCondition, record: RouteDecision) -> str:
    if not when.amount_at_least_minor and not when.amount_below_minor:
        return ""
    currency = record.facts.amount.currency_code
    low, high = when.amount_at_least_minor, when.amount_below_minor
    bounds = [f"at least {money.display(low, currency)}"] if low else []
    bounds += [f"below {money.display(high, currency)}"] if high else []
    return f"the amount, {money.display(record.facts.amount.amount_minor, currency)}, is {' and '.join(bounds)}"


def _risk(when: RoutingCondition, score: int) -> str:
    bounds = [f"at least {when.risk_at_least}"] if when.HasField("risk_at_least") else []
    bounds += [f"below {when.risk_below}"] if when.HasField("risk_below") else []
    return f"the risk score, {score}, is {' and '.join(bounds)}" if bounds else ""


def _window(record: RouteDecision) -> str:
    time = record.facts.time.ToDatetime(UTC)
    found = next(each for each in record.rule.when.windows if conditions.in_window(each, time))
    return f"it is {_time(record.facts.time)}, within {_hours(found)}"


def _hours(window: RoutingWindow) -> str:
    return f"{window.from_time or '00:00'} to {window.until_time or '24:00'} in {window.time_zone}"


def _candidate(found: RouteCandidate) -> str:
    named = f"{found.provider or 'no provider'} ({found.connection_id})"
    place = f", the {telling.ordinal(found.rank)}" if found.rank else ", beside the others"
    facts = [
        f"stage {stages.word(found.stage)}" if found.stage != provider_pb2.PROVIDER_STAGE_UNSPECIFIED else "",
        f"costs {found.cost_minor} minor units" if found.HasField("cost_minor") else "",
        f"arrives by {found.expected_time.ToDatetime(UTC):%Y-%m-%d %H:%M} UTC"
        if found.HasField("expected_time")
        else "",
        *_health(found.health),
    ]
    known = "; ".join(fact for fact in facts if fact)
    passed = f" It was passed over: {telling.REJECTIONS[found.rejection]}. {found.detail}" if found.rejection else ""
    return f"{named}{place}{f': {known}' if known else ''}.{passed}".rstrip()


def _health(seen: HealthSeen) -> Iterator[str]:
    if seen.breaker:
        word = health.BreakerState.Name(seen.breaker).removeprefix("BREAKER_STATE_").lower().replace("_", " ")
        age = f", {_seconds(seen.age):.1f} s ago" if seen.HasField("age") else ""
        yield f"breaker {word}{age}"
    if seen.failure_basis_points:
        yield f"{seen.failure_basis_points / 100:g} percent of recent calls failed"
    if seen.timeout_basis_points:
        yield f"{seen.timeout_basis_points / 100:g} percent ran out of time"
    if seen.HasField("latency_p50"):
        yield f"half of the calls took {_seconds(seen.latency_p50) * 1000:.0f} ms at most"
    if seen.HasField("rate_limited_for"):
        yield f"takes no call for {_seconds(seen.rate_limited_for):.1f} s"
    if seen.institution.level:
        level = health.InstitutionLevel.Name(seen.institution.level).removeprefix("INSTITUTION_LEVEL_").lower()
        yield f"{seen.institution.institution_id} is {level} there, says {seen.institution.source}"


def _rest(record: RouteDecision) -> Iterator[str]:
    if record.tries > 1:
        yield f"It was try {record.tries}; every one before certainly did nothing."
    if record.shadow_connection_id:
        yield f"The same is tried without any effect at {record.shadow_connection_id}."


def _rail(rail: "Rail.ValueType") -> str:
    return Rail.Name(rail).removeprefix("RAIL_").lower()


def _time(time: Timestamp) -> str:
    return f"{time.ToDatetime(UTC):%Y-%m-%d %H:%M} UTC"


def _seconds(duration: Duration) -> float:
    return duration.ToNanoseconds() / 1e9
