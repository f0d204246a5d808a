"""What is tried in the shadow of what is sent, put together: every routed domain with its part."""

from server.domains.payments.repository import Payments
from server.domains.payments.shadowing import ShadowedPayments
from server.domains.payouts.beneficiaries import Beneficiaries
from server.domains.payouts.repository import Payouts
from server.domains.payouts.shadowing import ShadowedPayouts
from server.parts.foundation import Foundation
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.platform.shadow.shadowing import Shadowing


def build(
    base: Foundation,
    invoker: Invoker,
    connections: Connections,
    payouts: Payouts,
    beneficiaries: Beneficiaries,
    payments: Payments,
) -> Shadowing:
    """The work of shadows on a foundation."""
    domains = (ShadowedPayouts(payouts, beneficiaries), ShadowedPayments(payments))
    return Shadowing(
        base.store,
        invoker,
        connections,
        base.clock,
        base.machine_clock,
        {domain.name: domain for domain in domains},
    )
