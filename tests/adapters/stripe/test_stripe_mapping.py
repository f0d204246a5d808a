"""What Stripe's words mean. Every enumeration is read from the vendor's document, where it is at hand."""

import json
import re
from typing import Any

import pytest

from adapters.kit.errors import Rejected
from adapters.stripe import (
    charges,
    declines,
    dispute_mapping,
    mapping,
    payout_mapping,
    refund_mapping,
    wire,
)
from corridor.payments.v1 import decline_pb2 as said
from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_ACCEPTED, DISPUTE_STATE_LOST, DisputeEvidence
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_AUTHORISATION,
    PAYMENT_STEP_CAPTURE,
    PAYMENT_STEP_REVERSAL,
    PAYMENT_STEP_STATE_CANCELLED,
    PAYMENT_STEP_STATE_EXPIRED,
    PAYMENT_STEP_STATE_SUCCEEDED,
    PAYMENT_STEP_VOID,
)
from tests import corpora
from tests.adapters.stripe import samples
from tests.adapters.stripe.vendor_document import DOCUMENT


def described(schema: str, name: str) -> set[str]:
    """The words that a field's description names, where the document has no enumeration of it."""
    text = DOCUMENT.published["components"]["schemas"][schema]["properties"][name]["description"]
    return set(re.findall(r"`([a-z_]+)`", text))


def intent(status: str, **changes: Any) -> dict[str, Any]:
    ours = {wire.PAYMENT_ID: "pay_1"}
    return samples.published("payment_intent", status=status, metadata=ours, **changes)


@pytest.mark.parametrize(
    ("schema", "name", "table"),
    [
        ("payment_intent", "status", mapping.STATES),
        ("payment_intent", "cancellation_reason", mapping.CANCELLATIONS),
        ("payment_intent", "capture_method", mapping.AUTOMATIC),
        ("charge", "status", charges.STATES),
        ("dispute", "status", dispute_mapping.STATES),
    ],
)
def test_every_word_of_an_enumeration_has_a_meaning(schema: str, name: str, table: Any) -> None:
    assert set(DOCUMENT.enumeration(schema, name)) == set(table)


@pytest.mark.parametrize(
    ("schema", "name", "table"),
    [
        ("payout", "status", payout_mapping.STATES),
        ("refund", "status", refund_mapping.STATES),
        ("refund", "failure_reason", refund_mapping.FAILURE_REASONS),
        ("dispute", "reason", dispute_mapping.REASONS),
        ("payment_method_details_card", "funding", charges.FUNDING),
    ],
)
def test_every_word_that_a_description_names_has_a_meaning(schema: str, name: str, table: Any) -> None:
    words = described(schema, name)

    assert len(words) >= 4
    assert words <= set(table)


def test_every_decline_code_has_a_reason() -> None:
    known = json.loads(corpora.path("code-tables/stripe-declines-and-test-cards.json").read_text())["decline_codes"]

    assert set(known) == set(declines.DECLINE_CODES)
    assert said.DECLINED_UNSPECIFIED not in declines.DECLINE_CODES.values()


def test_every_field_of_the_evidence_has_a_place_or_is_refused() -> None:
    ours = {field.name for field in DisputeEvidence.DESCRIPTOR.fields}
    theirs = set(DOCUMENT.published["components"]["schemas"]["dispute_evidence"]["properties"])

    assert ours - {"defence_reason_code"} == set(dispute_mapping.TEXTS)
    # The other charge's id is the vendor's, and we know only ours.
    placed = {*dispute_mapping.TEXTS.values(), *dispute_mapping.FILES.values()}
    assert theirs - placed == {"duplicate_charge_id"}


def test_the_code_of_the_defence_is_refused_not_dropped() -> None:
    with pytest.raises(Rejected):
        dispute_mapping.evidence_texts(DisputeEvidence(defence_reason_code="10.4"))


def test_two_documents_of_one_type_are_refused_not_dropped() -> None:
    with pytest.raises(Rejected):
        dispute_mapping.evidence_files([samples.document(), samples.document()])


def test_a_payment_is_confirmed_by_us_alone() -> None:
    form = mapping.payment_form(samples.payment())

    assert ("manual", True, ["card"]) == (form["confirmation_method"], form["confirm"], form["payment_method_types"])


@pytest.mark.parametrize(
    ("text", "carried"),
    [("SAMPLE WORKS", "SAMPLE WORKS"), ("A*B <c> 'd' \"é\\", "AB c d"), ("x" * 30, "x" * 22), ("4711", ""), ("", "")],
)
def test_a_statement_carries_what_the_vendor_allows(text: str, carried: str) -> None:
    assert carried == mapping.statement(text)


@pytest.mark.parametrize("status", ["requires_payment_method", "requires_confirmation", "processing"])
def test_an_intent_without_an_answer_says_sent(status: str) -> None:
    assert "SENT" in str(mapping.authorisation(intent(status)))


def test_a_decline_keeps_the_issuer_s_codes_where_they_are_told() -> None:
    error = {
        "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
        "network_decline_code": "51", "network_advice_code": "03",
    }  # fmt: skip

    seen = mapping.authorisation(intent("requires_payment_method", last_payment_error=error)).decline

    assert (said.DECLINED_FUNDS, "insufficient_funds", "51", "03") == (
        seen.reason, seen.provider_code, seen.response_code, seen.advice_code,
    )  # fmt: skip


def test_a_stolen_card_is_never_tried_again() -> None:
    assert said.RETRY_ADVICE_NEVER == declines.decline({"decline_code": "stolen_card"}).retry_advice


def test_a_customer_who_fails_to_authenticate_is_a_decline() -> None:
    error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}

    seen = mapping.authorisation(intent("requires_payment_method", last_payment_error=error))

    assert said.DECLINED_AUTHENTICATION_FAILED == seen.decline.reason


def test_a_captured_intent_tells_of_both_steps() -> None:
    one = intent("succeeded", capture_method="manual", amount_received=700, latest_charge="ch_1")
    one["metadata"][wire.CAPTURE_ID] = "act_1"

    first, second = mapping.observations(one, "evt_1", 1)

    assert (PAYMENT_STEP_AUTHORISATION, False, 1_099) == (first.step, first.captured, first.amount.amount_minor)
    assert (PAYMENT_STEP_CAPTURE, "act_1", 700) == (second.step, second.step_id, second.amount.amount_minor)


@pytest.mark.parametrize(
    ("changes", "metadata", "step", "state"),
    [
        ({"latest_charge": "ch_1"}, {wire.VOID_ID: "act_1"}, PAYMENT_STEP_VOID, PAYMENT_STEP_STATE_SUCCEEDED),
        ({"latest_charge": "ch_1"}, {wire.REVERSAL_ID: "act_1"}, PAYMENT_STEP_REVERSAL, PAYMENT_STEP_STATE_SUCCEEDED),
        ({"latest_charge": "ch_1"}, {}, PAYMENT_STEP_VOID, PAYMENT_STEP_STATE_SUCCEEDED),
        (
            {"latest_charge": "ch_1", "cancellation_reason": "automatic"},
            {},
            PAYMENT_STEP_VOID,
            PAYMENT_STEP_STATE_EXPIRED,
        ),
        ({}, {}, PAYMENT_STEP_AUTHORISATION, PAYMENT_STEP_STATE_CANCELLED),
        ({"cancellation_reason": "automatic"}, {}, PAYMENT_STEP_AUTHORISATION, PAYMENT_STEP_STATE_EXPIRED),
        (
            {"latest_charge": "ch_1", "last_payment_error": {"code": "card_declined"}},
            {},
            PAYMENT_STEP_AUTHORISATION,
            PAYMENT_STEP_STATE_CANCELLED,
        ),
    ],
)
def test_a_cancelled_intent_says_what_was_given_up(changes: Any, metadata: Any, step: int, state: int) -> None:
    one = intent("canceled", **changes)
    one["metadata"].update(metadata)

    (seen,) = mapping.observations(one, "evt_1", 1)

    assert (step, state, "act_1" if metadata else "") == (seen.step, seen.state, seen.step_id)


@pytest.mark.parametrize(
    ("refund", "release"),
    [
        ({"balance_transaction": None}, True),
        ({"balance_transaction": "txn_1"}, False),
        ({"balance_transaction": None, "metadata": {wire.REFUND_ID: "ref_1"}}, False),
        ({"balance_transaction": "txn_1", "reason": "expired_uncaptured_charge"}, True),
    ],
)
def test_a_refund_of_what_was_never_captured_is_a_release(refund: dict[str, Any], release: bool) -> None:
    assert release == refund_mapping.is_release(samples.published("refund", **refund))


def test_a_lost_dispute_that_we_accepted_is_accepted() -> None:
    lost = samples.published("dispute", status="lost")
    accepted = {**lost, "metadata": {wire.ACCEPTED: "true"}}

    states = [dispute_mapping.observation(each).state for each in (lost, accepted)]

    assert [DISPUTE_STATE_LOST, DISPUTE_STATE_ACCEPTED] == states
