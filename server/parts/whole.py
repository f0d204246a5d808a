"""The concrete parts of one process, whole."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from adapters.kit.discovery import Provider, providers
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from server.domains.payouts.beneficiaries import Beneficiaries, SettingsOfCompanies
from server.domains.payouts.flows import Flows
from server.domains.payouts.repository import Payouts, Timing
from server.kit import ids
from server.kit.context import Context
from server.parts import access, foundation
from server.parts.access import Access
from server.parts.foundation import Foundation
from server.platform.providers.catalog import Catalog
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.platform.webhooks.deliver import Deliverer, Schedule
from server.platform.webhooks.post import Poster
from server.platform.webhooks.read import Observe, Reader, Unmatched
from server.settings import Settings
from server.store.observations import Source


@dataclass(frozen=True)
class Parts(Foundation, Access):
    """The concrete things of one process: what it stands on, who may do what, and what is done."""

    providers: Mapping[str, Provider]
    catalog: Catalog
    connections: Connections
    invoker: Invoker
    payouts: Payouts
    beneficiaries: Beneficiaries
    payout_settings: SettingsOfCompanies
    flows: Flows
    poster: Poster
    deliverer: Deliverer
    reader: Reader

    def close(self) -> None:
        """Let go of threads and connections."""
        self.waker.close()
        self.key_uses.close()
        self.recorder.close()
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
    invoker = Invoker(store, base.http, base.guarded, found, connections, metrics, clock)
    timing = Timing(unknown_seconds=settings.unknown_seconds, poll_seconds=settings.poll_provider_seconds)
    payouts = Payouts(store, timing, clock)
    beneficiaries = Beneficiaries(store)
    # A try ends well within its lease: two workers on one delivery could change the order of events.
    poster = Poster(base.guard, clock, timeout_seconds=min(10.0, settings.lease_seconds / 2))
    return Parts(
        **_fields(base),
        **_fields(access.build(base)),
        providers=found,
        catalog=catalog,
        connections=connections,
        invoker=invoker,
        payouts=payouts,
        beneficiaries=beneficiaries,
        payout_settings=SettingsOfCompanies(store),
        flows=Flows(store, payouts, beneficiaries, invoker, timing, clock),
        poster=poster,
        deliverer=Deliverer(store, keyring, poster, clock, metrics, schedule or Schedule()),
        reader=Reader(store, found, observing(payouts), clock, metrics),
    )


def _fields(part: Foundation | Access) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def observing(payouts: Payouts) -> Observe:
    """How an observation that came by a webhook reaches the resource that it is about."""

    def observe(
        context: Context, connection_id: str, observation: PayoutObservation, source_id: str
    ) -> str | Unmatched:
        # Where others write into the field that carries our id, what stands there need not be an id at all.
        named = observation.payout_id if ids.is_id(observation.payout_id, "po") else ""
        payout_id = named or payouts.find(context, connection_id, observation.provider_reference)
        if not payout_id:
            return Unmatched.STRANGER
        seen = payouts.observe(context, payout_id, connection_id, observation, Source.WEBHOOK, source_id)
        return payout_id if seen else Unmatched.MISSING

    return observe
