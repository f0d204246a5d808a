"""Who is touched by changes of the real contracts, in this very checkout."""

import time

import pytest

from server.cli.contracts import ROOT
from server.cli.contracts.review import touched
from server.cli.contracts.review.model import Change, Kind, Review, Rule, Side, Touched, Verdict
from tests.contracts import prepared_changes

PAYOUTS = "corridor.payouts.v1"
DELETED = Rule("FIELD_NO_DELETE", Kind.WIRE, Verdict.BREAKING, "", "", "")


@pytest.fixture(scope="module")
def side() -> Side:
    """The contracts as they are."""
    return prepared_changes.sides("harmless")[0]


def found(side: Side, element: str, rule: Rule = DELETED, before: Side | None = None) -> Touched:
    """Whom one change touches."""
    review = Review(before or side, side, [Change(rule, element, "")])
    touched.fill(review, ROOT, None)
    return review.changes[0].touched


def test_a_field_touches_the_adapters_that_read_it_and_whose_provider_is_told(side: Side) -> None:
    assert "sandbox (reads, tells its provider)" in found(side, f"{PAYOUTS}.Payout.statement_text").adapters


def test_a_field_touches_the_files_of_the_server_that_write_it(side: Side) -> None:
    flows = found(side, f"{PAYOUTS}.Payout.statement_text").flows

    assert "server/domains/payouts/servicer.py (writes)" in flows
    assert [] == [each for each in flows if "/payments/" in each]


def test_a_field_of_a_request_touches_no_adapter_and_no_event(side: Side) -> None:
    seen = found(side, f"{PAYOUTS}.CreatePayoutRequest.reference")

    assert ((), ()) == (seen.adapters, seen.events)
    assert "gen/openapi.json: POST /v1/payouts" in seen.examples


def test_a_nested_field_touches_every_event_whose_payload_holds_it(side: Side) -> None:
    events = found(side, "corridor.type.v1.Money.amount_minor").events

    assert {"payout.settled (v1)", "payment.captured (v1)", "dispute.lost (v1)"} <= set(events)


def test_an_enum_value_touches_those_who_name_it(side: Side) -> None:
    seen = found(side, f"{PAYOUTS}.PayoutState.PAYOUT_STATE_RETURNED")

    assert "sandbox (uses)" in seen.adapters
    assert "server/domains/payouts/lifecycle.py (uses)" in seen.flows


def test_an_rpc_touches_who_serves_it_and_who_implements_its_port(side: Side) -> None:
    seen = found(side, f"{PAYOUTS}.PayoutService.CreatePayout")

    assert "sandbox (implements create_payout)" in seen.adapters
    assert ("server/domains/payouts/servicer.py (serves)",) == seen.flows


def test_a_scope_is_nothing_to_an_adapter(side: Side) -> None:
    rule = Rule("SCOPE_REPLACED", Kind.MEANING, Verdict.BREAKING, "", "", "")

    assert () == found(side, f"{PAYOUTS}.PayoutService.CreatePayout", rule).adapters


def test_something_new_and_words_touch_nobody(side: Side) -> None:
    added = Rule("FIELD_ADDED", Kind.SOURCE, Verdict.ADDITIVE, "", "", "")
    comment = Rule("COMMENT_CHANGED", Kind.DOCS, Verdict.ADDITIVE, "", "", "")
    empty = Side("empty", type(side.image)(), {})

    assert Touched() == found(side, f"{PAYOUTS}.Payout.state", added, before=empty)
    assert Touched() == found(side, f"{PAYOUTS}.Payout.state", comment)


def test_an_element_that_nobody_knows_touches_nobody(side: Side) -> None:
    assert Touched() == found(side, "somewhere.Else")


def test_counts_are_told_with_their_days(side: Side) -> None:
    review = Review(side, side, [Change(DELETED, f"{PAYOUTS}.PayoutService.CancelPayout", "")])

    touched.fill(review, ROOT, prepared_changes.USAGE)

    assert 90 == review.days
    assert ["Back office"] == [caller.title for caller in review.changes[0].touched.callers or ()]


def test_many_changes_are_looked_up_in_little_time(side: Side) -> None:
    fields = [name for name in _fields(side) if name.startswith((PAYOUTS, "corridor.payments.v1"))]
    review = Review(side, side, [Change(DELETED, name, "") for name in fields[:200]])

    begun = time.process_time()
    touched.fill(review, ROOT, None)

    assert 200 == len(review.changes)
    assert time.process_time() - begun < 10


def _fields(side: Side) -> list[str]:
    return [
        f"{file.package}.{message.name}.{field.name}"
        for file in side.image.file
        for message in file.message_type
        for field in message.field
    ]
