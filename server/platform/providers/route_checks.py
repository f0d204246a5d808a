"""What a route may name: connections of the company, at providers that cover it and whose stage allows the place."""

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import route_pb2
from corridor.providers.v1 import route_service_pb2 as api
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, Route
from corridor.type.v1 import rail_pb2
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.platform.providers import connections, stage_repository, stages
from server.platform.providers.catalog import Catalog
from server.store.engine import Connection

EXPOSED = "exposure.connection_id"


def check(
    catalog: Catalog, connection: Connection, context: Context, request: api.SetRouteRequest, before: Route | None
) -> None:
    """Raise unless a route may be set like this. `before`: the route as it is."""
    if request.standby_connection_id == request.primary_connection_id:
        raise _twice("standby_connection_id", "must be another connection than the primary", "standby")
    _check_one(catalog, connection, context, request, before, "primary_connection_id", request.primary_connection_id)
    if request.standby_connection_id:
        standby = request.standby_connection_id
        _check_one(catalog, connection, context, request, before, "standby_connection_id", standby)
    if request.HasField("exposure"):
        _check_exposure(context, request)
        _check_one(catalog, connection, context, request, before, EXPOSED, request.exposure.connection_id)


def _check_one(
    catalog: Catalog,
    connection: Connection,
    context: Context,
    request: api.SetRouteRequest,
    before: Route | None,
    field: str,
    connection_id: str,
) -> None:
    found = connections.find(connection, context, connection_id)
    if found is None:
        raise fail(
            reasons.ERROR_REASON_CONNECTION_NOT_FOUND,
            "There is no such connection.",
            violations=[Violation(field, "must be a connection of the company in this environment", "connection")],
        )
    if not catalog.covers(found.provider, request.domain, request.rail):
        by = f" by {rail_pb2.Rail.Name(request.rail).removeprefix('RAIL_').lower()}" if request.rail else ""
        raise fail(
            reasons.ERROR_REASON_RAIL_NOT_SUPPORTED,
            f"{found.provider} does not serve {request.domain}{by}.",
            violations=[Violation(field, "must be at a provider that serves the domain and rail", "coverage")],
        )
    if not context.who.live:
        return
    stage = stage_repository.of(connection, context, found.provider)[found.provider].stage
    stages.check_known(found.provider, stage, field)
    if request.mode == ROUTE_MODE_ON:
        claimed = stages.of_word(catalog.manifest(found.provider).facts.stage)
        if field == EXPOSED:
            stages.check_exposure(found.provider, stage, claimed, request.exposure.stage, field)
        else:
            used = _used(before, field, connection_id)
            stages.check_use(found.provider, stage, claimed, field, used_before=used)


def _used(before: Route | None, field: str, connection_id: str) -> bool:
    """Whether a connection had the place before, or one that says more."""
    if before is None:
        return False
    standby = before.standby_connection_id if field == "standby_connection_id" else ""
    return connection_id in (before.primary_connection_id, standby)


def _check_exposure(context: Context, request: api.SetRouteRequest) -> None:
    exposure = request.exposure
    if exposure.connection_id == request.primary_connection_id:
        raise _twice(EXPOSED, "must be another connection than the primary", "exposure")
    shared = exposure.stage == route_pb2.EXPOSURE_STAGE_PERCENT
    if shared != bool(exposure.percent):
        rule = "must be 1 to 99 for the stage percent" if shared else "must be 0 but for the stage percent"
        raise _twice("exposure.percent", rule, "percent")
    if exposure.rehearsal and exposure.stage != route_pb2.EXPOSURE_STAGE_SHADOW:
        raise _twice("exposure.rehearsal", "must be left out but for the stage shadow", "rehearsal")
    if exposure.rehearsal and context.who.live:
        raise fail(
            reasons.ERROR_REASON_SANDBOX_ONLY,
            "A rehearsal really sends, so it is possible in the sandbox environment alone.",
            violations=[Violation("exposure.rehearsal", "must be left out in the live environment", "sandbox_only")],
        )


def _twice(field: str, rule: str, name: str) -> Failure:
    violation = Violation(field, rule, name)
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"{field} {rule}.", violations=[violation])
