"""RouteService: which connections serve a domain, on which rail. Routing reads what is decided here."""

from collections.abc import Container, Iterable

import grpc
from psycopg.rows import TupleRow

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import route_service_pb2 as api
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, Exposure, Route
from server.kit import context as contexts
from server.kit import etags, ids
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers import connections, holds, route_checks, routing, stage_repository
from server.platform.providers.catalog import Catalog
from server.store import audit, idempotency, pages
from server.store.engine import Connection, Store
from server.store.wake import Waker

_COLUMNS = """route_id, domain, rail, mode, primary_connection_id, standby_connection_id, environment,
    update_time, exposure_connection_id, exposure_stage, exposure_percent, exposure_rehearsal"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.routes"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND domain = %s AND rail = %s"
_SET = f"""
INSERT INTO corridor.routes VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), %s, %s, %s, %s)
ON CONFLICT (company_id, environment, domain, rail) DO UPDATE SET mode = excluded.mode,
    primary_connection_id = excluded.primary_connection_id, standby_connection_id = excluded.standby_connection_id,
    update_time = excluded.update_time, exposure_connection_id = excluded.exposure_connection_id,
    exposure_stage = excluded.exposure_stage, exposure_percent = excluded.exposure_percent,
    exposure_rehearsal = excluded.exposure_rehearsal
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
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            now = _now(connection, context, request)
            etags.check(context, now)
            route_checks.check(self._catalog, connection, context, request, now)
            route = _set(connection, context, request)
            if route.mode == ROUTE_MODE_ON:
                holds.release(connection, context, _named(route))
            # Whatever the mode: what waits is looked at again and becomes an attempt, a work item, or waits on. That is
            # so in every domain: a connection that was held may serve others, too.
            stage_repository.bring_back(connection, context)
            audit.record(connection, context, route.route_id)
            _show_held([route], holds.of(connection, context))
            answered = answer(route.route_id, api.SetRouteResponse(route=route))
        self._waker.wake()
        return answered

    def ListRoutes(self, request: api.ListRoutesRequest, _: grpc.ServicerContext) -> api.ListRoutesResponse:
        """A page of routes, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            rows, more = pages.newest_first(connection, context, _SELECT, key="route_id", page=page)
            held = holds.of(connection, context)
        routes = [_route(row) for row in rows]
        _show_held(routes, held)
        following = self._tokens.next(context, request, routes[-1].route_id) if more else ""
        return api.ListRoutesResponse(routes=routes, next_page_token=following)

    def ReleaseConnection(self, request: api.ReleaseConnectionRequest, _: grpc.ServicerContext) -> bytes:
        """Let work go over a connection again, and take up what waited for it."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            if connections.find(connection, context, request.connection_id) is None:
                raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such connection.")
            released = holds.release(connection, context, [request.connection_id])
            stage_repository.bring_back(connection, context)
            audit.record(connection, context, request.connection_id)
            answered = answer(request.connection_id, api.ReleaseConnectionResponse(released=released))
        self._waker.wake()
        return answered


def _now(connection: Connection, context: Context, request: api.SetRouteRequest) -> Route | None:
    """The route of exactly the domain and rail, as it is."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, request.domain, request.rail)).fetchone()
    if row is None:
        return None
    route = _route(row)
    _show_held([route], holds.of(connection, context))
    return route


def _show_held(routes: Iterable[Route], held: Container[str]) -> None:
    for route in routes:
        route.held_connection_ids.extend(each for each in _named(route) if each in held)


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
            request.exposure.connection_id or None,
            request.exposure.stage,
            request.exposure.percent,
            request.exposure.rehearsal,
        ),
    ).fetchone()
    assert row is not None
    return _route(row)


def _route(row: TupleRow) -> Route:
    route_id, domain, rail, mode, primary, standby, environment, update_time, *exposed = row
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
    if exposed[0]:
        connection_id, stage, percent, rehearsal = exposed
        exposure = Exposure(connection_id=connection_id, stage=stage, percent=percent, rehearsal=rehearsal)
        route.exposure.CopyFrom(exposure)
    return route


def _named(route: Route) -> list[str]:
    """The connections that a route names."""
    named = (route.primary_connection_id, route.standby_connection_id, route.exposure.connection_id)
    return [connection_id for connection_id in named if connection_id]
