"""Whether and how a payout is accepted: currency, rail, limits of the rail, limits of the company."""

import pytest

from corridor.payouts.v1 import payout_pb2
from corridor.payouts.v1.bank_account_facts_pb2 import BankAccountFacts
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_AMOUNT_REVIEW
from corridor.payouts.v1.payout_settings_pb2 import PayoutLimit, PayoutSettings
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.money_pb2 import Money
from server.domains.payouts import bank_accounts, policy
from server.domains.payouts.policy import Decision
from server.kit.errors import Failure
from tests.server.people import euro_account, us_account

ACCEPTED, HELD = payout_pb2.PAYOUT_STATE_ACCEPTED, payout_pb2.PAYOUT_STATE_HELD
NONE = PayoutSettings()


def paid_to(account: BankAccount) -> Beneficiary:
    """A beneficiary with an account."""
    found = bank_accounts.verdict(account)
    return Beneficiary(beneficiary_id="ben_1", bank_account=found.account, bank_account_facts=found.facts)


EURO, DOLLAR = paid_to(euro_account()), paid_to(us_account())


def euros(minor: int) -> Money:
    """An amount in euros."""
    return Money(currency_code="EUR", amount_minor=minor)


def limits(hold: int = 0, refuse: int = 0) -> PayoutSettings:
    """What a company allows in euros."""
    limit = PayoutLimit(currency_code="EUR", hold_above_minor=hold, refuse_above_minor=refuse)
    return PayoutSettings(limits=[PayoutLimit(currency_code="USD", refuse_above_minor=1), limit])


def refused(amount: Money, rail: int = 0, to: Beneficiary = EURO, settings: PayoutSettings = NONE) -> tuple[str, str]:
    """Why it is refused, and the field."""
    with pytest.raises(Failure) as failure:
        policy.accept(amount, rail, to, settings)  # type: ignore[arg-type] # numbers of the enum
    return failure.value.name, failure.value.violations[0].field


def test_a_payout_without_a_rail_takes_the_usual_one() -> None:
    assert Decision(rail_pb2.RAIL_SEPA, ACCEPTED) == policy.accept(euros(1), rail_pb2.RAIL_UNSPECIFIED, EURO, NONE)


def test_a_rail_that_reaches_the_account_is_taken() -> None:
    assert rail_pb2.RAIL_SWIFT == policy.accept(euros(1), rail_pb2.RAIL_SWIFT, EURO, NONE).rail


@pytest.mark.parametrize("rail", [rail_pb2.RAIL_ACH, rail_pb2.RAIL_BACS])
def test_a_rail_that_does_not_reach_the_account_is_refused(rail: int) -> None:
    assert ("RAIL_NOT_SUPPORTED", "rail") == refused(euros(1), rail)


@pytest.mark.parametrize("currency", ["USD", "JPY", "XXY"])
def test_another_currency_than_that_of_the_account_is_refused(currency: str) -> None:
    amount = Money(currency_code=currency, amount_minor=1)

    assert ("CURRENCY_NOT_SUPPORTED", "amount.currency_code") == refused(amount)


@pytest.mark.parametrize(("rail", "most"), policy.RAIL_LIMITS.items())
def test_a_rail_carries_its_limit_and_no_more(rail: int, most: int) -> None:
    to = Beneficiary(
        bank_account=BankAccount(currency_code="EUR"),
        bank_account_facts=BankAccountFacts(rails=[rail]),  # type: ignore[list-item] # numbers of the enum
    )

    assert ACCEPTED == policy.accept(euros(most), rail_pb2.RAIL_UNSPECIFIED, to, NONE).state
    assert ("AMOUNT_ABOVE_LIMIT", "amount.amount_minor") == refused(euros(most + 1), to=to)


def test_a_correspondent_transfer_has_no_limit_of_its_own() -> None:
    assert ACCEPTED == policy.accept(euros(10**15), rail_pb2.RAIL_SWIFT, EURO, NONE).state


@pytest.mark.parametrize(("minor", "state"), [(999, ACCEPTED), (1000, ACCEPTED), (1001, HELD)])
def test_what_is_above_the_threshold_is_held(minor: int, state: int) -> None:
    assert state == policy.accept(euros(minor), rail_pb2.RAIL_UNSPECIFIED, EURO, limits(hold=1000)).state


def test_a_held_payout_says_why() -> None:
    decision = policy.accept(euros(2), rail_pb2.RAIL_UNSPECIFIED, EURO, limits(hold=1))

    assert PAYOUT_REASON_AMOUNT_REVIEW == decision.reason


def test_what_is_above_the_companys_limit_is_refused_rather_than_held() -> None:
    settings = limits(hold=1, refuse=1000)

    assert HELD == policy.accept(euros(1000), rail_pb2.RAIL_UNSPECIFIED, EURO, settings).state
    assert ("AMOUNT_ABOVE_LIMIT", "amount.amount_minor") == refused(euros(1001), settings=settings)


def test_limits_of_another_currency_do_not_apply() -> None:
    settings = PayoutSettings(limits=[PayoutLimit(currency_code="EUR", refuse_above_minor=1)])

    dollars = Money(currency_code="USD", amount_minor=5_000)
    assert ACCEPTED == policy.accept(dollars, rail_pb2.RAIL_UNSPECIFIED, DOLLAR, settings).state


def test_settings_name_each_currency_once() -> None:
    twice = PayoutSettings(limits=[PayoutLimit(currency_code="EUR"), PayoutLimit(currency_code="EUR")])

    with pytest.raises(Failure) as failure:
        policy.check_settings(twice)

    assert "INVALID_ARGUMENT" == failure.value.name
    assert "settings.limits[1].currency_code" == failure.value.violations[0].field


def test_settings_name_currencies_that_exist() -> None:
    with pytest.raises(Failure, match="CURRENCY_NOT_SUPPORTED"):
        policy.check_settings(PayoutSettings(limits=[PayoutLimit(currency_code="XXY")]))
