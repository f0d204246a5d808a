"""Quotes: the route that a payout would take now, with its connection's fees and its provider's settlement."""

from collections.abc import Mapping

from adapters.kit.discovery import Provider
from adapters.kit.manifest import Settlement
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1.quote_pb2 import Quote
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from server.domains.payouts import quote
from server.domains.payouts.ends import CREATE
from server.domains.payouts.routed import DOMAIN
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.providers import routing, settlement
from server.platform.providers.connections import Connections
from server.platform.routing.router import Router
from server.store.engine import Store

_AT_ONCE = Settlement(days=0)


class Quotes:
    """Makes quotes. Stores and reserves nothing."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        providers: Mapping[str, Provider],
        clock: Clock,
        router: Router,
    ) -> None:
        self._store = store
        self._connections = connections
        self._providers = providers
        self._clock = clock
        self._router = router

    def quote(self, context: Context, amount: Money, rail: "rail_pb2.Rail.ValueType") -> Quote:
        """The quote. Raises ROUTE_NOT_FOUND if no route would send it now."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            facts = RoutingFacts(domain=DOMAIN, amount=amount, rail=rail)
            choice = self._router.decide(connection, context, facts, CREATE, tries=1).choice
        if not isinstance(choice, routing.Use):
            raise fail(reasons.ERROR_REASON_ROUTE_NOT_FOUND, f"No route is on for {rail_pb2.Rail.Name(rail)}.")
        live = self._connections.get(context, choice.connection_id)
        rule = self._providers[live.provider].manifest.coverage[DOMAIN].settlement.get(rail, _AT_ONCE)
        now = self._clock.now()
        made = Quote(
            connection_id=choice.connection_id,
            provider=live.provider,
            rail=rail,
            amount=amount,
            fee=quote.fee(live.connection, amount, rail),
        )
        closes = settlement.cut_off(rule, now)
        if closes is not None:
            made.cut_off_time.FromDatetime(closes)
        made.expected_settlement_time.FromDatetime(settlement.expected(rule, now))
        made.create_time.FromDatetime(now)
        return made
