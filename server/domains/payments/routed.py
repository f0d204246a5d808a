"""What routing knows of a payment, and of what is done with one. No I/O."""

from corridor.payments.v1.payment_pb2 import Payment
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments import steps as stepping
from server.domains.payments.steps import Step

DOMAIN = "payments"


def facts(payment: Payment) -> RoutingFacts:
    """What routing knows of a payment."""
    customer = payment.customer
    return RoutingFacts(
        domain=DOMAIN,
        resource_id=payment.payment_id,
        amount=payment.amount,
        country_code=payment.country_code,
        segment=customer.segment,
        risk_score=customer.risk_score if customer.HasField("risk_score") else None,
        customer_id=customer.customer_id,
    )


def step_facts(payment: Payment, step: Step) -> RoutingFacts:
    """What routing knows of something that is done with a payment."""
    known = facts(payment)
    known.resource_id = stepping.id_of(step)
    known.amount.CopyFrom(step.amount)
    return known
