"""How what a provider tells unasked reaches what it is about: by its type, by our id, then by theirs.

Where others write into the field that carries our id, what stands there need not be an id at all.
"""

from adapters.kit.ports import Observation
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from server.domains.payments import steps as payment_steps
from server.domains.payments.disputes.observing import Observing as ObservingDisputes
from server.domains.payments.flows import Flows as PaymentFlows
from server.domains.payments.repository import Payments
from server.domains.payouts.repository import Payouts
from server.kit import ids
from server.kit.context import Context
from server.platform.sweeps.taking import TakeIn, Taken
from server.platform.webhooks.read import Observe, Unmatched
from server.store.observations import Source


def taking_in(payouts: Payouts, payments: Payments, payment_flows: PaymentFlows, disputes: ObservingDisputes) -> TakeIn:
    """How the domains take in what a provider tells, by a webhook or in a list."""

    def of_payout(
        context: Context, connection_id: str, seen: PayoutObservation, source: Source, source_id: str
    ) -> Taken | Unmatched:
        named = seen.payout_id if ids.is_id(seen.payout_id, "po") else ""
        payout_id = named or payouts.find(context, connection_id, seen.provider_reference)
        if not payout_id:
            return Unmatched.STRANGER
        found = payouts.observe(context, payout_id, connection_id, seen, source, source_id)
        return Taken(payout_id, found[1]) if found else Unmatched.MISSING

    def of_payment(
        context: Context, connection_id: str, seen: PaymentObservation, source: Source, source_id: str
    ) -> Taken | Unmatched:
        payment_id = seen.payment_id if ids.is_id(seen.payment_id, "pay") else None
        if payment_id is None and payment_steps.is_id(seen.step_id):
            payment_id = payments.payment_named(context, seen.step_id)
            if payment_id is None:
                return Unmatched.MISSING
        payment_id = payment_id or payments.find(context, connection_id, seen.provider_reference, seen.step_reference)
        if payment_id is None:
            return Unmatched.STRANGER
        found = payment_flows.observing.observe(context, payment_id, connection_id, seen, source, source_id)
        return Taken(payment_id, found.verdict) if found else Unmatched.MISSING

    def take_in(
        context: Context, connection_id: str, observation: Observation, source: Source, source_id: str
    ) -> Taken | Unmatched:
        match observation:
            case PayoutObservation():
                return of_payout(context, connection_id, observation, source, source_id)
            case PaymentObservation():
                return of_payment(context, connection_id, observation, source, source_id)
            case DisputeObservation():
                told = disputes.told(context, connection_id, observation, source, source_id)
                return told if isinstance(told, Unmatched) else Taken(*told)
        raise TypeError(f"nobody observes {type(observation).__name__}")

    return take_in


def observing(take_in: TakeIn) -> Observe:
    """How what a webhook says is taken in."""

    def observe(context: Context, connection_id: str, observation: Observation, source_id: str) -> str | Unmatched:
        found = take_in(context, connection_id, observation, Source.WEBHOOK, source_id)
        return found if isinstance(found, Unmatched) else found.resource_id

    return observe
