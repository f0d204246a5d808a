"""What Prometheus sees of breakers: how each stands as this process knows it, and how the calls of a minute ended."""

from collections import Counter
from collections.abc import Iterable

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corridor.providers.v1.provider_health_pb2 import BreakerState
from server.platform.health import bands
from server.platform.health.breakers import Breakers
from server.platform.health.sharing import Sharing

_LABELS = ["provider", "operation", "region"]
_STATES: dict[int, str] = {
    number: name.removeprefix("BREAKER_STATE_").lower() for name, number in BreakerState.items() if number
}


class BreakerMetrics(Collector):
    """Breakers that this process has met lately, those of all companies together."""

    def __init__(self, breakers: Breakers, sharing: Sharing) -> None:
        self._breakers = breakers
        self._sharing = sharing

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: what there is depends on the moment."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """How many breakers are in each state, their changes, and the ratios and latencies of the last minute."""
        states = GaugeMetricFamily("corridor_breakers", "Breakers, by state.", labels=[*_LABELS, "state"])
        ratios = GaugeMetricFamily(
            "corridor_provider_failure_ratio", "Share of the last minute's calls that ended so.",
            labels=[*_LABELS, "how"],
        )  # fmt: skip
        latencies = GaugeMetricFamily(
            "corridor_provider_latency_seconds", "How long calls of the last minute took at most.",
            labels=[*_LABELS, "quantile"],
        )  # fmt: skip
        changes = CounterMetricFamily(
            "corridor_breaker_changes", "Changes of breakers that this process has seen.", labels=[*_LABELS, "state"]
        )
        counts: Counter[tuple[str, str, str, int]] = Counter()
        summed: dict[tuple[str, str, str], list[int]] = {}
        for known in self._breakers.all():
            labels = (known.key.provider, known.key.operation, known.key.region)
            counts[(*labels, known.standing.state)] += 1
            calls, failures, timeouts, banded = known.figures
            total = summed.setdefault(labels, [0] * (3 + bands.BANDS))
            for place, count in enumerate((calls, failures, timeouts, *banded)):
                total[place] += count
        for labels in summed:
            for number, name in _STATES.items():
                states.add_metric([*labels, name], counts[(*labels, number)])
        for labels, (calls, failures, timeouts, *banded) in summed.items():
            if calls:
                ratios.add_metric([*labels, "failed"], failures / calls)
                ratios.add_metric([*labels, "timed_out"], timeouts / calls)
                for share in (0.5, 0.95, 0.99):
                    latencies.add_metric([*labels, str(share)], bands.quantile(banded, share) or 0.0)
        for (provider, operation, region, changed), count in list(self._sharing.changes.items()):
            changes.add_metric([provider, operation, region, _STATES[changed]], count)
        return [states, ratios, latencies, changes]
