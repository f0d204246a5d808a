"""The concrete parts of one process, whole."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from adapters.kit.discovery import Provider, providers
from server.domains.payments.disputes.flows import Flows as DisputeFlows
from server.domains.payments.disputes.observing import Observing as ObservingDisputes
from server.domains.payments.disputes.repository import Disputes
from server.domains.payments.flows import Flows as PaymentFlows
from server.domains.payments.repository import Payments
from server.domains.payouts.beneficiaries import Beneficiaries, SettingsOfCompanies
from server.domains.payouts.flows import Flows
from server.domains.payouts.repository import Payouts
from server.kit import versions
from server.parts import access, foundation, gates, health, operating, routing, shadows
from server.parts import sweeps as sweeping
from server.parts.access import Access
from server.parts.foundation import Foundation
from server.parts.gates import Gates
from server.parts.health import Health
from server.parts.observing import observing, taking_in
from server.parts.operating import Operating
from server.parts.routing import Routing
from server.parts.sweeps import Sweeps
from server.platform.events.payloads import Payloads
from server.platform.providers.catalog import Catalog
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.platform.providers.sendable import Timing
from server.platform.sandbox.following import Following
from server.platform.sandbox.provisioning import Provisioning
from server.platform.shadow.shadowing import Shadowing
from server.platform.webhooks.deliver import Deliverer
from server.platform.webhooks.post import Poster
from server.platform.webhooks.read import Reader
from server.platform.webhooks.schedule import Schedule
from server.settings import Settings


@dataclass(frozen=True)
class Parts(Foundation, Access):
    """The concrete things of one process: what it stands on, who may do what, and what is done."""

    providers: Mapping[str, Provider]
    catalog: Catalog
    connections: Connections
    health: Health
    gates: Gates
    routing: Routing
    invoker: Invoker
    payouts: Payouts
    beneficiaries: Beneficiaries
    payout_settings: SettingsOfCompanies
    flows: Flows
    payments: Payments
    payment_flows: PaymentFlows
    disputes: Disputes
    dispute_flows: DisputeFlows
    payloads: Payloads
    poster: Poster
    deliverer: Deliverer
    reader: Reader
    following: Following
    provisioning: Provisioning | None
    shadowing: Shadowing
    sweeps: Sweeps
    operating: Operating

    def close(self) -> None:
        """Let go of threads and connections."""
        self.waker.close()
        self.key_uses.close()
        self.recorder.close()
        self.uses.close()
        self.gates.close()
        self.health.close()
        self.clients.close()
        self.http.close()
        self.guarded.close()
        self.poster.close()
        self.store.close()
        self.seals.close()


def build(settings: Settings, database_url: str, *, schedule: Schedule | None = None) -> Parts:
    """The parts of a process that works on the given database. `schedule` is for tests that cannot wait for days."""
    base = foundation.lay(settings, database_url)
    store, keyring, clock, metrics = base.store, base.keyring, base.clock, base.metrics
    found = providers()
    catalog = Catalog(found)
    connections = Connections(store, keyring, catalog)
    own_urls = frozenset(filter(None, (settings.sandbox_url,)))
    known = health.build(base)
    passed = gates.build(base, found, known.gate)
    known.view.rate_limited_for = passed.pacing.rate_limited_for
    routed = routing.build(base, catalog, known.view)
    invoker = Invoker(store, base.clients, found, connections, metrics, clock, own_urls, passed.all)
    provisioning = Provisioning(
        store, keyring, found, connections, invoker, clock, settings.sandbox_url, settings.issuer
    )
    timing = Timing(unknown_seconds=settings.unknown_seconds, poll_seconds=settings.poll_provider_seconds)
    payouts = Payouts(store, timing, clock)
    beneficiaries = Beneficiaries(store)
    payments = Payments(store, clock)
    payment_flows = PaymentFlows(store, payments, invoker, timing, clock, routed.router)
    disputes = Disputes(store, timing, clock)
    observing_disputes = ObservingDisputes(store, disputes, payments, clock)
    flows = Flows(store, payouts, beneficiaries, invoker, timing, clock, routed.router)
    take_in = taking_in(payouts, payments, payment_flows, observing_disputes)
    dispute_flows = DisputeFlows(store, disputes, observing_disputes, invoker, timing, clock, routed.router)
    may = access.build(base)
    machine, poster, payloads = base.machine_clock, _poster(base), Payloads(versions.installed())
    return Parts(
        **_fields(base),
        **_fields(may),
        providers=found,
        catalog=catalog,
        connections=connections,
        health=known,
        gates=passed,
        routing=routed,
        invoker=invoker,
        payouts=payouts,
        beneficiaries=beneficiaries,
        payout_settings=SettingsOfCompanies(store),
        flows=flows,
        payments=payments,
        payment_flows=payment_flows,
        disputes=disputes,
        dispute_flows=dispute_flows,
        payloads=payloads,
        poster=poster,
        deliverer=Deliverer(store, keyring, poster, machine, metrics, schedule or Schedule(), payloads),
        reader=Reader(store, found, observing(take_in), machine, metrics),
        following=Following(store, invoker, found),
        provisioning=provisioning if settings.sandbox_url else None,
        shadowing=shadows.build(base, invoker, connections, payouts, beneficiaries, payments),
        sweeps=sweeping.build(base, found, invoker, take_in, flows, payment_flows, disputes),
        operating=operating.build(
            base, may, found, catalog, connections, routed.router,
            (payouts, flows), (payments, payment_flows), (disputes, dispute_flows),
        ),
    )  # fmt: skip


def _poster(base: Foundation) -> Poster:
    # A try ends well within its lease: two workers on one delivery could change the order of events.
    return Poster(base.guard, base.machine_clock, timeout_seconds=min(10.0, base.settings.lease_seconds / 2))


def _fields(part: Foundation | Access) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}
