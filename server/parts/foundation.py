"""What everything else of a process stands on: the store with its seals, keys, clocks, ways to the outside."""

from dataclasses import dataclass

from adapters.kit.call import Http
from server.kit import contract, stability
from server.kit.clock import Clock, SystemClock
from server.kit.paging import PageTokens
from server.platform.audit.recorder import Recorder
from server.platform.metrics import Metrics
from server.platform.providers.clients import Clients
from server.platform.sandbox.clock import CompanyClock, Offsets
from server.platform.transport import certificates
from server.platform.usage.counting import Uses
from server.platform.vault import kms
from server.platform.webhooks.guard import Guard
from server.settings import Settings
from server.store import secrets
from server.store.data_keys import DataKeySeals
from server.store.engine import Store
from server.store.kms import Kms
from server.store.secrets import Keyring
from server.store.wake import Waker


@dataclass(frozen=True)
class Foundation:
    """What every part of a process may use."""

    settings: Settings
    clock: Clock  # the company's, for what a company waits for
    machine_clock: Clock  # the machine's, for what protects: tokens, signatures, the audit trail
    offsets: Offsets
    store: Store
    recorder: Recorder
    uses: Uses
    keyring: Keyring
    kms: Kms
    seals: DataKeySeals
    tokens: PageTokens
    metrics: Metrics
    waker: Waker
    http: Http
    guard: Guard
    guarded: Http
    clients: Clients


def lay(settings: Settings, database_url: str) -> Foundation:
    """The foundation of a process that works on the given database."""
    keyring = secrets.keyring(settings.master_key, settings.data_dir)
    store = Store(database_url, pool_size=settings.pool_size)
    # Keys are looked up while the caller holds a connection: from the same pool, all could wait for each other.
    keys_store = Store(database_url, pool_size=2)
    key_service = kms.of(settings, keyring)
    store.seals = seals = DataKeySeals(keys_store, key_service, cache_seconds=settings.key_cache_seconds)
    offsets = Offsets(keys_store)
    metrics = Metrics()
    metrics.watch(store)
    metrics.registry.register(certificates.Ages(settings))
    guard = Guard(allow_private=settings.allow_private_endpoints)
    # A connection for each thread: calls that hang must not leave the others without one.
    room = max(64, settings.threads)
    http, guarded = Http(max_connections=room), Http(max_connections=room, addresses=guard.dialled)
    return Foundation(
        settings=settings,
        clock=CompanyClock(offsets),
        machine_clock=SystemClock(),
        offsets=offsets,
        store=store,
        recorder=Recorder(store),
        uses=Uses(store, SystemClock(), stability.field_names(contract.methods())),
        keyring=keyring,
        kms=key_service,
        seals=seals,
        tokens=PageTokens(keyring.derived("page tokens")),
        metrics=metrics,
        waker=Waker(store),
        http=http,
        guard=guard,
        guarded=guarded,
        clients=Clients(http, guarded, guard.dialled),
    )
