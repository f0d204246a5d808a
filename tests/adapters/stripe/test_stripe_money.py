"""Money, bank accounts and refusals: what the vendor is told, and what it means when it says no."""

from decimal import Decimal
from typing import Any

import pytest

from adapters.kit.errors import Misconfigured, Rejected, Unknown, Unmapped
from adapters.stripe import (
    amounts,
    charges,
    payout_mapping,
    refusals,
)
from corridor.payments.v1.payment_facts_pb2 import Fee
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from tests.adapters.stripe import samples


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("USD", 12_345, 12_345),
        ("JPY", 500, 500),
        ("KRW", 501, 501),
        ("KWD", 5_120, 5_120),
        ("ISK", 5, 500),  # no decimals by ISO 4217, two at the vendor, which must be 00
        ("UGX", 5, 500),
        ("MGA", 500, 5),  # two decimals by ISO 4217, none at the vendor
        ("HUF", 1_045, 1_045),
    ],
)
def test_amounts_are_told_in_the_vendor_s_units_and_come_back(currency: str, ours: int, theirs: int) -> None:
    money = Money(currency_code=currency, amount_minor=ours)

    assert theirs == amounts.amount(money)
    assert money == amounts.stated(theirs, currency.lower())


@pytest.mark.parametrize(("currency", "minor"), [("KWD", 5_124), ("BHD", 1), ("TND", 12_345), ("MGA", 501)])
def test_an_amount_that_cannot_be_carried_exactly_is_refused_never_rounded(currency: str, minor: int) -> None:
    with pytest.raises(Rejected) as refused:
        amounts.amount(Money(currency_code=currency, amount_minor=minor))

    assert ["amount"] == [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize(("minor", "currency"), [(501, "isk"), (1.5, "usd"), (True, "usd"), ("1", "usd"), (1, "xyz")])
def test_an_amount_that_is_none_is_loud(minor: Any, currency: str) -> None:
    with pytest.raises(Unmapped):
        amounts.stated(minor, currency)


def test_fees_and_rates_are_those_that_the_vendor_states() -> None:
    line = samples.published(
        "balance_transaction",
        amount=1_250,
        currency="usd",
        exchange_rate=Decimal("1.25"),
        fee_details=[{"amount": 59, "currency": "usd", "type": "stripe_fee"}],
    )

    fees, exchange = charges.costs(line, Money(currency_code="GBP", amount_minor=1_000))

    assert [Fee(amount=Money(currency_code="USD", amount_minor=59), type="stripe_fee")] == fees
    assert exchange is not None
    assert ("1.25", 1_250, "GBP") == (exchange.rate, exchange.target.amount_minor, exchange.source.currency_code)


def test_a_fee_with_a_fraction_of_a_krona_leaves_the_payment_as_it_is() -> None:
    fee = {"amount": 145, "currency": "isk", "type": "stripe_fee"}

    assert ([], None) == charges.costs({"fee_details": [fee]}, Money(currency_code="ISK", amount_minor=50))


def test_a_failed_payout_is_a_return_with_its_reason() -> None:
    seen = payout_mapping.observation(samples.published("payout", status="failed", failure_code="account_closed"))

    assert (PAYOUT_STATE_RETURNED, PAYOUT_REASON_ACCOUNT_CLOSED, "account_closed") == (
        seen.state, seen.reason, seen.provider_reason_code,
    )  # fmt: skip


def test_a_rail_that_the_vendor_does_not_pay_by_is_refused_before_anything_is_sent() -> None:
    payout = samples.payout()
    payout.rail = rail_pb2.RAIL_WIRE

    with pytest.raises(Misconfigured, match="RAIL_WIRE"):
        payout_mapping.payout_form(payout, "ba_1")


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (samples.US_ACCOUNT, ("US", "000123456789", "110000000")),
        (samples.IBAN_ACCOUNT, ("DE", "DE89370400440532013000", None)),
        (samples.UK_ACCOUNT, ("GB", "00012345", "108800")),
        (samples.BIC_ACCOUNT, ("US", "000123456789", "CHASUS33")),
    ],
)
def test_a_bank_account_is_told_as_its_country_addresses_it(account: Any, expected: Any) -> None:
    form = payout_mapping.bank_account(samples.beneficiary(account))

    assert expected == (form["country"], form["account_number"], form["routing_number"])


@pytest.mark.parametrize(
    ("status", "error", "failure"),
    [
        (400, {"type": "idempotency_error"}, Misconfigured),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, Unknown),
        (400, {"type": "invalid_request_error", "code": "resource_missing", "param": "payment_method"}, Rejected),
        (400, {"type": "invalid_request_error", "code": "amount_too_small", "param": "amount"}, Rejected),
        (400, {"type": "invalid_request_error", "code": "account_number_invalid"}, Rejected),
        (400, {"type": "invalid_request_error", "code": "parameter_unknown", "param": "amonut"}, type(None)),
        (404, {"type": "invalid_request_error", "code": "resource_missing", "param": "intent"}, type(None)),
        (403, {"type": "invalid_request_error", "code": "payment_method"}, type(None)),
    ],
)
def test_a_refusal_says_whose_fault_it_is(status: int, error: Any, failure: type) -> None:
    assert failure is type(refusals.refusal(status, {"error": error}))


def test_a_refusal_never_repeats_the_vendor_s_message() -> None:
    error = {"type": "invalid_request_error", "code": "account_number_invalid", "message": "99887766 of Ada Sample"}

    failure = refusals.refusal(400, {"error": error})

    assert isinstance(failure, Rejected)
    assert "99887766" not in f"{failure!r} {failure.detail} {failure.problems}"
