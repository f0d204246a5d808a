"""Quotes: the route that a payout would take now, with its connection's fees and its provider's settlement."""

from collections.abc import Mapping

from adapters.kit.discovery import Provider
from adapters.kit.manifest import Settlement
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1.quote_pb2 import Quote
from corridor.providers.v1 import route_pb2
from corridor.type.v1 import rail_pb2
from corridor.type.v1.money_pb2 import Money
from server.domains.payouts import quote
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.providers import routing
from server.platform.providers.connections import Connections
from server.store.engine import Store

_AT_ONCE = Settlement(days=0)


class Quotes:
    """Makes quotes. Stores and reserves nothing."""

    def __init__(self, store: Store, connections: Connections, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._store = store
        self._connections = connections
        self._providers = providers
        self._clock = clock

    def quote(self, context: Context, amount: Money, rail: "rail_pb2.Rail.ValueType") -> Quote:
        """The quote. Raises ROUTE_NOT_FOUND if no route would send it now."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            route = routing.find(connection, context, "payouts", rail)
        if route is None or route.mode != route_pb2.ROUTE_MODE_ON:
            raise fail(reasons.ERROR_REASON_ROUTE_NOT_FOUND, f"No route is on for {rail_pb2.Rail.Name(rail)}.")
        live = self._connections.get(context, route.primary_connection_id)
        settlement = self._providers[live.provider].manifest.coverage["payouts"].settlement.get(rail, _AT_ONCE)
        now = self._clock.now()
        made = Quote(
            connection_id=route.primary_connection_id,
            provider=live.provider,
            rail=rail,
            amount=amount,
            fee=quote.fee(live.connection, amount, rail),
        )
        closes = quote.cut_off(settlement, now)
        if closes is not None:
            made.cut_off_time.FromDatetime(closes)
        made.expected_settlement_time.FromDatetime(quote.expected(settlement, now))
        made.create_time.FromDatetime(now)
        return made
