"""How sweeps begin: regularly for every connection, and whenever somebody asks for one.

Rule: a sweep never begins later than a little before the last completed one began, so that no gap is left between two.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog

from adapters.kit.discovery import Provider
from adapters.kit.ports import Disputes, Listings, Payments, Payouts
from corridor.options.v1 import method_pb2
from corridor.providers.v1.connection_pb2 import Connection as ConnectionMessage
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_RUNNING, Sweep
from server.kit import context as contexts
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.platform.providers import connections
from server.platform.sweeps import repository
from server.platform.sweeps.repository import OVERLAP_SECONDS, Phase
from server.store.engine import Connection, Store
from server.store.wake import Waker

_log = structlog.get_logger("corridor.sweeps")

_AT_ONCE = 100
_FORGET_AT_ONCE = 1_000
_LOOKED_AT_SECONDS = 30.0  # how often it is looked at what is due


class Beginning:
    """Begins sweeps. `clock` is the machine's: providers know no company's time."""

    def __init__(
        self, store: Store, providers: Mapping[str, Provider], waker: Waker, clock: Clock, every_seconds: float
    ) -> None:
        self._store = store
        self._providers = providers
        self._waker = waker
        self._clock = clock
        self._every = every_seconds
        ports = (Listings, Payouts, Payments, Disputes)
        self._names = sorted(name for name, each in providers.items() if any(map(each.implements, ports)))

    @property
    def chore_seconds(self) -> float:
        """How often `begin_due` is to be called."""
        return min(_LOOKED_AT_SECONDS, self._every / 10)

    def begin(
        self, connection: Connection, context: Context, of: ConnectionMessage, wanted: datetime | None = None
    ) -> Sweep:
        """A sweep of a connection in the caller's transaction: one that runs already, or a new one.

        It goes back to `wanted`, or further where the last completed one makes that necessary.
        """
        since = self._since(connection, context, of)
        since = min(since, repository.moment(wanted)) if wanted else since
        runs = repository.running(connection, context, of.connection_id)
        if runs is not None and runs.since_time.ToDatetime(UTC) <= since:
            return runs
        lists = self._providers[of.provider].implements(Listings) if of.provider in self._providers else False
        sweep = Sweep(
            sweep_id=ids.new("swp"),
            connection_id=of.connection_id,
            provider=of.provider,
            environment=of.environment,
            state=SWEEP_STATE_RUNNING,
            complete=lists,
        )
        sweep.counts.SetInParent()
        sweep.since_time.FromDatetime(since)
        sweep.create_time.FromDatetime(self._clock.now())
        repository.insert(connection, context, sweep, Phase.LISTING if lists else Phase.LOOKING_UP)
        return sweep

    def begin_due(self) -> None:
        """One round of the chore: begin what is due, of every company."""
        with self._store.anyone() as connection:
            due = repository.due(connection, self._names, self._every, _AT_ONCE)
            repository.forget(connection, _FORGET_AT_ONCE)
        for company_id, environment, connection_id in due:
            request_id = ids.request_id()
            caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # a stored environment
            context = Context(request_id=request_id, correlation_id=request_id, caller=caller)
            try:
                with contexts.bound(context), self._store.transaction(company_id, environment) as connection:
                    of = connections.find(connection, context, connection_id, lock=True)
                    if of is not None:
                        self.begin(connection, context, of)
            except Exception:  # whatever it is: one that cannot be begun must not hold the others back
                _log.exception("sweep_not_begun", connection_id=connection_id)
        if due:
            self._waker.wake()

    def _since(self, connection: Connection, context: Context, of: ConnectionMessage) -> datetime:
        last = repository.completed(connection, context, of.connection_id)
        begun = (last or of).create_time.ToDatetime(UTC)
        # A company's clock may be ahead of the machine's when it makes a connection.
        return repository.moment(min(begun, self._clock.now()) - timedelta(seconds=OVERLAP_SECONDS))
