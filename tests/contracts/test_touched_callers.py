"""Which real callers a change touches, by the usage counts."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from server.cli.contracts.review import touched_callers
from server.cli.contracts.review.model import Caller, Change, Kind, Rule, Verdict
from server.cli.contracts.review.touched_callers import Usage
from server.cli.contracts.review.touched_contract import Graph
from tests.contracts import parcels

PACKAGE = "corridor.parcels.v1"
METHOD = f"{PACKAGE}.ParcelService.GetParcel"
OWNER = f"{PACKAGE}.GetParcelRequest.owner"
ANY = Rule("FIELD_NO_DELETE", Kind.WIRE, Verdict.BREAKING, "", "", "")


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The parcels."""
    return Graph(parcels.side("parcels"))


def use(**more: Any) -> dict[str, Any]:
    """What one key used."""
    return {
        "company_id": "co_a",
        "environment": "live",
        "caller_kind": "api_key",
        "caller_id": "key_a",
        "caller_title": "A",
        "method": METHOD,
        "calls": 10,
        "first_date": "2026-09-01",
        "last_date": "2026-11-01",
        "fields": {},
        **more,
    }


def asked(
    graph: Graph, element: str, *uses: dict[str, Any], rule: Rule = ANY, detail: str = ""
) -> tuple[tuple[Caller, ...], int]:
    """Whom a change of an element touches."""
    found = graph.elements[element]
    change = Change(rule, element, detail)
    return Usage({"days": 90, "uses": uses}).callers(graph, found, graph.carrying(found), change)


def ids(found: tuple[tuple[Caller, ...], int]) -> list[str]:
    """Who was named."""
    return [caller.id for caller in found[0]]


def test_a_change_of_an_rpc_touches_those_who_called_it(graph: Graph) -> None:
    found = asked(graph, METHOD, use(), use(caller_id="key_b", method=f"{PACKAGE}.Other.Call"))

    assert ((Caller("co_a", "live", "api_key", "key_a", "A", 10, "2026-11-01"),), 0) == found


def test_a_change_of_a_sent_field_touches_those_who_sent_it(graph: Graph) -> None:
    sent = use(fields={OWNER: 4})
    other = use(caller_id="key_b", fields={f"{PACKAGE}.GetParcelRequest.parcel_id": 9})

    assert ["key_a"] == ids(asked(graph, OWNER, sent, other))
    assert [4] == [caller.calls for caller in asked(graph, OWNER, sent)[0]]


def test_a_change_of_an_answered_field_touches_everyone_who_was_answered(graph: Graph) -> None:
    assert ["key_a"] == ids(asked(graph, f"{PACKAGE}.GetParcelResponse.Stop.name", use(fields={OWNER: 4})))


def test_where_no_fields_were_counted_every_caller_is_named(graph: Graph) -> None:
    assert ["key_a"] == ids(asked(graph, OWNER, use()))


def test_a_caller_who_was_not_always_looked_at_may_have_sent_it(graph: Graph) -> None:
    seen = use(caller_id="key_b", sampled_calls=1, fields={OWNER: 1})
    unseen = use(sampled_calls=2, fields={f"{PACKAGE}.GetParcelRequest.parcel_id": 2})

    found = asked(graph, OWNER, seen, unseen)

    assert (["key_b"], 1) == (ids(found), found[1])
    assert [10] == [caller.calls for caller in found[0]]  # of a sample nobody knows how many there were in all


@pytest.mark.parametrize(
    ("rule", "detail", "touched"),
    [
        ("REST_FIELD_REQUIRED", "", ["key_a"]),
        ("VALIDATION_TIGHTENED", "Fewer values are allowed: required.", ["key_a"]),
        ("VALIDATION_TIGHTENED", "Fewer values are allowed: min_len 0 → 3.", ["key_a"]),
        ("VALIDATION_TIGHTENED", "Fewer values are allowed: max_len 40 → 3.", []),
    ],
)
def test_what_refuses_an_empty_field_touches_those_who_left_it_out(
    graph: Graph, rule: str, detail: str, touched: list[str]
) -> None:
    left_out = use(fields={f"{PACKAGE}.GetParcelRequest.parcel_id": 10})
    judged = Rule(rule, Kind.MEANING, Verdict.BREAKING, "", "", "")

    assert touched == ids(asked(graph, OWNER, left_out, rule=judged, detail=detail))


def test_callers_of_one_company_stand_together_the_newest_company_first(graph: Graph) -> None:
    uses = [
        use(company_id="co_a", caller_id="key_1", last_date="2026-11-01"),
        use(company_id="co_b", caller_id="key_2", last_date="2026-11-20"),
        use(company_id="co_a", caller_id="key_3", last_date="2026-11-10"),
        use(company_id="co_b", caller_id="key_4", last_date="2026-09-01"),
    ]

    assert ["key_2", "key_4", "key_3", "key_1"] == ids(asked(graph, METHOD, *uses))


def test_a_caller_with_several_counts_is_named_once(graph: Graph) -> None:
    found = asked(graph, METHOD, use(calls=1, last_date="2026-11-02"), use(calls=2))[0]

    assert [(3, "2026-11-02")] == [(caller.calls, caller.last_date) for caller in found]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"days": 90}', '{"uses": []}', '{"days": "x", "uses": []}', '{"days": 1, "uses": [{}]}'],
)
def test_a_file_that_holds_no_counts_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    file = tmp_path / "usage.json"
    file.write_text(content)

    with pytest.raises(click.ClickException, match=r"usage\.json"):
        touched_callers.read(file)


def test_a_file_with_counts_is_read(tmp_path: Path) -> None:
    file = tmp_path / "usage.json"
    file.write_text(json.dumps({"days": 90, "uses": [use()]}))

    assert 90 == touched_callers.read(file)["days"]
