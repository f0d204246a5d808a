"""What a manifest says for the catalogue is read strictly, and says what it says."""

from datetime import date, datetime
from typing import Any

import pytest

from adapters.kit.discovery import providers
from adapters.kit.manifest import ManifestError, parse
from adapters.kit.manifest_facts import AmountLimit, DataFlow, DisasterTest
from tests.adapters.kit.test_manifest import GOOD, changed

TEST = {"date": date(2026, 11, 20), "report": "Failed over in a minute."}


def refusal(values: dict[str, Any]) -> str:
    """Why a manifest is refused."""
    with pytest.raises(ManifestError) as refused:
        parse(values, "example", "example/provider.toml")
    return str(refused.value)


def test_who_answers_and_where_data_goes_is_as_it_is_written() -> None:
    facts = parse(GOOD, "example", "example/provider.toml").facts

    assert ("certified", "payments", "integrations") == (facts.stage, facts.contract_owner, facts.technical_owner)
    assert (("Hosting Ltd",), "https://example.com/subprocessors") == (facts.subprocessors, facts.subprocessors_source)
    assert (DataFlow("bank accounts", "out", "to pay", "us"),) == facts.data_flows
    assert () == facts.disaster_tests


def test_the_last_disaster_test_is_first() -> None:
    tests = [{"date": date(2025, 1, 1), "report": "Slow."}, TEST]

    facts = parse(changed("disaster_tests", tests), "example", "example/provider.toml").facts

    assert DisasterTest(date(2026, 11, 20), "Failed over in a minute.") == facts.disaster_tests[0]


def test_reversibility_is_a_word_or_one_for_each_rail() -> None:
    by_rail = {"ach": "until_cut_off", "other": "none"}

    for written, read in (("refund", {"other": "refund"}), (by_rail, by_rail)):
        found = parse(changed("coverage.payouts.reversibility", written), "example", "example/provider.toml")
        assert read == found.coverage["payouts"].facts.reversibility


def test_a_locked_rate_says_for_how_long_and_amounts_are_by_currency() -> None:
    values = changed("coverage.payouts.fx_lock", "quote")
    values["coverage"]["payouts"] |= {
        "fx_lock_seconds": 30,
        "final_after_days": 60,
        "amounts": {"USD": {"min_minor": 100}},
    }

    facts = parse(values, "example", "example/provider.toml").coverage["payouts"].facts

    assert ("quote", 30, 60) == (facts.fx_lock, facts.fx_lock_seconds, facts.final_after_days)
    assert (AmountLimit("USD", 100, 0),) == facts.amounts


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("stage", ..., "stage is missing"),
        ("stage", "famous", "stage is 'famous'"),
        ("regions", ["Europe"], "regions has 'Europe'"),
        ("owners.contract", ..., "owners.contract is missing"),
        ("owners.pager", "x", "owners.pager is not a key"),
        ("subprocessors.source", "somewhere", "subprocessors.source"),
        ("subprocessors.names", ..., "subprocessors.names is missing"),
        ("data_flows", [], "data_flows must not be empty"),
        ("data_flows.0.region", "eu", "data_flows[0].region is 'eu'"),
        ("data_flows.0.direction", "up", "data_flows[0].direction"),
        ("data_flows.0.purpose", ..., "data_flows[0].purpose is missing"),
        ("disaster_tests", [{**TEST, "date": "2026-11-20"}], "disaster_tests[0].date must be a date"),
        ("disaster_tests", [{**TEST, "date": datetime(2026, 11, 20, 1)}], "disaster_tests[0].date"),
        ("quality.failover-drill", "done", "disaster_tests is missing"),
        ("coverage.payouts.reversibility", ..., "coverage.payouts.reversibility is missing"),
        ("coverage.payouts.reversibility", "perhaps", "coverage.payouts.reversibility"),
        ("coverage.payouts.reversibility", {"ach": "none"}, "coverage.payouts.reversibility.rtp is missing"),
        ("coverage.payouts.reversibility", {"sepa": "none", "other": "none"}, "coverage.payouts.reversibility.sepa"),
        ("coverage.payouts.fx_lock", "quote", "coverage.payouts.fx_lock_seconds is missing"),
        ("coverage.payouts.fx_lock_seconds", 5, "coverage.payouts.fx_lock_seconds is not a key"),
        ("coverage.payouts.amounts", {"ZZZ": {}}, "coverage.payouts.amounts.ZZZ"),
        ("coverage.payouts.amounts", {"USD": {"min_minor": 5, "max_minor": 4}}, "payouts.amounts.USD.min_minor"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_key(path: str, value: Any, named: str) -> None:
    assert named in refusal(changed(path, value))


@pytest.mark.parametrize("name", providers())
def test_every_provider_says_of_all_data_where_it_is_kept(name: str) -> None:
    manifest = providers()[name].manifest

    assert {"out", "in"} == {flow.direction for flow in manifest.facts.data_flows}
