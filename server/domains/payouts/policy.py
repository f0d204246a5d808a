"""What the company allows, and what rails carry. Every rule answers at once, from what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1 import payout_pb2
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_AMOUNT_REVIEW, PAYOUT_REASON_UNSPECIFIED, PayoutReason
from corridor.payouts.v1.payout_settings_pb2 import PayoutLimit, PayoutSettings
from corridor.payouts.v1.spending_limit_pb2 import SPENDING_SUBJECT_BENEFICIARY, SPENDING_SUBJECT_RAIL, SpendingLimit
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import Rail
from server.kit import ids, money
from server.kit.errors import Violation, fail

# The most that a rail carries in one payment, in minor units of its currency, as of November 2026.
RAIL_LIMITS: Mapping[int, int] = {
    rail_pb2.RAIL_ACH: 99_999_999_99,  # NACHA, entry detail record: ten digits
    rail_pb2.RAIL_ACH_SAME_DAY: 1_000_000_00,  # NACHA, same day ACH dollar limit since March 2022
    rail_pb2.RAIL_WIRE: 9_999_999_999_99,  # Fedwire Funds Service: below ten billion dollars
    rail_pb2.RAIL_RTP: 10_000_000_00,  # The Clearing House, since February 2025
    rail_pb2.RAIL_FEDNOW: 10_000_000_00,  # Federal Reserve, since November 2025
    rail_pb2.RAIL_SEPA: 999_999_999_99,  # EPC125-05, AT-T002
    rail_pb2.RAIL_SEPA_INSTANT: 999_999_999_99,  # EPC004-16, without a scheme limit of its own since October 2025
    rail_pb2.RAIL_FASTER_PAYMENTS: 1_000_000_00,  # Pay.UK, since February 2022
    rail_pb2.RAIL_BACS: 20_000_000_00,  # Pay.UK, Bacs item limit
}


Spending = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Decision:
    """How a payout is accepted."""

    rail: "Rail.ValueType"
    state: "payout_pb2.PayoutState.ValueType"
    reason: "PayoutReason.ValueType" = PAYOUT_REASON_UNSPECIFIED


def accept(amount: Money, rail: "Rail.ValueType", beneficiary: Beneficiary, settings: PayoutSettings) -> Decision:
    """How to accept a payout of this amount. Raises if currency, rail or amount are refused."""
    money.check_currency(amount.currency_code, "amount.currency_code")
    if amount.currency_code != beneficiary.bank_account.currency_code:
        raise fail(
            reasons.ERROR_REASON_CURRENCY_NOT_SUPPORTED,
            f"The beneficiary's account is in {beneficiary.bank_account.currency_code}.",
            violations=[Violation("amount.currency_code", "must be the currency of the account", "currency")],
        )
    rails = beneficiary.bank_account_facts.rails
    if rail and rail not in rails:
        names = ", ".join(rail_pb2.Rail.Name(each) for each in rails)
        raise fail(
            reasons.ERROR_REASON_RAIL_NOT_SUPPORTED,
            f"The beneficiary's account is reached by {names}.",
            violations=[Violation("rail", "must reach the beneficiary's account", "rail")],
        )
    chosen = rail or rails[0]
    if amount.amount_minor > RAIL_LIMITS.get(chosen, amount.amount_minor):
        raise _above(f"{rail_pb2.Rail.Name(chosen)} carries at most", RAIL_LIMITS[chosen], amount.currency_code)
    limit = _limit(settings, amount.currency_code)
    if limit.refuse_above_minor and amount.amount_minor > limit.refuse_above_minor:
        raise _above("The company allows at most", limit.refuse_above_minor, amount.currency_code)
    if limit.hold_above_minor and amount.amount_minor > limit.hold_above_minor:
        return Decision(chosen, payout_pb2.PAYOUT_STATE_HELD, PAYOUT_REASON_AMOUNT_REVIEW)
    return Decision(chosen, payout_pb2.PAYOUT_STATE_ACCEPTED)


def spending(payout: Payout, settings: PayoutSettings) -> list[Spending]:
    """The limits that a payout spends out of, as the accepting statement takes them."""
    return [
        {
            "name": limit.name,
            "beneficiary_id": payout.beneficiary_id if limit.per == SPENDING_SUBJECT_BENEFICIARY else "",
            "rail": payout.rail if limit.rail or limit.per == SPENDING_SUBJECT_RAIL else 0,
            "since": ids.since(payout.payout_id, limit.window_seconds),
            "seconds": limit.window_seconds,
            "count": limit.max_count,
            "amount": limit.max_amount_minor,
        }
        for limit in settings.spending_limits
        if limit.currency_code == payout.amount.currency_code and limit.rail in (0, payout.rail)
    ]


def spending_refused(settings: PayoutSettings, name: str, count: int, amount_minor: int) -> Exception:
    """What to raise for a payout that would pass a limit, of which so much is used."""
    limit = next((each for each in settings.spending_limits if each.name == name), SpendingLimit(name=name))
    return fail(
        reasons.ERROR_REASON_SPENDING_LIMIT_REACHED,
        f"The payout would pass the spending limit {name}.",
        limit=name,
        window=f"{limit.window_seconds}s",
        used_count=str(count),
        max_count=str(limit.max_count),
        used_amount_minor=str(amount_minor),
        max_amount_minor=str(limit.max_amount_minor),
    )


def check_settings(settings: PayoutSettings) -> None:
    """Raise unless every currency exists and has one limit only, and no two spending limits have one name."""
    names: set[str] = set()
    for index, spent in enumerate(settings.spending_limits):
        money.check_currency(spent.currency_code, f"settings.spending_limits[{index}].currency_code")
        if spent.name in names:
            raise fail(
                reasons.ERROR_REASON_INVALID_ARGUMENT,
                f"There are two spending limits called {spent.name}.",
                violations=[Violation(f"settings.spending_limits[{index}].name", "must be there once", "unique")],
            )
        names.add(spent.name)
    seen: set[str] = set()
    for index, limit in enumerate(settings.limits):
        field = f"settings.limits[{index}].currency_code"
        money.check_currency(limit.currency_code, field)
        if limit.currency_code in seen:
            raise fail(
                reasons.ERROR_REASON_INVALID_ARGUMENT,
                f"There are two limits for {limit.currency_code}.",
                violations=[Violation(field, "must be there once", "unique")],
            )
        seen.add(limit.currency_code)


def _limit(settings: PayoutSettings, currency_code: str) -> PayoutLimit:
    return next((limit for limit in settings.limits if limit.currency_code == currency_code), PayoutLimit())


def _above(what: str, most: int, currency_code: str) -> Exception:
    shown = money.display(most, currency_code)
    return fail(
        reasons.ERROR_REASON_AMOUNT_ABOVE_LIMIT,
        f"{what} {shown} in one payout.",
        violations=[Violation("amount.amount_minor", f"must be at most {most}", "limit")],
    )
