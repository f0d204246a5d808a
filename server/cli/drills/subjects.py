"""What is sent while a provider is lost: for each domain, what a caller asks for, and how it can end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from adapters.kit.discovery import Provider
from server.cli.adapters import examples
from server.cli.rest import Rest

_SMALLEST = 10_000  # minor units; simulators have magic values elsewhere
_DIFFERENT = 5_000


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of thing that is sent. `body` gives the request with a number of its own."""

    domain: str
    path: str
    id_field: str
    operation: str
    """The port's method that acts."""
    books: str
    """The kind of the entry that its provider's books have of it, once."""
    moved: frozenset[str]
    """The states in which its money has moved, or was promised."""
    unmoved: frozenset[str]
    """The other states at an end."""
    body: Callable[[int], dict[str, Any]]

    @property
    def ended(self) -> frozenset[str]:
        """Every state at an end."""
        return self.moved | self.unmoved


def payouts(rest: Rest, primary: Provider, standby: Provider) -> Subject:
    """Payouts by a rail and in a currency that both providers serve."""
    rail, account = _common_rail(primary, standby)
    made = rest.send("POST", "/v1/beneficiaries", {
        "party": {"business": {"legal_name": "Drill Beneficiary Ltd"}, "address": _ADDRESS},
        "bank_account": account,
    }, key="drill-beneficiary")  # fmt: skip
    beneficiary_id, currency = made.body["beneficiary_id"], account["currency_code"]

    def body(number: int) -> dict[str, Any]:
        amount = {"currency_code": currency, "amount_minor": _SMALLEST + number % _DIFFERENT}
        customer = {"customer_id": f"customer-{number}"}
        return {"beneficiary_id": beneficiary_id, "amount": amount, "rail": rail, "customer": customer}

    states = "PAYOUT_STATE_"
    return Subject(
        domain="payouts",
        path="/v1/payouts",
        id_field="payout_id",
        operation="create_payout",
        books="payout",
        moved=frozenset({f"{states}SETTLED", f"{states}RETURNED"}),
        unmoved=frozenset({f"{states}FAILED", f"{states}CANCELLED"}),
        body=body,
    )


def payments(primary: Provider, standby: Provider, token: str) -> Subject:
    """Payments that are captured as soon as they are authorised, by a token that both providers take."""
    currencies = [code for code in primary.manifest.coverage["payments"].currencies
                  if code in standby.manifest.coverage["payments"].currencies]  # fmt: skip
    if not currencies:
        raise click.ClickException(f"{primary.name} and {standby.name} have no currency of payments in common.")
    currency = next((code for code in ("EUR", "USD", "GBP") if code in currencies), currencies[0])

    def body(number: int) -> dict[str, Any]:
        amount = {"currency_code": currency, "amount_minor": _SMALLEST + number % _DIFFERENT}
        return {
            "amount": amount, "payment_method": {"token": token}, "customer": {"customer_id": f"customer-{number}"},
        }  # fmt: skip

    states = "PAYMENT_STATE_"
    return Subject(
        domain="payments",
        path="/v1/payments",
        id_field="payment_id",
        operation="authorise",
        books="payment",
        moved=frozenset({f"{states}CAPTURED"}),
        unmoved=frozenset({f"{states}DECLINED", f"{states}FAILED", f"{states}VOIDED", f"{states}EXPIRED"}),
        body=body,
    )


_ADDRESS = {
    "lines": ["1 Example Street"], "city": "Springfield", "region": "IL", "postal_code": "62701", "country_code": "US",
}  # fmt: skip


def _common_rail(primary: Provider, standby: Provider) -> tuple[str, dict[str, Any]]:
    """A rail that both serve, in a currency that both serve, with an account that it reaches."""
    theirs = standby.manifest.coverage["payouts"]
    for rail in primary.manifest.coverage["payouts"].rails:
        name, account = examples.account_by_rail(primary, rail)
        if rail in theirs.rails and account["currency_code"] in theirs.currencies:
            return name, account
    raise click.ClickException(f"{primary.name} and {standby.name} have no rail and currency of payouts in common.")
