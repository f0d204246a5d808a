"""What Lithic's words mean. Every enumeration is read from the vendor's document, where it is at hand."""

import re
from typing import Any

import pytest

from adapters.kit.errors import Misconfigured, Rejected, Unmapped
from adapters.lithic import accounts, mapping
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_CANCELLED_BY_PROVIDER,
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
    PAYOUT_REASON_OTHER,
    PAYOUT_REASON_UNSPECIFIED,
)
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS, Iban
from corridor.type.v1.money_pb2 import Money
from tests.adapters.lithic import samples
from tests.adapters.lithic.vendor_document import DOCUMENT

ASKED = samples.account_body()


@pytest.mark.parametrize(
    ("schema", "name", "table"),
    [
        ("payment-transaction", "status", mapping.STATES),
        ("payment-transaction", "result", mapping.RESULTS),
        ("payment-transaction", "category", mapping.CATEGORIES),
        ("payment-transaction", "direction", mapping.DIRECTIONS),
        ("payment-transaction", "method", mapping.METHODS),
        ("payment-transaction", "type", mapping.TYPES),
        ("payment_event", "type", mapping.EVENTS),
        ("payment_event", "result", mapping.RESULTS),
        ("payment_event", "detailed_results", mapping.DETAILS),
        ("bank_account_api_response", "state", accounts.STATES),
        ("bank_account_api_response", "verification_state", accounts.VERIFICATION_STATES),
        ("CreatePaymentRequest", "method", dict.fromkeys(mapping.RAILS.values())),
    ],
)  # fmt: skip
def test_every_word_of_the_vendors_enumerations_has_a_row(schema: str, name: str, table: dict[str, Any]) -> None:
    assert set(DOCUMENT.enumeration(schema, name)) == set(table)


def test_the_verification_methods_are_the_vendors() -> None:
    known = DOCUMENT.enumeration("bank_account_api_response", "verification_method")

    assert set(known) > accounts.VERIFICATION_METHODS


def test_every_return_code_that_the_document_allows_has_a_reason() -> None:
    schema = DOCUMENT.published["components"]["schemas"]["payment_return_request"]
    allowed = re.compile(schema["properties"]["return_reason_code"]["pattern"])
    codes = {code for code in (f"R{number:02}" for number in range(100)) if allowed.fullmatch(code)}

    # NACHA defines no R48 and no R49: the document's pattern is wider than the rules.
    assert {"R48", "R49"} == codes - set(mapping.RETURN_REASONS)
    assert PAYOUT_REASON_UNSPECIFIED not in mapping.RETURN_REASONS.values()


def test_the_vendors_published_example_is_read() -> None:
    seen = mapping.observation(samples.PUBLISHED)

    assert (PAYOUT_STATE_PENDING, "PENDING", "") == (seen.state, seen.provider_state, seen.payout_id)
    assert Money(currency_code="USD", amount_minor=1_588) == seen.amount
    assert "2025-10-27T20:12:25Z" == seen.provider_time.ToJsonString()


def test_a_payment_is_the_payout_whose_id_it_carries() -> None:
    seen = mapping.observation(samples.payment())

    assert (samples.PAYOUT_ID, mapping.payment_token(samples.PAYOUT_ID)) == (seen.payout_id, seen.provider_reference)


@pytest.mark.parametrize(
    ("status", "events", "state"),
    [
        ("PENDING", ["ACH_ORIGINATION_REVIEWED", "ACH_ORIGINATION_PROCESSED"], PAYOUT_STATE_PENDING),
        ("SETTLED", ["ACH_ORIGINATION_PROCESSED", "ACH_ORIGINATION_SETTLED"], PAYOUT_STATE_SETTLED),
        ("RETURNED", ["ACH_ORIGINATION_SETTLED", "ACH_RETURN_PROCESSED"], PAYOUT_STATE_RETURNED),
        ("DECLINED", ["ACH_ORIGINATION_REVIEWED:FUNDS_INSUFFICIENT"], PAYOUT_STATE_FAILED),
        ("REVERSED", ["ACH_ORIGINATION_CANCELLED"], PAYOUT_STATE_CANCELLED),
        ("CANCELED", ["ACH_ORIGINATION_CANCELLED"], PAYOUT_STATE_CANCELLED),
        ("REVERSED", ["ACH_ORIGINATION_REVIEWED", "ACH_ORIGINATION_REJECTED"], PAYOUT_STATE_FAILED),
        ("REVERSED", ["ACH_ORIGINATION_SETTLED", "ACH_RETURN_SETTLED"], PAYOUT_STATE_RETURNED),
    ],
)
def test_the_status_decides_and_where_it_says_no_more_than_over_the_events_do(
    status: str, events: list[str], state: int
) -> None:
    assert state == mapping.observation(samples.payment(*events, status=status)).state


@pytest.mark.parametrize("status", ["REVERSED", "CANCELED", "DECLINED"])
@pytest.mark.parametrize("left", sorted(mapping.LEFT))
def test_what_has_left_is_never_told_as_failed_or_cancelled(left: str, status: str) -> None:
    with pytest.raises(Unmapped):
        mapping.observation(samples.payment(left, "ACH_ORIGINATION_CANCELLED", status=status))


@pytest.mark.parametrize("status", ["REVERSED", "CANCELED"])
def test_an_end_without_an_event_that_tells_of_it_is_loud(status: str) -> None:
    with pytest.raises(Unmapped):
        mapping.observation(samples.payment("ACH_ORIGINATION_REVIEWED", status=status))


def test_a_declined_event_did_not_happen() -> None:
    with pytest.raises(Unmapped):
        mapping.observation(samples.payment("ACH_ORIGINATION_CANCELLED:DECLINED", status="REVERSED"))


@pytest.mark.parametrize(
    ("code", "reason"),
    [("R03", PAYOUT_REASON_ACCOUNT_NOT_FOUND), (None, PAYOUT_REASON_OTHER), ("", PAYOUT_REASON_OTHER)],
)
def test_a_return_says_why_by_its_code(code: str | None, reason: int) -> None:
    seen = mapping.observation(samples.payment("ACH_RETURN_PROCESSED", status="RETURNED", code=code))

    assert (reason, code or "") == (seen.reason, seen.provider_reason_code)


@pytest.mark.parametrize(
    ("events", "status", "reason", "code"),
    [
        (["ACH_ORIGINATION_REVIEWED:FUNDS_INSUFFICIENT"], "DECLINED", PAYOUT_REASON_INSUFFICIENT_FUNDS,
         "FUNDS_INSUFFICIENT"),
        (["ACH_ORIGINATION_REVIEWED:DECLINED"], "DECLINED", PAYOUT_REASON_DECLINED_BY_PROVIDER, "DECLINED"),
        (["ACH_ORIGINATION_REJECTED"], "REVERSED", PAYOUT_REASON_OTHER, ""),
        (["ACH_ORIGINATION_CANCELLED"], "REVERSED", PAYOUT_REASON_CANCELLED_BY_PROVIDER, ""),
        ([], "PENDING", PAYOUT_REASON_UNSPECIFIED, ""),
    ],
)  # fmt: skip
def test_every_end_says_why(events: list[str], status: str, reason: int, code: str) -> None:
    seen = mapping.observation(samples.payment(*events, status=status))

    assert (reason, code) == (seen.reason, seen.provider_reason_code)


@pytest.mark.parametrize(
    "strange",
    [
        samples.payment(status="TELEPORTED"),
        samples.payment(result="MAYBE"),
        samples.payment(category="PIGEON"),
        samples.payment(direction="UP"),
        samples.payment(direction="DEBIT"),
        samples.payment(method="PIGEON"),
        samples.payment(type="PIGEON"),
        samples.payment(type="RECEIPT_DEBIT"),
        samples.payment(currency="USDC"),
        samples.payment(currency=None),
        samples.payment(token=""),
        samples.payment(events=[]),
        samples.payment(events="none"),
        samples.payment(events=["INITIATED"]),
        samples.payment(updated="yesterday"),
        samples.payment("ACH_TELEPORTED"),
        samples.payment("ACH_ORIGINATION_REVIEWED:TELEPORTED"),
        samples.payment("ACH_RETURN_PROCESSED", status="RETURNED", code="R99"),
        samples.payment("ACH_RETURN_PROCESSED", status="RETURNED", code="C01"),
        {**samples.payment(), "events": [{**samples.payment()["events"][0], "amount": "1"}]},
        {**samples.payment(), "events": [{**samples.payment()["events"][0], "result": None}]},
        [],
        None,
    ],
)
def test_what_has_no_meaning_is_loud(strange: Any) -> None:
    with pytest.raises(Unmapped):
        mapping.observation(strange)


def test_a_key_always_makes_the_same_token_and_another_key_another() -> None:
    """The token of a payout is forever: a change of how it is made would pay again what was paid before."""
    assert "bb96927a-cc59-5e5a-aa07-befd3729449a" == mapping.payment_token(samples.PAYOUT_ID)
    assert mapping.payment_token("po_2") != mapping.payment_token("po_1")


def test_the_same_payout_makes_the_same_body() -> None:
    assert samples.payment_body() == samples.payment_body()


@pytest.mark.parametrize(("party", "code"), [(samples.PERSON, "PPD"), (samples.BUSINESS, "CCD")], ids=["ppd", "ccd"])
def test_the_sec_code_follows_the_kind_of_beneficiary(party: Any, code: str) -> None:
    body = mapping.payment_request(samples.payout(), samples.beneficiary(party), token="t", paid_from="a", paid_to="b")

    assert code == body["method_attributes"]["sec_code"]


def test_a_payout_by_another_rail_or_currency_is_refused_before_anything_is_sent() -> None:
    by_wire, in_euro = samples.payout(rail_pb2.RAIL_WIRE), samples.payout()
    in_euro.amount.currency_code = "EUR"

    for payout in (by_wire, in_euro):
        with pytest.raises(Misconfigured):
            mapping.check_covered(payout)


# A beneficiary as an external bank account.


def test_a_name_travels_without_its_accents() -> None:
    assert "Zoe Sample" == ASKED["owner"]


def test_a_savings_account_is_told_as_one() -> None:
    beneficiary = samples.beneficiary()
    beneficiary.bank_account.us.account_type = US_ACCOUNT_TYPE_SAVINGS

    assert ("SAVINGS", "CHECKING") == (accounts.account_request(beneficiary, "UNVERIFIED")["type"], ASKED["type"])


def test_what_the_vendor_cannot_be_told_is_rejected_with_our_field() -> None:
    long, foreign, lettered = samples.beneficiary(samples.BUSINESS), samples.beneficiary(), samples.beneficiary()
    long.party.business.legal_name = "x" * 101
    foreign.party.person.family_name = "山田"
    lettered.bank_account.us.account_number = "AB-1234"
    fields = []
    for beneficiary in (long, foreign, lettered):
        with pytest.raises(Rejected) as refused:
            accounts.account_request(beneficiary, "UNVERIFIED")
        fields += [problem.field for problem in refused.value.problems]

    assert ["beneficiary.party", "beneficiary.party", "beneficiary.bank_account"] == fields


def test_what_the_connection_cannot_do_is_misconfigured() -> None:
    abroad = samples.beneficiary()
    abroad.bank_account.iban.CopyFrom(Iban(iban="DE89370400440532013000"))

    for beneficiary, method in ((abroad, "UNVERIFIED"), (samples.beneficiary(), "MICRO_DEPOSIT")):
        with pytest.raises(Misconfigured):
            accounts.account_request(beneficiary, method)


def _account(**changes: Any) -> dict[str, Any]:
    return {"token": samples.PAID_TO, "routing_number": "021000021", "last_four": "6789", "state": "ENABLED",
            "verification_state": "ENABLED", **changes}  # fmt: skip


def test_an_account_that_is_open_is_paid() -> None:
    assert samples.PAID_TO == accounts.payable(_account(), ASKED)
    assert samples.PAID_TO == accounts.payable(_account(verification_state="PENDING"), ASKED)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "PAUSED"},
        {"state": "CLOSED"},
        {"verification_state": "FAILED_VERIFICATION"},
        {"verification_state": "INSUFFICIENT_FUNDS"},
    ],
)
def test_an_account_that_is_not_paid_is_the_customers_to_change(changes: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        accounts.payable(_account(**changes), ASKED)


@pytest.mark.parametrize("changes", [{"routing_number": "011103093"}, {"last_four": "0000"}])
def test_another_account_than_the_one_asked_for_is_never_paid(changes: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        accounts.payable(_account(**changes), ASKED)


@pytest.mark.parametrize("changes", [{"state": "HIDDEN"}, {"verification_state": "MAYBE"}, {"token": None}])
def test_an_account_in_words_that_are_not_known_is_loud(changes: dict[str, Any]) -> None:
    with pytest.raises(Unmapped):
        accounts.payable(_account(**changes), ASKED)


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"context": None}, {"context": []}, {"context": {"existing_token": 5}}]
)
def test_a_conflict_that_names_no_account_names_none(answer: Any) -> None:
    assert "" == accounts.existing(answer)
