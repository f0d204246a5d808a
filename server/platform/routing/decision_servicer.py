"""RouteDecisionService: decisions as they were recorded, and explained from their record alone."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.routing.v1 import route_decision_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.routing import explaining
from server.store import route_decisions
from server.store.engine import Store


class RouteDecisionServicer:
    """The decisions of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def GetRouteDecision(
        self, request: api.GetRouteDecisionRequest, _: grpc.ServicerContext
    ) -> api.GetRouteDecisionResponse:
        """One decision."""
        return api.GetRouteDecisionResponse(route_decision=self._found(request.route_decision_id))

    def ListRouteDecisions(
        self, request: api.ListRouteDecisionsRequest, _: grpc.ServicerContext
    ) -> api.ListRouteDecisionsResponse:
        """A page of decisions, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = route_decisions.page(connection, context, page, request.resource_id)
        following = self._tokens.next(context, request, found[-1].route_decision_id) if more else ""
        return api.ListRouteDecisionsResponse(route_decisions=found, next_page_token=following)

    def ExplainRoute(self, request: api.ExplainRouteRequest, _: grpc.ServicerContext) -> api.ExplainRouteResponse:
        """Decide once more, and say why."""
        recorded = self._found(request.route_decision_id)
        decided = explaining.again(recorded)
        return api.ExplainRouteResponse(
            recorded=recorded,
            decided=decided,
            same=decided == recorded,
            sentences=explaining.sentences(recorded),
        )

    def _found(self, route_decision_id: str) -> RouteDecision:
        context = contexts.current()
        context.resource_id = route_decision_id
        with self._store.mine() as connection:
            found = route_decisions.get(connection, context, route_decision_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such decision.")
        return found
