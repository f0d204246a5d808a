"""RouteService: which connections serve a domain, on which rail. Routing reads what is decided here."""

import grpc
from psycopg.rows import TupleRow

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import route_service_pb2 as api
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, Route
from corridor.type.v1 import rail_pb2
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.platform.providers import connections, routing, stage_repository, stages
from server.platform.providers.catalog import Catalog
from server.store import audit, idempotency, pages, work
from server.store.engine import Connection, Store
from server.store.wake import Waker

_COLUMNS = """route_id, domain, rail, mode, primary_connection_id, standby_connection_id, environment,
    update_time"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.routes"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND domain = %s AND rail = %s"
_SET = f"""
INSERT INTO corridor.routes VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT (company_id, environment, domain, rail) DO UPDATE SET mode = excluded.mode,
    primary_connection_id = excluded.primary_connection_id, standby_connection_id = excluded.standby_connection_id,
    update_time = excluded.update_time
RETURNING {_COLUMNS}
"""


class RouteServicer:
    """Keeps the routes of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, catalog: Catalog, waker: Waker) -> None:
        self._store = store
        self._tokens = tokens
        self._catalog = catalog
        self._waker = waker

    def SetRoute(self, request: api.SetRouteRequest, _: grpc.ServicerContext) -> bytes:
        """Create or replace the route of a domain and rail, and take up work that waited for it."""
        context = contexts.current()
        who = context.who
        if request.standby_connection_id == request.primary_connection_id:
            rule = "must be another connection than the primary"
            violation = Violation("standby_connection_id", rule, "standby")
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"The standby {rule}.", violations=[violation])
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            self._check(connection, context, request, "primary_connection_id")
            if request.standby_connection_id:
                self._check(connection, context, request, "standby_connection_id")
            route = _set(connection, context, request)
            # Whatever the mode: what waits is looked at again and becomes an attempt, a work item, or waits on.
            kind = f"{request.domain}.dispatch"
            work.bring_back(connection, who.company_id, who.environment, kind, f"{kind}/%", work.State.PARKED)
            audit.record(connection, context, route.route_id)
            answered = answer(route.route_id, api.SetRouteResponse(route=route))
        self._waker.wake()
        return answered

    def ListRoutes(self, request: api.ListRoutesRequest, _: grpc.ServicerContext) -> api.ListRoutesResponse:
        """A page of routes, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            rows, more = pages.newest_first(connection, context, _SELECT, key="route_id", page=page)
        routes = [_route(row) for row in rows]
        following = self._tokens.next(context, request, routes[-1].route_id) if more else ""
        return api.ListRoutesResponse(routes=routes, next_page_token=following)

    def _check(self, connection: Connection, context: Context, request: api.SetRouteRequest, field: str) -> None:
        found = connections.find(connection, context, getattr(request, field))
        if found is None:
            raise fail(
                reasons.ERROR_REASON_CONNECTION_NOT_FOUND,
                "There is no such connection.",
                violations=[Violation(field, "must be a connection of the company in this environment", "connection")],
            )
        if not self._catalog.covers(found.provider, request.domain, request.rail):
            by = f" by {rail_pb2.Rail.Name(request.rail).removeprefix('RAIL_').lower()}" if request.rail else ""
            raise fail(
                reasons.ERROR_REASON_RAIL_NOT_SUPPORTED,
                f"{found.provider} does not serve {request.domain}{by}.",
                violations=[Violation(field, "must be at a provider that serves the domain and rail", "coverage")],
            )
        if context.who.live:
            self._check_stage(connection, context, request, field, found.provider)

    def _check_stage(
        self, connection: Connection, context: Context, request: api.SetRouteRequest, field: str, provider: str
    ) -> None:
        """Raise PROVIDER_NOT_LIVE unless the provider's stage allows its place in the route."""
        stage = stage_repository.of(connection, context, provider)[provider].stage
        stages.check_known(provider, stage, field)
        if request.mode != ROUTE_MODE_ON:
            return
        before = _now(connection, context, request)
        connection_id = getattr(request, field)
        places = {before.primary_connection_id} if before else set()
        if before and field == "standby_connection_id":
            places.add(before.standby_connection_id)
        claimed = stages.of_word(self._catalog.manifest(provider).facts.stage)
        stages.check_use(provider, stage, claimed, field, used_before=connection_id in places)


def _now(connection: Connection, context: Context, request: api.SetRouteRequest) -> Route | None:
    """The route of exactly the domain and rail, as it is."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, request.domain, request.rail)).fetchone()
    return _route(row) if row else None


def _set(connection: Connection, context: Context, request: api.SetRouteRequest) -> Route:
    row = connection.execute(
        _SET,
        (
            context.who.company_id,
            context.who.environment,
            ids.new("route"),
            request.domain,
            request.rail,
            request.mode,
            request.primary_connection_id,
            request.standby_connection_id or None,
        ),
    ).fetchone()
    assert row is not None
    return _route(row)


def _route(row: TupleRow) -> Route:
    route_id, domain, rail, mode, primary, standby, environment, update_time = row
    route = Route(
        route_id=route_id,
        domain=domain,
        rail=rail,
        mode=mode,
        primary_connection_id=primary,
        standby_connection_id=standby or "",
        environment=environment,
    )
    route.update_time.FromDatetime(update_time)
    return route
