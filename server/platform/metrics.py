"""What Prometheus can scrape of a process. Names follow the OpenTelemetry semantic conventions where there is one."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.kit.errors import Failure
from server.store import work
from server.store.engine import Store

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LAG_SECONDS = (*_SECONDS, 60.0, 300.0, 1800.0, 7200.0, 28800.0, 86400.0)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls = Histogram(
            "rpc_server_call_duration_seconds",
            "Duration of calls, by method and status code.",
            ["rpc_method", "rpc_response_status_code"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._providers = Histogram(
            "corridor_provider_call_duration_seconds",
            "Duration of calls to providers, by operation and outcome.",
            ["provider", "operation", "outcome"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._held_back = Counter(
            "corridor_provider_calls_held_back",
            "Calls to providers that were held back, by the gate that did: bulkhead, breaker or pacing.",
            ["gate", "provider"],
            registry=self.registry,
        )
        self._idempotency = Counter(
            "corridor_idempotency_repetitions",
            "Calls with a key that was used before, by what they were answered: replayed, reused, in_progress.",
            ["result"],
            registry=self.registry,
        )
        self._inbound = Counter(
            "corridor_inbound_deliveries",
            "Genuine deliveries of providers that were read, by what became of them.",
            ["provider", "state"],
            registry=self.registry,
        )
        self._deprecated = Counter(
            "corridor_deprecated_calls",
            "Calls that used something deprecated, by method and by what it was: the method itself, or a field.",
            ["rpc_method", "element"],
            registry=self.registry,
        )
        self._lag = Histogram(
            "corridor_webhook_lag_seconds",
            "From an event to its delivery (out), and from a delivery's arrival to its observation (in).",
            ["direction"],
            buckets=_LAG_SECONDS,
            registry=self.registry,
        )

    def call(self, method: str, code: str, seconds: float) -> None:
        """Count one call."""
        self._calls.labels(method, code).observe(seconds)

    def provider_call(self, provider: str, operation: str, outcome: str, seconds: float) -> None:
        """Count one call to a provider."""
        self._providers.labels(provider, operation, outcome).observe(seconds)

    def held_back(self, gate: str, provider: str) -> None:
        """Count one call to a provider that a gate held back."""
        self._held_back.labels(gate, provider).inc()

    def calls_left(self, left: Callable[[], Sequence[tuple[str, str, int]]]) -> None:
        """Report with each scrape how many calls providers' limits leave: by provider and connection."""
        name, text = "corridor_provider_calls_left", "Calls that a provider's rate limit leaves, where one is known."
        self.registry.register(_Counted(name, text, ["provider", "connection_id"], left))

    def calls_in_flight(self, counts: Callable[[], Sequence[tuple[str, int]]]) -> None:
        """Report with each scrape how many calls to each provider are under way."""
        name, text = "corridor_provider_calls_in_flight", "Calls to providers that are under way."
        self.registry.register(_Counted(name, text, ["provider"], counts))

    def repetition(self, result: str) -> None:
        """Count one call whose idempotency key was used before."""
        self._idempotency.labels(result).inc()

    def inbound(self, provider: str, state: str) -> None:
        """Count one delivery of a provider that was read: processed, duplicate, ignored or failed."""
        self._inbound.labels(provider, state).inc()

    def deprecated_call(self, method: str, element: str) -> None:
        """Count one call that used a deprecated method or field."""
        self._deprecated.labels(method, element).inc()

    def webhook_lag(self, direction: str, seconds: float) -> None:
        """Record how late a webhook was: `out` or `in`."""
        self._lag.labels(direction).observe(seconds)

    def watch(self, store: Store) -> None:
        """Report queues and connections of a store with each scrape."""
        self.registry.register(_StoreCollector(store))

    def serve(self, port: int, host: str = "127.0.0.1") -> int:
        """Answer `/metrics` on a port (0: any free one) until the process ends; the port."""
        server, _ = start_http_server(port, host, registry=self.registry)
        return int(server.server_port)


class _Counted(Collector):
    """What somebody counts, as it is at each scrape: rows of labels, the number last."""

    def __init__(self, name: str, text: str, labels: list[str], rows: Callable[[], Sequence[tuple[Any, ...]]]) -> None:
        self._family = (name, text, labels)
        self._rows = rows

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The rows of this moment."""
        name, text, labels = self._family
        family = GaugeMetricFamily(name, text, labels=labels)
        for *values, number in self._rows():
            family.add_metric(values, number)
        yield family


class _StoreCollector(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: what there is depends on the moment."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Queue depth and age, and use of the connection pool."""
        used, size = self._store.pool_use()
        pool = GaugeMetricFamily("corridor_db_connections", "Connections of the pool.", labels=["state"])
        pool.add_metric(["used"], used)
        pool.add_metric(["max"], size)
        yield pool
        try:
            with self._store.anyone() as connection:
                rows = work.depth(connection)
        except (Failure, psycopg.Error):
            return  # a scrape must not fail because the database does
        depth = GaugeMetricFamily("corridor_work_depth", "Pieces of work.", labels=["kind", "state"])
        age = GaugeMetricFamily(
            "corridor_work_oldest_seconds", "Age of the oldest piece of work.", labels=["kind", "state"]
        )
        for kind, state, count, oldest in rows:
            depth.add_metric([kind, work.State(state).name.lower()], count)
            age.add_metric([kind, work.State(state).name.lower()], oldest)
        yield depth
        yield age
