"""HealthService: how it is with providers as the caller's company uses them, and what the company says of them."""

from datetime import timedelta

import grpc
from google.protobuf.duration_pb2 import Duration

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import health_service_pb2 as api
from corridor.providers.v1.operation_health_pb2 import OperationHealth
from server.kit import context as contexts
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.kit.paging import PageTokens
from server.platform.health import incidents, institutions, listing, overrides
from server.platform.health.view import HealthView
from server.platform.providers import connections
from server.platform.providers.catalog import Catalog
from server.platform.providers.connections import Connections
from server.platform.providers.gates import Destination
from server.store import audit, idempotency
from server.store.engine import Connection, Store

_OPEN_FOR = timedelta(hours=1)
_VALID_FOR = timedelta(hours=24)


class HealthServicer:
    """Health, incidents, and what is known of banks and rails."""

    def __init__(
        self, store: Store, tokens: PageTokens, catalog: Catalog, known: Connections, view: HealthView
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._catalog = catalog
        self._known = known
        self._view = view

    def ListProviderHealth(
        self, request: api.ListProviderHealthRequest, _: grpc.ServicerContext
    ) -> api.ListProviderHealthResponse:
        """A page of operations."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            operations, last = listing.page(
                connection, context, page, connection_id=request.connection_id, provider=request.provider
            )
        for each in operations:
            self._limit(context, each)
        following = self._tokens.next(context, request, last) if last else ""
        return api.ListProviderHealthResponse(operations=operations, next_page_token=following)

    def ListProviderIncidents(
        self, request: api.ListProviderIncidentsRequest, _: grpc.ServicerContext
    ) -> api.ListProviderIncidentsResponse:
        """A page of incidents, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = incidents.page(connection, context, page, provider=request.provider, state=request.state)
        following = self._tokens.next(context, request, found[-1].provider_incident_id) if more else ""
        return api.ListProviderIncidentsResponse(provider_incidents=found, next_page_token=following)

    def GetProviderIncident(
        self, request: api.GetProviderIncidentRequest, _: grpc.ServicerContext
    ) -> api.GetProviderIncidentResponse:
        """One incident."""
        with self._store.mine() as connection:
            found = incidents.get(connection, contexts.current(), request.provider_incident_id)
        if found is None:
            raise _no_such("incident")
        return api.GetProviderIncidentResponse(provider_incident=found)

    def GetProviderIncidentTimeline(
        self, request: api.GetProviderIncidentTimelineRequest, _: grpc.ServicerContext
    ) -> api.GetProviderIncidentTimelineResponse:
        """What happened in an incident."""
        with self._store.mine() as connection:
            if incidents.get(connection, contexts.current(), request.provider_incident_id) is None:
                raise _no_such("incident")
            entries = incidents.timeline(connection, request.provider_incident_id)
        return api.GetProviderIncidentTimelineResponse(entries=entries)

    def OpenBreaker(self, request: api.OpenBreakerRequest, _: grpc.ServicerContext) -> bytes:
        """Treat an operation as open for a while."""
        context = contexts.current()
        seconds = _given(request.open_for, request.HasField("open_for"), _OPEN_FOR).total_seconds()
        with idempotency.once(self._store, context) as (connection, answer):
            self._check_operation(_provider_of(connection, context, request.connection_id), request.operation)
            found = overrides.put(
                connection, context, request.connection_id, request.operation, request.reason, seconds
            )
            audit.record(connection, context, request.connection_id, f"open {request.operation}".strip())
            return answer(request.connection_id, api.OpenBreakerResponse(override=found))

    def CloseBreaker(self, request: api.CloseBreakerRequest, _: grpc.ServicerContext) -> bytes:
        """Take back what OpenBreaker said."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            _provider_of(connection, context, request.connection_id)
            found = overrides.take_back(connection, context, request.connection_id, request.operation)
            if found is None:
                raise _no_such("breaker that the company itself has opened")
            audit.record(connection, context, request.connection_id, f"close {request.operation}".strip())
            return answer(request.connection_id, api.CloseBreakerResponse(override=found))

    def ListInstitutionStatuses(
        self, request: api.ListInstitutionStatusesRequest, _: grpc.ServicerContext
    ) -> api.ListInstitutionStatusesResponse:
        """A page of statuses, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = institutions.page(connection, context, page, request.connection_id)
        following = self._tokens.next(context, request, found[-1].institution_status_id) if more else ""
        return api.ListInstitutionStatusesResponse(institution_statuses=found, next_page_token=following)

    def SetInstitutionStatus(self, request: api.SetInstitutionStatusRequest, _: grpc.ServicerContext) -> bytes:
        """Say how well a bank or rail is reached."""
        context = contexts.current()
        told = institutions.Told(
            institution_id=request.institution_id,
            level=request.level,
            source=context.who.subject or context.who.caller_id,
            by_person=True,
            valid_for=_given(request.valid_for, request.HasField("valid_for"), _VALID_FOR),
            reason=request.reason,
        )
        with idempotency.once(self._store, context) as (connection, answer):
            provider = _provider_of(connection, context, request.connection_id)
            status = institutions.put(connection, context, request.connection_id, provider, told)
            audit.record(connection, context, status.institution_status_id)
            response = api.SetInstitutionStatusResponse(institution_status=status)
            return answer(status.institution_status_id, response)

    def ClearInstitutionStatus(self, request: api.ClearInstitutionStatusRequest, _: grpc.ServicerContext) -> bytes:
        """Take back what a person has set."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            _provider_of(connection, context, request.connection_id)
            status = institutions.clear(connection, context, request.connection_id, request.institution_id)
            if status is None:
                raise _no_such("status that a person has set")
            audit.record(connection, context, status.institution_status_id)
            response = api.ClearInstitutionStatusResponse(institution_status=status)
            return answer(status.institution_status_id, response)

    def _check_operation(self, provider: str, operation: str) -> None:
        """Raise INVALID_ARGUMENT for an operation that the provider's adapter does not have; empty means every one."""
        known = {each for port in self._catalog.described(provider).ports for each in port.operations}
        if operation and operation not in known:
            rule = f"must be one of {', '.join(sorted(known))}"
            violation = Violation("operation", rule, "operation")
            detail = f"{provider} has no operation {operation}."
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, detail, violations=[violation])

    def _limit(self, context: Context, shown: OperationHealth) -> None:
        """Add how long the provider takes no call, as this process knows it."""
        live = self._known.get(context, shown.connection_id)
        who = context.who
        to = Destination(
            who.company_id, who.environment, shown.connection_id, shown.provider, live.base_url, shown.operation
        )  # fmt: skip
        wait = self._view.rate_limited_for(to)
        if wait > 0:
            shown.rate_limited_for.FromNanoseconds(int(wait * 1e9))


def _provider_of(connection: Connection, context: Context, connection_id: str) -> str:
    found = connections.find(connection, context, connection_id)
    if found is None:
        raise fail(reasons.ERROR_REASON_CONNECTION_NOT_FOUND, "There is no such connection.")
    return found.provider


def _given(duration: Duration, given: bool, usual: timedelta) -> timedelta:
    return duration.ToTimedelta() if given else usual


def _no_such(what: str) -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no such {what}.")
