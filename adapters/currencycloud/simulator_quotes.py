"""What the simulated vendor validates and quotes without making anything. Shapes follow the vendor's document."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from adapters.currencycloud.simulator_checks import Fault, check_beneficiary

Json = dict[str, str]

FEE = "5.00"
"""What every payment is quoted to cost, in its own currency."""
DAYS = {"regular": 1, "priority": 0}
"""How many days a payment is quoted to take."""


def check_validated(form: Mapping[str, str]) -> Fault:
    """The first thing that is wrong with a beneficiary that is not to be made: it has no holder's name."""
    extra = {"name", "bank_account_holder_name", "beneficiary_external_reference"} & set(form)
    if extra:
        return "base", "invalid_extra_parameters"
    return check_beneficiary({**form, "bank_account_holder_name": "not asked for"})


def fee(argument: Callable[[str], str], account: str) -> Json:
    """The fee of a payment."""
    currency = argument("payment_currency")
    return {
        "account_id": account,
        "payment_currency": currency,
        "payment_destination_country": argument("payment_destination_country"),
        "payment_type": argument("payment_type"),
        "charge_type": "shared",
        "fee_amount": FEE,
        "fee_currency": currency,
    }


def delivery(argument: Callable[[str], str]) -> Json:
    """When a payment that is sent on a day arrives."""
    sent = date.fromisoformat(argument("payment_date")[:10])
    arrives = sent + timedelta(days=DAYS[argument("payment_type")])
    return {
        "payment_date": sent.isoformat(),
        "payment_delivery_date": f"{arrives.isoformat()}T00:00:00+00:00",
        "payment_cutoff_time": f"{sent.isoformat()}T19:00:00+00:00",
        "payment_type": argument("payment_type"),
        "currency": argument("currency"),
        "bank_country": argument("bank_country"),
    }
