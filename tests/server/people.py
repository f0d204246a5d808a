"""What tests of the server have in common: beneficiaries and payouts to make, and the company's own connection."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message

from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1.payment_pb2 import Payment, PaymentMethod
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1 import payout_settings_pb2
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Business, Party
from server.store.engine import Connection
from tests.serving import SANDBOX, Client, Refused, Running

IBAN = "DE89370400440532013000"
_keys = itertools.count()


def new_key() -> str:
    """An idempotency key that no other call of this run has."""
    return f"key-{next(_keys)}"


def euro_account(iban: str = IBAN) -> BankAccount:
    """A German account in euros."""
    account = BankAccount(currency_code="EUR")
    account.iban.iban = iban
    return account


def us_account(routing: str = "021000021") -> BankAccount:
    """An account in the United States, in dollars."""
    account = BankAccount(currency_code="USD")
    account.us.routing_number, account.us.account_number = routing, "123456789"
    return account


def beneficiary(client: Client, account: BankAccount | None = None) -> str:
    """A new beneficiary; its id."""
    request = beneficiaries.CreateBeneficiaryRequest(
        party=Party(business=Business(legal_name="Example GmbH")), bank_account=account or euro_account()
    )
    made = client.call("BeneficiaryService/CreateBeneficiary", request, key=new_key())
    return str(made.beneficiary.beneficiary_id)


def create(beneficiary_id: str, minor: int = 12_50, currency: str = "EUR", **changes: Any) -> Message:
    """The request for a payout."""
    amount = Money(currency_code=currency, amount_minor=minor)
    return payouts.CreatePayoutRequest(beneficiary_id=beneficiary_id, amount=amount, **changes)


def payout(client: Client, beneficiary_id: str = "", minor: int = 12_50, **changes: Any) -> Payout:
    """A new payout."""
    request = create(beneficiary_id or beneficiary(client), minor, **changes)
    made: Payout = client.call("PayoutService/CreatePayout", request, key=new_key()).payout
    return made


def payment(client: Client, minor: int = 12_50, **changes: Any) -> Payment:
    """A new payment."""
    amount = Money(currency_code="EUR", amount_minor=minor)
    request = payments.CreatePaymentRequest(amount=amount, payment_method=PaymentMethod(token="tok_visa"), **changes)
    made: Payment = client.call("PaymentService/CreatePayment", request, key=new_key()).payment
    return made


def hold_above(client: Client, minor: int, currency: str = "EUR", refuse: int = 0) -> None:
    """Let payouts above an amount be held."""
    limit = payout_settings_pb2.PayoutLimit(currency_code=currency, hold_above_minor=minor, refuse_above_minor=refuse)
    settings = payout_settings_pb2.PayoutSettings(limits=[limit])
    client.call("PayoutService/UpdatePayoutSettings", payouts.UpdatePayoutSettingsRequest(settings=settings))


def refused(client: Client, name: str, request: Message | bytes, **how: Any) -> Refused:
    """How a call is refused that must be."""
    with pytest.raises(Refused) as caught:
        client.call(name, request, **how)  # type: ignore[arg-type] # bytes go out as they are
    return caught.value


def company_of(running: Running, client: Client) -> str:
    """The company whose key a client holds."""
    caller, _ = running.parts.keys.caller(client.key)
    assert caller is not None
    return caller.company_id


@contextlib.contextmanager
def rows(running: Running, client: Client, environment: int = SANDBOX) -> Iterator[Connection]:
    """A connection that sees what the client's company has."""
    with running.parts.store.of(company_of(running, client), environment) as connection:
        yield connection
