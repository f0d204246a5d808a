"""Payments in the shadow of others: what is tried, and what came of one, in the words of comparisons. It only reads.

A payment method's token is one provider's. Another gets it in its request as it is, and may not know it.
"""

from dataclasses import dataclass
from typing import Any

from adapters.kit.call import Call
from corridor.payments.v1 import decline_pb2
from corridor.payments.v1.decline_pb2 import Decline
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.providers.v1.connection_pb2 import Connection
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowResult
from corridor.type.v1.money_pb2 import Money
from server.domains.payments import meaning
from server.domains.payments.lifecycle import ACCEPTED, DECLINED, EXPIRED, FAILED, REQUIRES_ACTION, SENT, VOIDED
from server.domains.payments.repository import Payments
from server.domains.payments.routed import DOMAIN
from server.domains.payments.sent_payments import AUTHORISE
from server.kit.context import Context

_REFUSED = comparing.SHADOW_OUTCOME_REFUSED
_ACCEPTED = comparing.SHADOW_OUTCOME_ACCEPTED


@dataclass(frozen=True, slots=True)
class ShadowedPayments:
    """What shadows have to know of payments: of their approval, and not of what is done with them after it."""

    payments: Payments

    name = DOMAIN
    create = AUTHORISE

    def get(self, context: Context, resource_id: str) -> Payment | None:
        """The payment as it is."""
        return self.payments.get(context, resource_id)

    def sent_over(self, thing: Payment) -> str:
        """Its connection."""
        return thing.connection_id

    def at_end(self, thing: Payment) -> bool:
        """Whether it is known if it was approved."""
        return thing.state not in (ACCEPTED, SENT, REQUIRES_ACTION)

    def disguised(self, thing: Payment, resource_id: str) -> Payment:
        """As it was asked for, under another id."""
        copy = Payment(
            payment_id=resource_id,
            state=ACCEPTED,
            amount=thing.amount,
            payment_method=thing.payment_method,
            capture_method=thing.capture_method,
            partial_approval_allowed=thing.partial_approval_allowed,
            reference=thing.reference,
            statement_text=thing.statement_text,
            return_url=thing.return_url,
            environment=thing.environment,
            create_time=thing.create_time,
            country_code=thing.country_code,
            sandbox_scenario=thing.sandbox_scenario,
        )
        return copy

    def send(self, context: Context, adapter: Any, call: Call, thing: Payment) -> PaymentObservation:
        """Ask for the payment's approval."""
        answer: PaymentObservation = adapter.authorise(call, thing)
        return answer

    def check(self, context: Context, adapter: Any, call: Call, thing: Payment) -> ShadowResult | None:
        """No provider tells beforehand whether an issuer will approve."""
        return None

    def asked(self, thing: Payment) -> ShadowResult:
        """What was asked for."""
        return ShadowResult(amount=thing.amount, statement_text=thing.statement_text)

    def told(self, thing: Payment) -> ShadowResult:
        """What came of it. What was done with it after its approval says nothing of it."""
        found = self.asked(thing)
        if thing.state in (DECLINED, FAILED):
            _refuse(found, thing.decline, thing.provider_reason_code)
        elif thing.state not in (ACCEPTED, SENT, REQUIRES_ACTION, VOIDED, EXPIRED) or thing.authorised_minor:
            found.outcome = _ACCEPTED
        if fee := _sum(thing):
            found.fee.CopyFrom(fee)
        return found

    def said(self, thing: Payment, answer: PaymentObservation) -> ShadowResult:
        """What the provider's answer means. A customer who has to authenticate first is no answer yet."""
        found = ShadowResult()
        if answer.state in (meaning.SEEN_DECLINED, meaning.SEEN_FAILED):
            _refuse(found, answer.decline, answer.provider_reason_code)
        elif answer.state == meaning.SEEN_SUCCEEDED:
            found.outcome = _ACCEPTED
        else:
            found.detail = f"The provider says {answer.provider_state or 'nothing'}."
        if answer.HasField("amount"):
            found.amount.CopyFrom(answer.amount)
        if fee := _sum(answer):
            found.fee.CopyFrom(fee)
        return found

    def fee(self, connection: Connection, thing: Payment) -> Money | None:
        """The fees of connections are those of payouts."""
        return None


def _refuse(found: ShadowResult, decline: Decline, code: str) -> None:
    found.outcome = _REFUSED
    found.reason = decline_pb2.Declined.Name(decline.reason).removeprefix("DECLINED_") if decline.reason else ""
    found.provider_reason_code = decline.provider_code or code


def _sum(told: Payment | PaymentObservation) -> Money | None:
    """What the provider charges in the payment's currency."""
    amounts = [each.amount.amount_minor for each in told.fees if each.amount.currency_code == told.amount.currency_code]
    return Money(currency_code=told.amount.currency_code, amount_minor=sum(amounts)) if amounts else None
