"""Whether a payment would be taken, what it costs and when it arrives, asked without making one.

Rule: only what the vendor documents as validating or quoting. `POST /payments/validate` is left out: with Strong
Customer Authentication it can have a one-time password sent to a person (the document, `x-sca-to-authenticated-user`,
2026-11), and it wants a beneficiary that is there.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.currencycloud import beneficiaries, mapping, refusals
from adapters.kit.call import Call
from adapters.kit.errors import Rejected
from adapters.kit.mapping import money_from_decimal, timestamp
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_check_pb2 import (
    PAYOUT_CHECK_VERDICT_REFUSED,
    PAYOUT_CHECK_VERDICT_TAKEN,
    PayoutCheck,
)
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_INVALID_DETAILS

# What `POST /beneficiaries/create` takes and `POST /beneficiaries/validate` does not (the document, 2026-11).
_ONLY_TO_MAKE = frozenset({"name", "bank_account_holder_name", "beneficiary_external_reference"})


def check(
    post: Callable[..., Any], get: Callable[..., Any], call: Call, payout: Payout, beneficiary: Beneficiary
) -> PayoutCheck:
    """The vendor's validation of the account and its quotes. `post` and `get` send as the adapter does."""
    payment_type = mapping.payment_type(payout)
    fields = beneficiaries.fields(beneficiary, payment_type)
    wanted = {name: value for name, value in fields.items() if name not in _ONLY_TO_MAKE}
    try:
        post(call, "/beneficiaries/validate", wanted, only_asks=True, on_client_error=refusals.refusal)
    except Rejected as refused:
        return PayoutCheck(
            verdict=PAYOUT_CHECK_VERDICT_REFUSED,
            reason=PAYOUT_REASON_INVALID_DETAILS,
            provider_reason_code=refused.code,
        )
    found = PayoutCheck(verdict=PAYOUT_CHECK_VERDICT_TAKEN)
    country, currency = fields["bank_country"], payout.amount.currency_code
    fee = _quoted(
        get,
        call,
        "/payments/quote_payment_fee",
        {"payment_currency": currency, "payment_destination_country": country, "payment_type": payment_type},
    )
    if fee:
        found.fee.CopyFrom(money_from_decimal(fee.get("fee_amount"), fee.get("fee_currency")))
    today = datetime.now(UTC).date().isoformat()
    arrival = _quoted(
        get,
        call,
        "/payments/payment_delivery_date",
        {"payment_date": today, "payment_type": payment_type, "currency": currency, "bank_country": country},
    )
    if arrival:
        when = timestamp(arrival.get("payment_delivery_date"), "payment_delivery_date")
        if when is not None:
            found.expected_settlement_time.CopyFrom(when)
    return found


def _quoted(get: Callable[..., Any], call: Call, path: str, query: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What the vendor quotes; None where it quotes nothing for this, such as a day on which nothing is paid."""
    answer = get(call, path, query, absent=lambda status, _: status == 400)
    return answer if isinstance(answer, Mapping) else None
