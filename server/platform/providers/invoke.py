"""THE way to call an adapter: the attempt is durable before the call leaves, and its end is known afterwards.

Everything that every provider call needs is here once: credentials, deadline, span, count, classification.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown, Unmapped
from adapters.kit.manifest import Manifest
from corridor.providers.v1 import route_pb2
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.type.v1 import environment_pb2
from server.kit.clock import Clock, monotonic
from server.kit.context import Context
from server.platform.metrics import Metrics
from server.platform.providers import connections, gates, holds
from server.platform.providers.clients import Clients
from server.platform.providers.connections import Connections, Live
from server.platform.providers.ended import HELD_BACK, Ended
from server.platform.providers.gates import Destination, Ending, Gate
from server.store import attempts
from server.store.attempts import Outcome
from server.store.engine import Connection, Store

__all__ = ["HELD_BACK", "Ended", "Invoker"]

_log = structlog.get_logger("corridor.providers")
_PROPAGATOR = TraceContextTextMapPropagator()
_ENVIRONMENTS: Mapping[int, str] = {
    environment_pb2.ENVIRONMENT_SANDBOX: "sandbox",
    environment_pb2.ENVIRONMENT_LIVE: "live",
}
_OUTCOMES: Mapping[type[Exception], Outcome] = {
    Rejected: Outcome.REJECTED,
    Unavailable: Outcome.UNAVAILABLE,
    Unknown: Outcome.UNKNOWN,
    Misconfigured: Outcome.MISCONFIGURED,
    Unmapped: Outcome.UNMAPPED,
}

_CLOCKS_APART = timedelta(minutes=5)

# Only where nothing stands by: elsewhere the hold of the connection is enough.
_HOLD = """
UPDATE corridor.routes SET mode = %s, update_time = now()
WHERE company_id = %s AND environment = %s AND primary_connection_id = %s AND standby_connection_id IS NULL
"""


class Invoker:
    """Calls adapters over connections."""

    def __init__(
        self,
        store: Store,
        clients: Clients,
        providers: Mapping[str, Provider],
        connections: Connections,
        metrics: Metrics,
        clock: Clock,
        own_urls: frozenset[str] = frozenset(),
        gates: Sequence[Gate] = (),
    ) -> None:
        self._store = store
        self._own_urls = own_urls
        self._gates = gates
        self._clients = clients
        self._providers = providers
        self._connections = connections
        self._metrics = metrics
        self._clock = clock
        self._tracer = trace.get_tracer("corridor.providers")

    def invoke(
        self,
        context: Context,
        connection_id: str,
        operation: str,
        resource_id: str,
        ask: Callable[[Any, Call], Any],
        *,
        prepare: Callable[[Connection, Live], None] | None = None,
        begin: Callable[[Live], str] | None = None,
        harmless: bool = False,
        decision: RouteDecision | None = None,
    ) -> Ended:
        """Call an adapter for a resource: `ask` gets the adapter and the call.

        `prepare` runs in the transaction that records the attempt; if it raises, nothing is recorded or sent.
        `begin` does both in a statement of its own, and gives the attempt's id; empty if it has done nothing.
        `decision` says why it goes there, and is stored with the attempt; what only asks has none.
        A call that a gate holds back ends as `Unavailable` without an attempt.
        `harmless`: what would have an effect is withheld. Where nothing else was to be sent, gates learn nothing by it.
        """
        live = self._connections.get(context, connection_id)
        to = self._destination(context, live, operation)
        if held := gates.enter(self._gates, to):
            error = Unavailable(held.why, code=HELD_BACK, retry_after_seconds=held.after_seconds)
            return Ended("", connection_id, live.provider, operation, Outcome.UNAVAILABLE, None, error, (), live)
        ending = None
        try:
            ended, seconds = self._begun(context, live, operation, resource_id, ask, prepare, begin, harmless, decision)
            patience = self.manifest(live.provider).limits.timeout_seconds
            if ended.exchanges or not harmless:
                ending = Ending.of(ended.outcome, ended.error, ended.exchanges, seconds, patience)
            return ended
        finally:
            gates.leave(self._gates, to, ending)

    def _begun(
        self,
        context: Context,
        live: Live,
        operation: str,
        resource_id: str,
        ask: Callable[[Any, Call], Any],
        prepare: Callable[[Connection, Live], None] | None,
        begin: Callable[[Live], str] | None,
        harmless: bool,
        decision: RouteDecision | None,
    ) -> tuple[Ended, float]:
        provider, who, connection_id = self._providers[live.provider], context.who, live.connection.connection_id
        attempt_id = begin(live) if begin else ""
        if not attempt_id:
            with self._store.transaction(who.company_id, who.environment) as connection:
                if prepare:
                    prepare(connection, live)
                attempt_id = attempts.open_attempt(
                    connection, context, resource_id, connection_id, live.provider, operation, decision
                )
        call, ours = self._call(context, live, provider, operation, resource_id)
        call.harmless = harmless
        ask = self._clients.presenting(ask, provider.manifest.client_certificate(live.credentials), ours=ours)
        began = monotonic()
        outcome, value, error = self._asked(context, provider, call, ask)
        seconds = monotonic() - began
        self._metrics.provider_call(live.provider, operation, outcome.name.lower(), seconds)
        exchanges = tuple(call.exchanges)
        ended = Ended(
            attempt_id, connection_id, live.provider, operation, outcome, value, error, exchanges, live, decision
        )
        return ended, seconds

    def close(self, connection: Connection, context: Context, ended: Ended) -> None:
        """Record how a call ended, in the transaction that acts on it."""
        attempts.close_attempt(
            connection,
            context,
            ended.attempt_id,
            ended.outcome,
            code=ended.code,
            detail=ended.detail,
            exchanges=ended.exchanges,
        )

    def manifest(self, provider: str) -> Manifest:
        """What a provider's manifest says."""
        return self._providers[provider].manifest

    def may_repeat(self, context: Context, connection_id: str, since: datetime, domain: str = "") -> bool:
        """Whether the provider promises that a call first made at `since` can be repeated under its key.

        `domain` is the one whose promise counts, where a provider promises something else there.
        """
        promise = self._providers[self._connections.get(context, connection_id).provider].manifest.promise(domain)
        age = self._clock.now() - since
        known = age > -_CLOCKS_APART  # a server whose clock stands far behind cannot tell how old anything is
        return promise.carrier != "none" and known and age < timedelta(hours=promise.window_hours)

    def hold_route(self, connection: Connection, context: Context, ended: Ended) -> bool:
        """Hold a connection whose credentials the provider refuses, and its routes; work waits until they are on.

        False if the credentials have been replaced since, so that it is worth trying again at once.
        """
        if ended.credentials_refused:
            now = connections.find(connection, context, ended.connection_id)
            if now and ended.live and now.update_time != ended.live.connection.update_time:
                self._connections.forget(context, ended.connection_id)
                return False
            who = context.who
            holds.hold(connection, context, ended.connection_id, ended.attempt_id)
            connection.execute(
                _HOLD, (route_pb2.ROUTE_MODE_QUEUE, who.company_id, who.environment, ended.connection_id)
            )
            _log.error("route_held", connection_id=ended.connection_id, provider=ended.provider)
        return True

    def _destination(self, context: Context, live: Live, operation: str) -> Destination:
        who, connection_id = context.who, live.connection.connection_id
        return Destination(who.company_id, who.environment, connection_id, live.provider, live.base_url, operation)

    def _call(
        self, context: Context, live: Live, provider: Provider, operation: str, resource_id: str
    ) -> tuple[Call, bool]:
        """The call, and whether it goes to the manifest's or the installation's address, and not to a company's."""
        environment = _ENVIRONMENTS[context.who.environment]
        place = provider.manifest.place(environment, live.connection.settings)
        listed = place is not None and live.base_url == place.base_url
        ours = listed or live.base_url in self._own_urls
        call = Call(
            http=self._clients.usual(ours=ours),
            base_url=live.base_url,
            credentials=live.credentials,
            environment=environment,
            idempotency_key=resource_id,
            deadline_seconds=min(provider.manifest.limits.timeout_seconds, max(0.1, context.seconds_left())),
            correlation_id=context.correlation_id,
            request_id=context.request_id,
            traceparent=context.traceparent,
            operation=operation,
            not_processed=frozenset(provider.manifest.not_processed),
            # An address that the company gave stands in for all of the provider's.
            hosts=place.hosts if place and listed else {},
            tokens=self._clients.tokens,
            limit_headers=provider.manifest.limits.headers.kept,
        )
        return call, ours

    def _asked(
        self, context: Context, provider: Provider, call: Call, ask: Callable[[Any, Call], Any]
    ) -> tuple[Outcome, Any, ProviderError | Unmapped | None]:
        if context.traceparent[-2:] != "01":
            return self._answered(provider, call, ask)
        parent = _PROPAGATOR.extract({"traceparent": context.traceparent})
        with self._tracer.start_as_current_span(
            f"{provider.name} {call.operation}",
            context=parent,
            kind=SpanKind.CLIENT,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            ids = span.get_span_context()
            call.traceparent = f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{int(ids.trace_flags):02x}"
            outcome, value, error = self._answered(provider, call, ask)
            span.set_attribute("corridor.provider", provider.name)
            span.set_attribute("corridor.outcome", outcome.name.lower())
            if error is not None:
                span.set_status(Status(StatusCode.ERROR))
            return outcome, value, error

    def _answered(
        self, provider: Provider, call: Call, ask: Callable[[Any, Call], Any]
    ) -> tuple[Outcome, Any, ProviderError | Unmapped | None]:
        try:
            return Outcome.ANSWERED, ask(provider.adapter, call), None
        except (ProviderError, Unmapped) as error:
            return _OUTCOMES[type(error)], None, error
        except Exception:
            # A fault of the adapter itself. It may have sent the request: that is what Unknown means.
            _log.exception("adapter_broke", provider=provider.name, operation=call.operation)
            return Outcome.UNKNOWN, None, Unknown("the adapter broke; see the log")
