"""What Modern Treasury's words mean. Every enumeration is read from the vendor's document, where it is at hand."""

import json
from typing import Any

import pytest

from adapters.kit.errors import Misconfigured, Rejected, Unknown, Unmapped
from adapters.modern_treasury import events, mapping, refusals, returns
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_UNSPECIFIED,
)
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from tests.adapters.modern_treasury import samples
from tests.adapters.modern_treasury.vendor_document import DOCUMENT


def webhook(event: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"event": event, "data": data}).encode()


def test_every_status_of_a_payment_order_has_a_state() -> None:
    assert set(DOCUMENT.enumeration("payment_order", "status")) == set(mapping.STATES)


def test_every_status_of_a_return_has_a_meaning() -> None:
    assert set(DOCUMENT.enumeration("return", "status")) == set(returns.RETURN_STATES)


def test_every_type_of_return_either_moves_money_or_not() -> None:
    assert set(DOCUMENT.enumeration("return", "type")) == set(returns.RETURN_MOVES_MONEY)


def test_every_return_code_has_a_reason() -> None:
    codes = DOCUMENT.enumeration("return", "code")

    assert len(codes) == 93
    assert set(codes) <= set(returns.RETURN_REASONS)
    assert PAYOUT_REASON_UNSPECIFIED not in {returns.RETURN_REASONS[code] for code in codes}


def test_every_rail_is_a_type_of_payment_order() -> None:
    types = DOCUMENT.enumeration("payment_order_create_request", "type")

    assert {words["type"] for words in mapping.RAILS.values()} <= set(types)


def test_every_state_without_money_at_the_beneficiary_says_why() -> None:
    ended = {"failed", "denied", "stopped", "cancelled", "reversed"}

    assert ended == set(mapping.REASONS)


def test_a_same_day_payout_is_an_ach_order_of_high_priority() -> None:
    order = mapping.payment_order(
        samples.payout(rail_pb2.RAIL_ACH_SAME_DAY),
        samples.beneficiary(rail_pb2.RAIL_ACH_SAME_DAY),
        samples.ORIGINATING_ACCOUNT,
    )

    assert ("ach", "high") == (order["type"], order["priority"])


@pytest.mark.parametrize(
    ("party", "code"), [(samples.PERSON, "PPD"), (samples.BUSINESS, "CCD")], ids=["person", "business"]
)
def test_the_sec_code_follows_the_kind_of_beneficiary(party: Any, code: str) -> None:
    order = mapping.payment_order(samples.payout(), samples.beneficiary(party=party), samples.ORIGINATING_ACCOUNT)

    assert code == order["subtype"]


def test_an_ach_descriptor_has_ten_characters_and_the_addenda_all() -> None:
    order = samples.create_body()

    assert ("Invoice 20", "Invoice 2026-117") == (order["statement_descriptor"], order["remittance_information"])


def test_lines_of_an_address_beyond_two_are_joined_not_dropped() -> None:
    order = samples.create_body()

    assert "Floor 2, Door 3" == order["receiving_account"]["party_address"]["line2"]


def test_a_rail_without_a_type_is_refused_before_anything_is_sent() -> None:
    payout = samples.payout()
    payout.rail = rail_pb2.RAIL_FEDNOW

    with pytest.raises(Misconfigured, match="RAIL_FEDNOW"):
        mapping.payment_order(payout, samples.beneficiary(), samples.ORIGINATING_ACCOUNT)


def test_an_order_tells_payout_amount_and_time() -> None:
    seen = mapping.observation(samples.order("completed"))

    assert PAYOUT_STATE_SETTLED == seen.state
    assert samples.payout().payout_id == seen.payout_id
    assert Money(currency_code="USD", amount_minor=12_345) == seen.amount
    assert samples.NOW == seen.provider_time.ToJsonString()


def test_a_returned_order_says_why_by_its_return() -> None:
    seen = mapping.observation(samples.order("returned", current_return=samples.payment_return("R03")))

    assert (PAYOUT_REASON_ACCOUNT_NOT_FOUND, "R03") == (seen.reason, seen.provider_reason_code)


def test_a_return_without_a_code_has_a_reason_all_the_same() -> None:
    seen = mapping.observation(samples.order("returned", current_return=samples.payment_return(None)))

    assert (PAYOUT_REASON_OTHER, "") == (seen.reason, seen.provider_reason_code)


def test_a_return_event_returns_the_payout() -> None:
    returned = samples.payment_return("R03")

    (seen,) = events.reading(webhook("created", returned), "7b5bc007").observations

    assert (PAYOUT_STATE_RETURNED, "R03") == (seen.state, seen.provider_reason_code)
    assert returned["returnable_id"] == seen.provider_reference
    assert "7b5bc007" == seen.provider_event_id


@pytest.mark.parametrize("status", ["failed", "cancelled", "returned"])
def test_a_return_that_did_not_come_about_says_nothing(status: str) -> None:
    assert () == events.reading(webhook("failed", samples.payment_return(status=status)), "1").observations


def test_a_notification_of_change_returns_no_money() -> None:
    notice = samples.payment_return("C01", type="ach_noc")

    assert () == events.reading(webhook("created", notice), "1").observations


def test_the_return_of_an_incoming_payment_is_no_payout() -> None:
    other = samples.payment_return(returnable_type="incoming_payment_detail")

    assert () == events.reading(webhook("created", other), "1").observations


def test_a_debit_is_no_payout() -> None:
    assert () == events.reading(webhook("completed", samples.order(direction="debit")), "1").observations


@pytest.mark.parametrize("event", sorted(events.EVENTS["payment_order"]))
def test_whatever_the_event_is_called_the_status_decides(event: str) -> None:
    (seen,) = events.reading(webhook(event, samples.order("completed")), "1").observations

    assert PAYOUT_STATE_SETTLED == seen.state


@pytest.mark.parametrize("kind", sorted(events.OTHER_OBJECTS))
def test_other_objects_are_read_and_say_nothing(kind: str) -> None:
    assert () == events.reading(webhook("created", {"object": kind}), "1").observations


def test_links_between_objects_say_nothing() -> None:
    link = {"entity_a_type": "payment_order", "entity_b_type": "payment_order"}

    assert () == events.reading(webhook("linked_entity", link), "1").observations


@pytest.mark.parametrize(
    "body",
    [
        webhook("completed", samples.order("teleported")),
        webhook("teleported", samples.order("completed")),
        webhook("completed", {**samples.order(), "object": "pigeon"}),
        webhook("completed", samples.order(amount="12345")),
        webhook("completed", samples.order(amount=123.45)),
        webhook("completed", samples.order(currency="USDC")),
        webhook("returned", samples.order("returned", current_return=samples.payment_return("R99"))),
        webhook("created", samples.payment_return(status="teleported")),
        webhook("created", samples.payment_return(type="pigeon")),
        webhook("failed", {"id": "4897da42-7abd-464e-ab57-d4bf13f49aa0"}),
        b'{"event":"completed"}',
        b'["completed"]',
        b"not json",
        b"\xff\xfe",
        b"",
    ],
)
def test_what_has_no_meaning_is_loud(body: bytes) -> None:
    with pytest.raises(Unmapped):
        events.reading(body, "1")


def test_a_refused_field_of_the_customer_is_named_in_our_words() -> None:
    answer = {"errors": {"code": "parameter_invalid", "message": "…", "parameter": "receiving_account[account_number]"}}

    failure = refusals.refusal(422, answer)

    assert isinstance(failure, Rejected)
    assert ["beneficiary.bank_account"] == [problem.field for problem in failure.problems]


def test_a_refusal_never_repeats_the_vendors_message() -> None:
    message = "account_number 99887766 is invalid for Ada Sample"
    answer = {"errors": {"code": "parameter_invalid", "message": message, "parameter": "account_number"}}

    failure = refusals.refusal(422, answer)

    assert isinstance(failure, Rejected)
    assert "99887766" not in f"{failure!r} {failure.detail} {failure.problems}"


@pytest.mark.parametrize("parameter", ["originating_account_id", "type", "currency", "metadata", ""])
def test_a_refused_field_of_ours_is_not_the_customers_fault(parameter: str) -> None:
    answer = {"errors": {"code": "parameter_invalid", "message": "…", "parameter": parameter}}

    assert refusals.refusal(422, answer) is None


def test_an_order_that_is_there_already_has_to_be_looked_up() -> None:
    answer = {"errors": {"code": "parameter_invalid", "message": "…", "parameter": "external_id"}}

    assert isinstance(refusals.refusal(422, answer), Unknown)


@pytest.mark.parametrize("answer", [None, [], "text", {"errors": []}, {"errors": "no"}, {"errors": {"parameter": 5}}])
def test_an_error_in_another_shape_is_left_to_its_status(answer: Any) -> None:
    assert refusals.refusal(422, answer) is None
