"""Sweeps, put together: what the domains take in, and what their work waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.kit.discovery import Provider
from server.domains.payments.disputes.repository import FOLLOW as FOLLOW_DISPUTE
from server.domains.payments.disputes.repository import Disputes
from server.domains.payments.disputes.waiting import awaited as awaited_dispute
from server.domains.payments.flows import Flows as PaymentFlows
from server.domains.payments.repository import FOLLOW as FOLLOW_PAYMENT
from server.domains.payouts.flows import Flows as PayoutFlows
from server.domains.payouts.repository import FOLLOW as FOLLOW_PAYOUT
from server.kit.context import Context
from server.parts.foundation import Foundation
from server.platform.providers.invoke import Invoker
from server.platform.providers.sending import Sending
from server.platform.sweeps.beginning import Beginning
from server.platform.sweeps.sweeping import Sweeping
from server.platform.sweeps.taking import Awaited, Outstanding, TakeIn


@dataclass(frozen=True)
class Sweeps:
    """The parts of sweeps."""

    beginning: Beginning
    sweeping: Sweeping


def build(
    base: Foundation,
    providers: Mapping[str, Provider],
    invoker: Invoker,
    take_in: TakeIn,
    payouts: PayoutFlows,
    payments: PaymentFlows,
    disputes: Disputes,
) -> Sweeps:
    """The parts of sweeps on a foundation."""

    def of_payout(context: Context, resource_id: str) -> Awaited | None:
        return _awaited(payouts.sending, context, resource_id)

    def of_payment(context: Context, resource_id: str) -> Awaited | None:
        sending = payments.sending_of(context, resource_id)
        return _awaited(sending, context, resource_id) if sending else None

    def of_dispute(context: Context, resource_id: str) -> Awaited | None:
        dispute = disputes.get(context, resource_id)
        return awaited_dispute(dispute) if dispute else None

    outstanding: Mapping[str, Outstanding] = {
        FOLLOW_PAYOUT: of_payout,
        FOLLOW_PAYMENT: of_payment,
        FOLLOW_DISPUTE: of_dispute,
    }
    every = base.settings.sweep_seconds
    return Sweeps(
        beginning=Beginning(base.store, providers, base.waker, base.machine_clock, every),
        sweeping=Sweeping(base.store, invoker, take_in, outstanding, base.clock, base.machine_clock),
    )


def _awaited(sending: Sending[Any], context: Context, resource_id: str) -> Awaited | None:
    domain = sending.domain
    thing = domain.get(context, resource_id)
    if thing is None or not domain.under_way(thing):
        return None
    return Awaited(domain.sent_over(thing), domain.due(thing), bool(domain.reference(thing)))
