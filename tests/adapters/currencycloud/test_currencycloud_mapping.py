"""What Currencycloud's words mean. Every enumeration is read from the vendor's document, where it is at hand."""

from typing import Any

import pytest
import yaml

from adapters.currencycloud import beneficiaries, events, mapping, refusals
from adapters.kit.errors import Misconfigured, Rejected, Unmapped
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_CANCELLED_BY_COMPANY, PAYOUT_REASON_REGULATORY
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from tests import corpora
from tests.adapters.currencycloud import samples
from tests.adapters.currencycloud.test_currencycloud_contract import DOCUMENT


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT.published["paths"][path][method]
    return found


def query(name: str) -> list[str]:
    """The values of a filter of GET /payments/find."""
    parameters = operation("/payments/find", "get")["parameters"]
    return next(list(each["schema"]["enum"]) for each in parameters if each["name"] == name)


def error_of(category: str, code: str) -> dict[str, Any]:
    message = "of Ada Sample, 123456789"
    return {"error_code": "x", "error_messages": {category: [{"code": code, "message": message, "params": {}}]}}


def documented_errors(path: str) -> list[tuple[str, str]]:
    """Category and code of each, from the document as it is: they are an extension that the judge does not need."""
    document = yaml.load(corpora.path("currencycloud/reference.yaml").read_text(), Loader=yaml.CSafeLoader)
    found = document["paths"][path]["post"]["responses"]["400"]["x-errors"]
    return [(each["category"], each["code"]) for each in found]


def test_every_status_of_a_payment_has_a_state() -> None:
    assert set(query("status")) == set(mapping.STATES)


def test_every_review_status_has_a_meaning() -> None:
    assert set(DOCUMENT.enumeration("Payment", "review_status")) == set(query("review_status")) == set(mapping.REVIEWS)


def test_every_rail_is_a_payment_type() -> None:
    form = operation("/payments/create", "post")["requestBody"]["content"]["multipart/form-data"]["schema"]

    assert set(form["properties"]["payment_type"]["enum"]) == set(mapping.RAILS.values())


def test_every_notification_that_can_be_asked_for_again_is_known() -> None:
    parameters = operation("/payments/{id}/notifications/retry", "post")["parameters"]
    kinds = next(each["schema"]["enum"] for each in parameters if each["name"] == "notification_type")

    assert set(kinds) <= events.PAYMENTS


@pytest.mark.parametrize("path", ["/payments/create", "/beneficiaries/create"])
def test_every_documented_error_is_a_field_of_the_customer_a_duplicate_or_ours(path: str) -> None:
    rejected = set()
    for category, code in documented_errors(path):
        answer = error_of(category, code)
        if refusals.is_duplicate(400, answer):
            assert refusals.refusal(400, answer) is None
        elif isinstance(refusals.refusal(400, answer), Rejected):
            rejected.add(category)

    assert rejected
    # What is about the account, the set-up or our own request stops, and is told to the adapter's owner.
    assert not rejected & {
        "currency",
        "beneficiary_id",
        "conversion_id",
        "on_behalf_of",
        "base",
        "purpose_code",
        "account",
    }


def test_a_refusal_never_repeats_the_vendors_message() -> None:
    failure = refusals.refusal(400, error_of("iban", "iban_is_invalid"))

    assert isinstance(failure, Rejected)
    assert "Ada" not in f"{failure!r} {failure.detail} {failure.problems}"


@pytest.mark.parametrize(
    "answer",
    [None, [], "text", {"error_messages": []}, {"error_messages": {"iban": "no"}}, {"error_messages": {"iban": [5]}}],
)
def test_an_error_in_another_shape_is_left_to_its_status(answer: Any) -> None:
    assert refusals.refusal(400, answer) is None
    assert not refusals.is_duplicate(400, answer)


def test_a_beneficiary_loses_nothing() -> None:
    fields = beneficiaries.fields(samples.beneficiary(rail_pb2.RAIL_ACH), "regular")

    assert "1 Example Street, Floor 2" == fields["beneficiary_address"]
    assert ("aba", "021000021", "123456789", "US") == (
        fields["routing_code_type_1"], fields["routing_code_value_1"], fields["account_number"], fields["bank_country"],
    )  # fmt: skip
    assert ("Ada", "Sample", "individual") == (
        fields["beneficiary_first_name"], fields["beneficiary_last_name"], fields["beneficiary_entity_type"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rail", "country"),
    [(rail_pb2.RAIL_SEPA, "DE"), (rail_pb2.RAIL_FASTER_PAYMENTS, "GB"), (rail_pb2.RAIL_SWIFT, "KW")],
)
def test_the_bank_s_country_is_read_off_the_account(rail: rail_pb2.Rail.ValueType, country: str) -> None:
    assert country == beneficiaries.fields(samples.beneficiary(rail), "regular")["bank_country"]


def test_one_beneficiary_by_two_ways_is_two_of_the_vendors() -> None:
    one = samples.beneficiary()

    assert beneficiaries.external_reference(one, "regular") != beneficiaries.external_reference(one, "priority")


def test_a_postal_code_that_the_vendor_has_no_room_for_is_refused_not_shortened() -> None:
    beneficiary = samples.beneficiary()
    beneficiary.party.address.postal_code = "1234567890123"

    with pytest.raises(Rejected):
        beneficiaries.fields(beneficiary, "regular")


def test_what_the_vendor_demands_and_nobody_wrote_is_the_payout_s_id() -> None:
    payout = samples.payout()
    payout.reference = payout.statement_text = ""
    fields = mapping.payment(payout, samples.THEIR_BENEFICIARY)

    assert payout.payout_id == fields["reference"] == fields["reason"]


def test_a_rail_that_is_not_covered_is_refused_before_anything_is_sent() -> None:
    payout = samples.payout()
    payout.rail = rail_pb2.RAIL_FEDNOW

    with pytest.raises(Misconfigured, match="RAIL_FEDNOW"):
        mapping.payment(payout, samples.THEIR_BENEFICIARY)


def test_a_payment_tells_payout_amount_time_and_arrival() -> None:
    seen = mapping.observation(samples.payment("completed"))

    assert PAYOUT_STATE_SETTLED == seen.state
    assert samples.payout().payout_id == seen.payout_id
    assert Money(currency_code="EUR", amount_minor=12_345) == seen.amount
    assert "2026-11-20T09:30:00Z" == seen.provider_time.ToJsonString()
    assert "2026-11-20T00:00:00Z" == seen.expected_settlement_time.ToJsonString()


def test_a_payment_that_the_vendor_s_review_rejected_says_so() -> None:
    seen = mapping.observation(samples.payment("failed", review_status="rejected"))

    assert (PAYOUT_STATE_FAILED, PAYOUT_REASON_REGULATORY) == (seen.state, seen.reason)


def test_what_was_deleted_was_cancelled_by_the_company() -> None:
    assert PAYOUT_REASON_CANCELLED_BY_COMPANY == mapping.observation(samples.payment("deleted")).reason


def test_an_amount_in_a_currency_without_decimals_may_be_written_with_some() -> None:
    seen = mapping.observation(samples.payment(amount="5000.00", currency="JPY"))

    assert Money(currency_code="JPY", amount_minor=5000) == seen.amount


@pytest.mark.parametrize("kind", sorted(events.PAYMENTS))
def test_whatever_the_notification_is_called_the_status_decides(kind: str) -> None:
    (seen,) = events.reading(samples.notification("ready_to_send", notification_type=kind)).observations

    assert PAYOUT_STATE_PENDING == seen.state


def test_a_notification_of_a_failed_review_says_why_though_it_does_not_carry_the_review() -> None:
    body = samples.notification("failed", notification_type=events.COMPLIANCE_FAILED)

    (seen,) = events.reading(body).observations

    assert (PAYOUT_STATE_FAILED, PAYOUT_REASON_REGULATORY) == (seen.state, seen.reason)


@pytest.mark.parametrize("kind", sorted(events.OTHERS))
def test_other_messages_are_read_and_say_nothing(kind: str) -> None:
    assert () == events.reading(samples.notification(message_type=kind)).observations


def test_the_vendors_own_example_is_read() -> None:
    # The guide's "Payment Released Notification", of 2018; its ids are the vendor's examples.
    body = b"""{"header": {"message_type": "payment", "notification_type": "payment_released_notification"},
    "body": {"id": "a634d8c2-f520-4cba-985c-77dc1e0cc9af", "amount": "2000.00", "failure_returned_amount": "2000.00",
    "beneficiary_id": "509c6dd0-6b26-4fec-930f-937ddc428bba", "conversion_id": null, "currency": "GBP",
    "reference": "cc", "reason": "test", "status": "completed", "payment_type": "priority",
    "payment_date": "2018-04-30 00:00:00 +0000", "transferred_at": "2018-04-30 08:39:25 +0000",
    "authorisation_steps_required": 0, "short_reference": "180430-TSLCQJ001", "failure_reason": "",
    "payment_group_id": null, "unique_request_id": "Ciu4eNcYnq582hwK_8Cu47sk", "fee_amount": null}}"""

    (seen,) = events.reading(body).observations

    assert (PAYOUT_STATE_SETTLED, "Ciu4eNcYnq582hwK_8Cu47sk") == (seen.state, seen.payout_id)
    assert Money(currency_code="GBP", amount_minor=200_000) == seen.amount


@pytest.mark.parametrize(
    "body",
    [
        samples.notification("teleported"),
        samples.notification(status="teleported"),
        samples.notification(notification_type="payment_teleported_notification"),
        samples.notification(message_type="pigeon"),
        samples.notification(message_type=None),
        samples.notification(review_status="maybe"),
        samples.notification(amount=None),
        samples.notification(amount="123.456"),
        samples.notification(currency="USDC"),
        samples.notification(id=None),
        b'{"header": {"message_type": "payment", "notification_type": "payment_released_notification"}}',
        b'{"header": []}',
        b'["payment"]',
        b"not json",
        b"\xff\xfe",
        b"",
    ],
)
def test_what_has_no_meaning_is_loud(body: bytes) -> None:
    with pytest.raises(Unmapped):
        events.reading(body)
