"""Rules that nobody could follow are refused, with the field that is wrong."""

from typing import Any

import pytest

from corridor.providers.v1 import route_pb2
from corridor.providers.v1.route_pb2 import Exposure
from corridor.routing.v1 import routing_policy_pb2 as messages
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingWindow
from corridor.type.v1.rail_pb2 import RAIL_ACH, RAIL_RTP
from server.platform.providers import stages
from server.platform.routing import checks
from tests.server import people
from tests.server.catalogue import standing
from tests.server.routing.rules_desk import FEATURE, connect, feature, make, off, request, send
from tests.serving import LIVE, Client, Refused, Running

A, B = "conn_" + "a" * 26, "conn_" + "b" * 26
SPLIT, CHEAPEST = messages.ROUTING_PREFERENCE_SPLIT, messages.ROUTING_PREFERENCE_CHEAPEST


def problems(*rules: RoutingRule, domain: str = "payouts") -> list[str]:
    """The fields that are wrong."""
    try:
        checks.check(domain, rules)
    except Exception as refused:
        return [violation.field for violation in refused.violations]  # type: ignore[attr-defined] # a Failure
    return []


def when(**parts: Any) -> RoutingRule:
    return send("rule", A, when=RoutingCondition(**parts))


def in_window(**parts: Any) -> RoutingRule:
    return when(windows=[RoutingWindow(**{"time_zone": "UTC", **parts})])


def split(*percents: int, preference: int = SPLIT) -> RoutingRule:
    rule = send("rule", *[A, B][: len(percents)], preference=preference)
    for candidate, percent in zip(rule.send.candidates, percents, strict=True):
        candidate.percent = percent
    return rule


def exposing(**parts: Any) -> RoutingRule:
    return send("rule", A, exposure=Exposure(connection_id=B, **parts))


def test_names_are_unique() -> None:
    assert ["rules[1].name"] == problems(send("same", A), send("same", B))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (when(currency_codes=["EUR", "XYZ"]), "when.currency_codes"),
        (when(country_codes=["DE", "QX"]), "when.country_codes"),
        (when(amount_at_least_minor=1), "when.currency_codes"),
        (when(amount_below_minor=5, currency_codes=["EUR", "USD"]), "when.currency_codes"),
        (when(amount_at_least_minor=5, amount_below_minor=5, currency_codes=["EUR"]), "when.amount_below_minor"),
        (when(risk_at_least=50, risk_below=50), "when.risk_below"),
        (in_window(time_zone="Mars/Olympus"), "when.windows[0].time_zone"),
        (in_window(banking_calendar="QX"), "when.windows[0].banking_calendar"),
        (in_window(from_time="08:00", until_time="08:00"), "when.windows[0].until_time"),
        (in_window(until_time="00:00"), "when.windows[0].until_time"),
        (send("rule", A, B, A), "send.candidates[2].connection_id"),
        (split(60, 30), "send.candidates"),
        (split(60, 40, preference=0), "send.preference"),
        (send("rule", A, preference=CHEAPEST), "send.candidates[0].cost"),
        (exposing(stage=route_pb2.EXPOSURE_STAGE_PERCENT), "send.exposure.percent"),
        (exposing(stage=route_pb2.EXPOSURE_STAGE_FULL, percent=5), "send.exposure.percent"),
        (exposing(stage=route_pb2.EXPOSURE_STAGE_FULL, rehearsal=True), "send.exposure.rehearsal"),
    ],
)
def test_what_nobody_could_follow_is_refused(rule: RoutingRule, field: str) -> None:
    assert [f"rules[0].{field}"] == problems(rule)


@pytest.mark.parametrize(
    "rule",
    [
        when(currency_codes=["EUR"], amount_at_least_minor=5, amount_below_minor=6, risk_at_least=0, risk_below=101),
        in_window(time_zone="America/New_York", from_time="22:00", until_time="00:00", banking_calendar="US"),
        in_window(banking_calendar="ECB"),
        split(60, 40),
        split(100, 0),
        exposing(stage=route_pb2.EXPOSURE_STAGE_PERCENT, percent=5),
        exposing(stage=route_pb2.EXPOSURE_STAGE_SHADOW, rehearsal=True),
        off("stop", 3),
    ],
)
def test_what_can_be_followed_is_not(rule: RoutingRule) -> None:
    assert [] == problems(rule)


def test_features_and_domains_have_rules_of_their_own() -> None:
    assert ["rules[0].feature"] == problems(feature("on", 100))
    assert ["rules[0].send", "rules[1].off"] == problems(send("a", A), off("b", 2), domain=FEATURE)
    assert [] == problems(feature("on", 100), domain=FEATURE)


# What only a server can see: connections, coverage, stages.


def refusal(client: Client, *rules: RoutingRule, **changes: Any) -> tuple[str, list[str]]:
    found: Refused = people.refused(client, "RoutingService/CreateRoutingPolicy", request(*rules, **changes))
    return found.reason, found.fields


def test_a_rule_names_connections_of_the_company(corridor: Running) -> None:
    client, stranger = corridor.client(), corridor.client()

    expected = ("CONNECTION_NOT_FOUND", ["rules[0].send.candidates[0].connection_id"])
    assert expected == refusal(client, send("all", connect(stranger)))
    assert expected == refusal(client, send("all", A))


def test_a_connection_that_is_being_taken_into_use_has_to_exist_too(corridor: Running) -> None:
    client = corridor.client()
    rule = send("all", connect(client), exposure=Exposure(connection_id=A, stage=route_pb2.EXPOSURE_STAGE_SHADOW))

    assert ("CONNECTION_NOT_FOUND", ["rules[0].send.exposure.connection_id"]) == refusal(client, rule)


def test_a_rule_names_connections_that_serve_it(corridor: Running) -> None:
    client = corridor.client()
    connection_id = connect(client)
    served = set(corridor.parts.catalog.manifest("sandbox").coverage["payouts"].currencies)
    other = next(code for code in ("JPY", "KWD", "BRL", "ZAR", "SEK", "ISK", "MNT") if code not in served)
    place = ["rules[0].send.candidates[0].connection_id"]

    assert ("CURRENCY_NOT_SUPPORTED", place) == refusal(
        client, send("all", connection_id, when=RoutingCondition(currency_codes=[other]))
    )
    assert make(client, send("all", connection_id, when=RoutingCondition(currency_codes=["EUR", other])))
    if RAIL_RTP not in corridor.parts.catalog.manifest("sandbox").coverage["payouts"].rails:
        assert ("RAIL_NOT_SUPPORTED", place) == refusal(
            client, send("all", connection_id, when=RoutingCondition(rails=[RAIL_RTP])), base=1
        )
    assert make(client, send("all", connection_id, when=RoutingCondition(rails=[RAIL_RTP, RAIL_ACH])), base=1)


@pytest.mark.parametrize(
    ("stage", "allowed"),
    [
        (stages.CERTIFIED, []),
        (stages.SHADOW, ["shadow"]),
        (stages.PARTIAL, ["shadow", "percent", "second"]),
        (stages.LIVE, ["shadow", "percent", "second", "first", "full", "cheapest", "split"]),
        (stages.RETIRING, []),
    ],
    ids=lambda value: stages.word(value) if isinstance(value, int) else "",
)
def test_in_the_live_environment_stages_decide_who_may_be_named_where(
    corridor: Running, stage: int, allowed: list[str]
) -> None:
    company_id = corridor.company(environment=LIVE)
    client, catalog = corridor.client(company_id, LIVE), corridor.parts.catalog
    other = next(name for name in catalog.names() if name != standing.NAME and catalog.covers(name, "payouts", 0))
    first = standing.live_connection(corridor, company_id, name=other)
    second = standing.live_connection(corridor, company_id)
    standing.bring_to(client, stages.LIVE, other)
    standing.bring_to(client, stage)
    cheapest = send("rule", second, preference=CHEAPEST)
    cheapest.send.candidates[0].cost.fixed_minor = 1
    half = send("rule", second, preference=SPLIT)
    half.send.candidates[0].percent = 100

    def exposed(exposure_stage: int, percent: int = 0) -> RoutingRule:
        return send("rule", first, exposure=Exposure(connection_id=second, stage=exposure_stage, percent=percent))

    rules = {
        "shadow": exposed(route_pb2.EXPOSURE_STAGE_SHADOW),
        "percent": exposed(route_pb2.EXPOSURE_STAGE_PERCENT, 5),
        "second": send("rule", first, second),
        "first": send("rule", second),
        "full": exposed(route_pb2.EXPOSURE_STAGE_FULL),
        "cheapest": cheapest,
        "split": half,
    }
    assert allowed == [name for name, rule in rules.items() if _is_let_in(client, rule)]


def test_a_provider_that_retires_stays_where_it_was(corridor: Running) -> None:
    company_id = corridor.company(environment=LIVE)
    client = corridor.client(company_id, LIVE)
    connection_id = standing.live_connection(corridor, company_id)
    standing.bring_to(client, stages.LIVE)
    make(client, send("all", connection_id))
    standing.move(client, stages.RETIRING)

    assert make(client, send("renamed", connection_id), base=1)


def test_a_provider_that_rules_name_is_not_retired(corridor: Running) -> None:
    company_id = corridor.company(environment=LIVE)
    client = corridor.client(company_id, LIVE)
    connection_id = standing.live_connection(corridor, company_id)
    standing.bring_to(client, stages.LIVE)
    make(client, send("all", connection_id))
    standing.move(client, stages.RETIRING)

    assert "PROVIDER_IN_USE" == standing.refusal(client, stages.RETIRED).reason
    make(client, base=1)
    assert stages.RETIRED == standing.move(client, stages.RETIRED).stage


def test_a_rehearsal_is_for_the_sandbox_alone(corridor: Running) -> None:
    company_id = corridor.company(environment=LIVE)
    client = corridor.client(company_id, LIVE)
    first, second = (standing.live_connection(corridor, company_id) for _ in range(2))
    standing.bring_to(client, stages.LIVE)
    exposure = Exposure(connection_id=second, stage=route_pb2.EXPOSURE_STAGE_SHADOW, rehearsal=True)

    assert ("SANDBOX_ONLY", ["rules[0].send.exposure.rehearsal"]) == refusal(
        client, send("all", first, exposure=exposure)
    )


def _is_let_in(client: Client, rule: RoutingRule) -> bool:
    """Whether a rule could be made a version; if not, it is because of a stage."""
    try:
        make(client, rule, validate_only=True)
    except Refused as refused:
        reason = refused.reason
    else:
        return True
    assert "PROVIDER_NOT_LIVE" == reason
    return False
