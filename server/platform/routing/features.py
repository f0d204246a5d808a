"""Features: on or off by customer, country, segment and region, by rules as routing has them; known for a second.

A feature named after a domain is asked before anything of it is accepted: the switch that stops new work of one segment
or region. What was accepted before goes on.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit import clock as machine
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.routing import ordering
from server.platform.routing.checks import FEATURE_PREFIX
from server.platform.routing.compiled import Compiled
from server.platform.routing.policies import Policies
from server.store import idempotency
from server.store.engine import Store

_CACHED_AT_MOST = 10_000
_ACTIVE = """
SELECT DISTINCT ON (domain) domain, routing_policy_id, version FROM corridor.routing_policies
WHERE company_id = %s AND environment = %s AND domain >= 'feature.' AND domain < 'feature/'
    AND effective_time <= %s AND withdraw_time IS NULL
ORDER BY domain, version DESC
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a feature is on, and what decided."""

    enabled: bool
    rule: str = ""
    version: int = 0
    percent: int = 100


@dataclass(frozen=True, slots=True)
class _Rules:
    version: int
    compiled: Compiled


class Features:
    """Answers for every company. `region` is where this installation runs."""

    def __init__(
        self, store: Store, policies: Policies, clock: Clock, region: str, *, fresh_seconds: float = 1.0
    ) -> None:
        self._store = store
        self._policies = policies
        self._clock = clock
        self._region = region
        self._fresh = fresh_seconds
        self._known: OrderedDict[tuple[str, int], tuple[float, Mapping[str, _Rules]]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, context: Context, feature: str, facts: Callable[[], RoutingFacts]) -> None:
        """Raise FEATURE_OFF where a feature is off. What was answered under the call's key before is answered again."""
        if feature not in self._of(context):
            return
        answer = self.evaluate(context, feature, facts())
        if answer.enabled:
            return
        idempotency.check(self._store, context)
        raise fail(
            reasons.ERROR_REASON_FEATURE_OFF,
            f"The company has turned {feature} off: rule {answer.rule} of version {answer.version}.",
            feature=feature,
            rule=answer.rule,
            version=str(answer.version),
        )

    def evaluate(self, context: Context, feature: str, facts: RoutingFacts) -> Answer:
        """Whether a feature is on. Facts without a time or region are of now and of this installation."""
        found = self._of(context).get(feature)
        if found is None:
            return Answer(True)
        asked = RoutingFacts()
        asked.CopyFrom(facts)
        asked.region = asked.region or self._region
        if not asked.HasField("time"):
            asked.time.FromDatetime(self._clock.now())
        index = found.compiled.match(asked)
        if index is None:
            return Answer(True, version=found.version)
        rule = found.compiled.rules[index]
        percent = rule.feature.percent
        enabled = percent == 100 or ordering.in_share(percent, "feature", feature, ordering.who(asked))
        return Answer(enabled, rule.name, found.version, percent)

    def forget(self, context: Context) -> None:
        """Look a company up anew at its next call."""
        with self._lock:
            self._known.pop((context.who.company_id, context.who.environment), None)

    def _of(self, context: Context) -> Mapping[str, _Rules]:
        key = (context.who.company_id, context.who.environment)
        known = self._known.get(key)
        if known is not None and machine.monotonic() < known[0]:
            return known[1]
        asked = machine.monotonic()
        with self._store.of(*key) as connection:
            rows = connection.execute(_ACTIVE, (*key, self._clock.now())).fetchall()
            found = {
                domain.removeprefix(FEATURE_PREFIX): _Rules(
                    version, self._policies.compiled(connection, context.who, policy_id)
                )
                for domain, policy_id, version in rows
            }
        with self._lock:
            self._known[key] = (asked + self._fresh, found)
            self._known.move_to_end(key)
            while len(self._known) > _CACHED_AT_MOST:
                self._known.popitem(last=False)
        return found
