"""Routing, put together: rules, what they decide, features, and the routed domains with what each calls first."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domains.payments.sent_payments import AUTHORISE
from server.domains.payouts.ends import CREATE as CREATE_PAYOUT
from server.parts.foundation import Foundation
from server.platform.providers.catalog import Catalog
from server.platform.routing.activating import Activating
from server.platform.routing.features import Features
from server.platform.routing.gathering import Health
from server.platform.routing.policies import Policies
from server.platform.routing.router import Router
from server.platform.routing.servicer import RoutingServicer
from server.platform.routing.simulating import Simulating
from server.platform.routing.versions import Versions

OPERATIONS: Mapping[str, str] = {"payouts": CREATE_PAYOUT, "payments": AUTHORISE}
"""The routed domains, each with the operation that acts first. Everything else follows what it belongs to."""


@dataclass(frozen=True)
class Routing:
    """The parts of routing."""

    base: Foundation
    policies: Policies
    versions: Versions
    features: Features
    router: Router

    @property
    def activating(self) -> Activating:
        """The chore that puts scheduled versions into force."""
        return Activating(self.base.store, self.versions, self.base.waker)

    @property
    def servicer(self) -> RoutingServicer:
        """corridor.routing.v1.RoutingService."""
        base = self.base
        simulating = Simulating(self.router, self.policies, self.versions, base.settings.region)
        return RoutingServicer(base.store, base.tokens, self.versions, simulating, self.features, base.waker)


def build(base: Foundation, catalog: Catalog, health: Health) -> Routing:
    """The parts of routing on a foundation."""
    policies, region = Policies(), base.settings.region
    return Routing(
        base,
        policies,
        Versions(catalog, OPERATIONS, base.clock),
        Features(base.store, policies, base.clock, region),
        Router(catalog, policies, health, base.clock, region),
    )
