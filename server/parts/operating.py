"""What people work on when something is stuck, put together: work items, retries, ages, replays.

What an observation would mean is found by the same ways as what it means; see `observing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.kit.discovery import Provider
from adapters.kit.ports import Observation
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from server.domains.payments import foreseeing as payments_foreseeing
from server.domains.payments import steps as payment_steps
from server.domains.payments.disputes import foreseeing as disputes_foreseeing
from server.domains.payments.disputes.flows import Flows as DisputeFlows
from server.domains.payments.disputes.lifecycle import RESPONDING
from server.domains.payments.disputes.operating import OperatedDisputes
from server.domains.payments.disputes.repository import Disputes
from server.domains.payments.flows import Flows as PaymentFlows
from server.domains.payments.operating import OperatedPayments
from server.domains.payments.repository import Payments
from server.domains.payouts import foreseeing as payouts_foreseeing
from server.domains.payouts.flows import Flows
from server.domains.payouts.operating import OperatedPayouts
from server.domains.payouts.repository import Payouts
from server.kit import ids
from server.kit.context import Context
from server.parts.access import Access
from server.parts.foundation import Foundation
from server.platform.operations.aging import Aging, OpenItems
from server.platform.operations.comparing import Comparing
from server.platform.operations.elsewhere import Elsewhere
from server.platform.operations.inspecting import Inspecting
from server.platform.operations.replaying import Replaying
from server.platform.operations.retrying import Retrying
from server.platform.operations.routed import Domains
from server.platform.operations.settling import Settling
from server.platform.operations.showing import Showing
from server.platform.operations.stuck import Stuck
from server.platform.providers.catalog import Catalog
from server.platform.providers.connections import Connections
from server.platform.routing.router import Router
from server.platform.webhooks.foreseen import Foresee, Foreseen
from server.platform.webhooks.read import Unmatched
from server.platform.webhooks.rereading import Rereading
from server.store.engine import Store


@dataclass(frozen=True)
class Operating:
    """The parts of operations."""

    showing: Showing
    inspecting: Inspecting
    settling: Settling
    replaying: Replaying
    aging: Aging
    stuck: Stuck


def build(
    base: Foundation,
    access: Access,
    providers: Mapping[str, Provider],
    catalog: Catalog,
    connections: Connections,
    router: Router,
    payouts: tuple[Payouts, Flows],
    payments: tuple[Payments, PaymentFlows],
    disputes: tuple[Disputes, DisputeFlows],
) -> Operating:
    """The parts of operations on a foundation; each domain by what it stores and what it does."""
    store = base.store
    of_payouts = OperatedPayouts(*payouts)
    of_payments, of_disputes = OperatedPayments(store, *payments), OperatedDisputes(*disputes)
    domains = Domains(
        {"po": of_payouts, "pay": of_payments, "act": of_payments, "ref": of_payments, "dsp": of_disputes}
    )
    rereading = Rereading(store, providers, connections)
    retrying = Retrying(domains, rereading)
    showing = Showing(store, access.members, base.clock, retrying, Elsewhere(domains, catalog, router))
    foresee = foreseeing(store, payouts[0], payments[0], disputes[0])
    base.metrics.registry.register(OpenItems(store))
    return Operating(
        showing=showing,
        inspecting=Inspecting(store, domains),
        settling=Settling(store, domains),
        replaying=Replaying(store, Comparing(store, providers, rereading, foresee, retrying), retrying, base.clock),
        aging=Aging(store, domains, base.clock),
        stuck=Stuck(store, domains, base.machine_clock, base.waker),
    )


def foreseeing(store: Store, payouts: Payouts, payments: Payments, disputes: Disputes) -> Foresee:
    """How the domains foresee what a webhook would mean: by the same ways as `observing` takes it in."""

    def of_payout(context: Context, connection_id: str, seen: PayoutObservation) -> Foreseen | Unmatched:
        named = seen.payout_id if ids.is_id(seen.payout_id, "po") else ""
        payout_id = named or payouts.find(context, connection_id, seen.provider_reference)
        if not payout_id:
            return Unmatched.STRANGER
        payout = payouts.get(context, payout_id)
        return payouts_foreseeing.would(payout, connection_id, seen) if payout else Unmatched.MISSING

    def of_payment(context: Context, connection_id: str, seen: PaymentObservation) -> Foreseen | Unmatched:
        payment_id = seen.payment_id if ids.is_id(seen.payment_id, "pay") else None
        if payment_id is None and payment_steps.is_id(seen.step_id):
            payment_id = payments.payment_named(context, seen.step_id)
            if payment_id is None:
                return Unmatched.MISSING
        payment_id = payment_id or payments.find(context, connection_id, seen.provider_reference, seen.step_reference)
        if payment_id is None:
            return Unmatched.STRANGER
        payment = payments.get(context, payment_id)
        if payment is None:
            return Unmatched.MISSING
        with store.of(context.who.company_id, context.who.environment) as connection:
            steps = payments.steps(connection, context, payment_id)
        return payments_foreseeing.would(context, payment, steps, connection_id, seen)

    def of_dispute(context: Context, connection_id: str, seen: DisputeObservation) -> Foreseen | Unmatched:
        if not seen.provider_reference:
            return Unmatched.MISSING
        with store.of(context.who.company_id, context.who.environment) as connection:
            known = disputes.find(connection, context, connection_id, seen.provider_reference)
        if known is not None:
            return disputes_foreseeing.would(known, seen)
        payment_id = seen.payment_id if ids.is_id(seen.payment_id, "pay") else None
        payment_id = payment_id or payments.find(context, connection_id, seen.payment_reference, seen.payment_reference)
        if payment_id is None:
            return Unmatched.STRANGER
        if not seen.state or seen.state in RESPONDING or payments.get(context, payment_id) is None:
            return Unmatched.MISSING
        return disputes_foreseeing.opens(payment_id, seen)

    def foresee(context: Context, connection_id: str, observation: Observation) -> Foreseen | Unmatched:
        match observation:
            case PayoutObservation():
                return of_payout(context, connection_id, observation)
            case PaymentObservation():
                return of_payment(context, connection_id, observation)
            case DisputeObservation():
                return of_dispute(context, connection_id, observation)
        raise TypeError(f"nobody foresees {type(observation).__name__}")

    return foresee
