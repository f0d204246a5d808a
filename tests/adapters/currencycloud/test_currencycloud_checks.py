"""Asking the vendor whether it would take a payout: by its document, without anything being made."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapters.currencycloud.adapter import ADAPTER
from adapters.currencycloud.simulator import CurrencycloudSimulator
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Unavailable
from adapters.kit.simulator_http import Fault
from corridor.payouts.v1.payout_check_pb2 import PAYOUT_CHECK_VERDICT_REFUSED, PAYOUT_CHECK_VERDICT_TAKEN
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_INVALID_DETAILS
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from tests.adapters.currencycloud import samples
from tests.adapters.currencycloud.test_currencycloud_contract import judged
from tests.adapters.judging.recorder import Recording


@pytest.mark.parametrize("rail", list(samples.ACCOUNT_OF_RAIL))
def test_what_it_would_take_is_quoted_with_fee_and_arrival(
    rail: rail_pb2.Rail.ValueType, wire: Recording, call: Callable[..., Call]
) -> None:
    check = ADAPTER.check_payout(call(), samples.payout(rail), samples.beneficiary(rail))

    currency = samples.payout(rail).amount.currency_code
    assert PAYOUT_CHECK_VERDICT_TAKEN == check.verdict
    assert Money(currency_code=currency, amount_minor=5_000 if currency == "KWD" else 500) == check.fee
    assert datetime.now(UTC).date() <= check.expected_settlement_time.ToDatetime(UTC).date()
    assert 4 == len(judged(wire))


def test_details_that_it_refuses_are_refused_with_its_code(wire: Recording, call: Callable[..., Call]) -> None:
    beneficiary = samples.beneficiary(rail_pb2.RAIL_ACH)
    beneficiary.bank_account.us.account_number = "0000"

    check = ADAPTER.check_payout(call(), samples.payout(rail_pb2.RAIL_ACH), beneficiary)

    assert PAYOUT_CHECK_VERDICT_REFUSED == check.verdict
    assert PAYOUT_REASON_INVALID_DETAILS == check.reason
    assert "account_number_is_invalid" == check.provider_reason_code
    judged(wire)


def test_nothing_is_made_by_it(simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]) -> None:
    ADAPTER.check_payout(call(), samples.payout(), samples.beneficiary())

    assert [] == simulator.books()
    assert [] == simulator.store.all("beneficiary")


def test_a_quote_that_it_does_not_give_is_left_out(
    simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    simulator.fault(Fault("refuse", status=400), "quote_fee")

    check = ADAPTER.check_payout(call(), samples.payout(), samples.beneficiary())

    assert PAYOUT_CHECK_VERDICT_TAKEN == check.verdict
    assert not check.HasField("fee")


def test_a_vendor_that_does_not_answer_has_said_nothing(
    simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    simulator.fault(Fault("refuse"), "validate_beneficiary")

    with pytest.raises(Unavailable):
        ADAPTER.check_payout(call(), samples.payout(), samples.beneficiary())


def test_refused_credentials_say_nothing_of_the_payout(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.check_payout(call(api_key="bad0" * 16), samples.payout(), samples.beneficiary())
