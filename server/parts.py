"""What server and worker processes have in common, put together once per process."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.kit.call import Http
from adapters.kit.discovery import Provider, providers
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from server.domains.payouts.beneficiaries import Beneficiaries, SettingsOfCompanies
from server.domains.payouts.flows import Flows
from server.domains.payouts.repository import Payouts, Timing
from server.kit import ids
from server.kit.clock import Clock, SystemClock
from server.kit.context import Context
from server.kit.paging import PageTokens
from server.platform.metrics import Metrics
from server.platform.providers.catalog import Catalog
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Invoker
from server.platform.webhooks.deliver import Deliverer, Schedule
from server.platform.webhooks.guard import Guard
from server.platform.webhooks.post import Poster
from server.platform.webhooks.read import Observe, Reader, Unmatched
from server.settings import Settings
from server.store import secrets
from server.store.api_keys import ApiKeys
from server.store.engine import Store
from server.store.observations import Source
from server.store.secrets import Keyring
from server.store.wake import Waker


@dataclass(frozen=True, slots=True)
class Parts:
    """The concrete things of one process."""

    settings: Settings
    clock: Clock
    store: Store
    keyring: Keyring
    tokens: PageTokens
    keys: ApiKeys
    metrics: Metrics
    waker: Waker
    http: Http
    guarded: Http
    providers: Mapping[str, Provider]
    catalog: Catalog
    connections: Connections
    invoker: Invoker
    payouts: Payouts
    beneficiaries: Beneficiaries
    payout_settings: SettingsOfCompanies
    flows: Flows
    guard: Guard
    poster: Poster
    deliverer: Deliverer
    reader: Reader

    def close(self) -> None:
        """Let go of threads and connections."""
        self.waker.close()
        self.http.close()
        self.guarded.close()
        self.poster.close()
        self.store.close()


def build(settings: Settings, database_url: str, *, schedule: Schedule | None = None) -> Parts:
    """The parts of a process that works on the given database. `schedule` is for tests that cannot wait for days."""
    clock = SystemClock()
    keyring = secrets.keyring(settings.master_key, settings.data_dir)
    store = Store(database_url, pool_size=settings.pool_size)
    metrics = Metrics()
    metrics.watch(store)
    http = Http()
    found = providers()
    catalog = Catalog(found)
    connections = Connections(store, keyring, catalog)
    guard = Guard(allow_private=settings.allow_private_endpoints)
    guarded = Http(addresses=guard.dialled)
    invoker = Invoker(store, http, guarded, found, connections, metrics, clock)
    timing = Timing(unknown_seconds=settings.unknown_seconds, poll_seconds=settings.poll_provider_seconds)
    payouts = Payouts(store, timing, clock)
    beneficiaries = Beneficiaries(store)
    # A try ends well within its lease: two workers on one delivery could change the order of events.
    poster = Poster(guard, clock, timeout_seconds=min(10.0, settings.lease_seconds / 2))
    return Parts(
        settings=settings,
        clock=clock,
        store=store,
        keyring=keyring,
        tokens=PageTokens(keyring.derived("page tokens")),
        keys=ApiKeys(store, keyring.derived("api keys")),
        metrics=metrics,
        waker=Waker(store),
        http=http,
        guarded=guarded,
        providers=found,
        catalog=catalog,
        connections=connections,
        invoker=invoker,
        payouts=payouts,
        beneficiaries=beneficiaries,
        payout_settings=SettingsOfCompanies(store),
        flows=Flows(store, payouts, beneficiaries, invoker, timing, clock),
        guard=guard,
        poster=poster,
        deliverer=Deliverer(store, keyring, poster, clock, metrics, schedule or Schedule()),
        reader=Reader(store, found, observing(payouts), clock, metrics),
    )


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
