"""Calls of corridor.providers.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.providers.v1 import (
    BreakerOverride,
    Certification,
    CertificationVerdict,
    ClearInstitutionStatusRequest,
    ClearInstitutionStatusResponse,
    CloseBreakerRequest,
    CloseBreakerResponse,
    Connection,
    ConnectionFee,
    CreateConnectionRequest,
    CreateConnectionResponse,
    DisasterTestRun,
    Exposure,
    GetConnectionRequest,
    GetConnectionResponse,
    GetDisasterTestRequest,
    GetDisasterTestResponse,
    GetProviderIncidentRequest,
    GetProviderIncidentResponse,
    GetProviderIncidentTimelineRequest,
    GetProviderIncidentTimelineResponse,
    GetProviderRequest,
    GetProviderResponse,
    GetSweepRequest,
    GetSweepResponse,
    InstitutionLevel,
    InstitutionStatus,
    ListCertificationsRequest,
    ListCertificationsResponse,
    ListConnectionsRequest,
    ListConnectionsResponse,
    ListDisasterTestsRequest,
    ListDisasterTestsResponse,
    ListInstitutionStatusesRequest,
    ListInstitutionStatusesResponse,
    ListProviderHealthRequest,
    ListProviderHealthResponse,
    ListProviderIncidentsRequest,
    ListProviderIncidentsResponse,
    ListProvidersRequest,
    ListProvidersResponse,
    ListRoutesRequest,
    ListRoutesResponse,
    ListSweepsRequest,
    ListSweepsResponse,
    OpenBreakerRequest,
    OpenBreakerResponse,
    OperationHealth,
    Provider,
    ProviderIncident,
    ProviderIncidentState,
    ProviderStage,
    RecordCertificationRequest,
    RecordCertificationResponse,
    RecordDisasterTestRequest,
    RecordDisasterTestResponse,
    ReleaseConnectionRequest,
    ReleaseConnectionResponse,
    RotateCredentialsRequest,
    RotateCredentialsResponse,
    Route,
    RouteMode,
    SetInstitutionStatusRequest,
    SetInstitutionStatusResponse,
    SetProviderStageRequest,
    SetProviderStageResponse,
    SetRouteRequest,
    SetRouteResponse,
    Sweep,
    SweepConnectionRequest,
    SweepConnectionResponse,
    SweepState,
)
from corridor_client.type import v1 as type_v1

_CONNECTION_CREATE_CONNECTION = Method(
    "/corridor.providers.v1.ConnectionService/CreateConnection",
    CreateConnectionResponse,
    Key.REQUIRED,
    10.0,
    Http("POST", "/v1/connections", "*", "connection"),
)

_CONNECTION_GET_CONNECTION = Method(
    "/corridor.providers.v1.ConnectionService/GetConnection",
    GetConnectionResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/connections/{connection_id}", "", "connection"),
)

_CONNECTION_LIST_CONNECTIONS = Method(
    "/corridor.providers.v1.ConnectionService/ListConnections",
    ListConnectionsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/connections"),
)

_CONNECTION_ROTATE_CREDENTIALS = Method(
    "/corridor.providers.v1.ConnectionService/RotateCredentials",
    RotateCredentialsResponse,
    Key.REQUIRED,
    10.0,
    Http("POST", "/v1/connections/{connection_id}:rotate-credentials", "*", "connection"),
)


class ConnectionCalls:
    """ConnectionService keeps the company's accounts at providers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_connection(
        self,
        request: CreateConnectionRequest | None = None,
        /,
        *,
        provider: str = "",
        title: str = "",
        credentials: Mapping[str, str] | None = None,
        base_url: str = "",
        fees: Sequence[ConnectionFee] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """CreateConnection adds an account at a provider in the caller's environment.

        Credentials that the provider's manifest calls secret are stored encrypted and never returned.

        Fields:
            provider: The provider's name.
            title: The company's own name for it.
            credentials: The credentials that the provider's manifest names.
            base_url: Where the provider is reached. Empty takes the address in the manifest for the environment.
            fees: What the provider charges for a payout.

        Raises errors.ProviderNotFound, errors.CredentialsInvalid, errors.ResidencyMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateConnectionRequest,
            request,
            {"provider": provider, "title": title, "credentials": credentials, "base_url": base_url, "fees": fees},
        )
        answer = self._caller.call(
            _CONNECTION_CREATE_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.connection)

    def get_connection(
        self,
        request: GetConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """GetConnection returns one connection.

        Fields:
            connection_id: The connection's id.

        Raises errors.NotFound.
        """
        message = given(GetConnectionRequest, request, {"connection_id": connection_id})
        answer = self._caller.call(
            _CONNECTION_GET_CONNECTION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.connection)

    def list_connections(
        self,
        request: ListConnectionsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListConnectionsResponse, Connection]:
        """ListConnections returns connections, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListConnectionsRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _CONNECTION_LIST_CONNECTIONS, message, "connections", timeout_seconds=timeout_seconds, headers=headers
        )

    def rotate_credentials(
        self,
        request: RotateCredentialsRequest | None = None,
        /,
        *,
        connection_id: str = "",
        credentials: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """RotateCredentials replaces a connection's credentials. Calls that start from now on use the new ones.

        A webhook secret that is replaced is accepted for 24 hours more.

        Fields:
            connection_id: The connection's id.
            credentials: All credentials that the provider's manifest names.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.CredentialsInvalid, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RotateCredentialsRequest, request, {"connection_id": connection_id, "credentials": credentials})
        answer = self._caller.call(
            _CONNECTION_ROTATE_CREDENTIALS,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.connection)


class AsyncConnectionCalls:
    """ConnectionService keeps the company's accounts at providers."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_connection(
        self,
        request: CreateConnectionRequest | None = None,
        /,
        *,
        provider: str = "",
        title: str = "",
        credentials: Mapping[str, str] | None = None,
        base_url: str = "",
        fees: Sequence[ConnectionFee] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """CreateConnection adds an account at a provider in the caller's environment.

        As `ConnectionCalls.create_connection`, awaited.
        """
        message = given(
            CreateConnectionRequest,
            request,
            {"provider": provider, "title": title, "credentials": credentials, "base_url": base_url, "fees": fees},
        )
        answer = await self._caller.call(
            _CONNECTION_CREATE_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.connection)

    async def get_connection(
        self,
        request: GetConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """GetConnection returns one connection.

        As `ConnectionCalls.get_connection`, awaited.
        """
        message = given(GetConnectionRequest, request, {"connection_id": connection_id})
        answer = await self._caller.call(
            _CONNECTION_GET_CONNECTION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.connection)

    async def list_connections(
        self,
        request: ListConnectionsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListConnectionsResponse, Connection]:
        """ListConnections returns connections, the newest first.

        As `ConnectionCalls.list_connections`, awaited.
        """
        message = given(ListConnectionsRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _CONNECTION_LIST_CONNECTIONS, message, "connections", timeout_seconds=timeout_seconds, headers=headers
        )

    async def rotate_credentials(
        self,
        request: RotateCredentialsRequest | None = None,
        /,
        *,
        connection_id: str = "",
        credentials: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Connection:
        """RotateCredentials replaces a connection's credentials. Calls that start from now on use the new ones.

        As `ConnectionCalls.rotate_credentials`, awaited.
        """
        message = given(RotateCredentialsRequest, request, {"connection_id": connection_id, "credentials": credentials})
        answer = await self._caller.call(
            _CONNECTION_ROTATE_CREDENTIALS,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.connection)


_DISASTERTEST_RECORD_DISASTER_TEST = Method(
    "/corridor.providers.v1.DisasterTestService/RecordDisasterTest",
    RecordDisasterTestResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/providers/{name}/disaster-tests", "*", "disaster_test_run"),
)

_DISASTERTEST_GET_DISASTER_TEST = Method(
    "/corridor.providers.v1.DisasterTestService/GetDisasterTest",
    GetDisasterTestResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/disaster-tests/{disaster_test_id}", "", "disaster_test_run"),
)

_DISASTERTEST_LIST_DISASTER_TESTS = Method(
    "/corridor.providers.v1.DisasterTestService/ListDisasterTests",
    ListDisasterTestsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/providers/{name}/disaster-tests"),
)


class DisasterTestCalls:
    """DisasterTestService keeps the company's trials of losing a provider, such as `corridor drill` makes them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def record_disaster_test(
        self,
        request: RecordDisasterTestRequest | None = None,
        /,
        *,
        name: str = "",
        standby_provider: str = "",
        domain: str = "",
        passed: bool = False,
        summary: str = "",
        report: str = "",
        test_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisasterTestRun:
        """RecordDisasterTest keeps the report of a trial. The latest one stands in the catalogue, at the provider that was lost.

        Fields:
            name: The name of the provider that was lost.
            standby_provider: The name of the provider that stood by.
            domain: The domain in which it was tried, such as `payouts`.
            passed: Whether everything went as it should.
            summary: What came out, in a sentence or two.
            report: The whole report, in Markdown.
            test_time: When the trial was made. Missing means now.

        Raises errors.ProviderNotFound, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RecordDisasterTestRequest,
            request,
            {
                "name": name,
                "standby_provider": standby_provider,
                "domain": domain,
                "passed": passed,
                "summary": summary,
                "report": report,
                "test_time": test_time,
            },
        )
        answer = self._caller.call(
            _DISASTERTEST_RECORD_DISASTER_TEST,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.disaster_test_run)

    def get_disaster_test(
        self,
        request: GetDisasterTestRequest | None = None,
        /,
        *,
        disaster_test_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisasterTestRun:
        """GetDisasterTest returns one trial with its whole report.

        Fields:
            disaster_test_id: The trial's id.

        Raises errors.NotFound.
        """
        message = given(GetDisasterTestRequest, request, {"disaster_test_id": disaster_test_id})
        answer = self._caller.call(
            _DISASTERTEST_GET_DISASTER_TEST, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.disaster_test_run)

    def list_disaster_tests(
        self,
        request: ListDisasterTestsRequest | None = None,
        /,
        *,
        name: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListDisasterTestsResponse, DisasterTestRun]:
        """ListDisasterTests returns the trials of losing a provider, the newest first, without their whole reports.

        Fields:
            name: The name of the provider that was lost.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.ProviderNotFound, errors.PageTokenInvalid.
        """
        message = given(
            ListDisasterTestsRequest, request, {"name": name, "page_size": page_size, "page_token": page_token}
        )
        return self._caller.page(
            _DISASTERTEST_LIST_DISASTER_TESTS,
            message,
            "disaster_test_runs",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )


class AsyncDisasterTestCalls:
    """DisasterTestService keeps the company's trials of losing a provider, such as `corridor drill` makes them."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def record_disaster_test(
        self,
        request: RecordDisasterTestRequest | None = None,
        /,
        *,
        name: str = "",
        standby_provider: str = "",
        domain: str = "",
        passed: bool = False,
        summary: str = "",
        report: str = "",
        test_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisasterTestRun:
        """RecordDisasterTest keeps the report of a trial. The latest one stands in the catalogue, at the provider that was lost.

        As `DisasterTestCalls.record_disaster_test`, awaited.
        """
        message = given(
            RecordDisasterTestRequest,
            request,
            {
                "name": name,
                "standby_provider": standby_provider,
                "domain": domain,
                "passed": passed,
                "summary": summary,
                "report": report,
                "test_time": test_time,
            },
        )
        answer = await self._caller.call(
            _DISASTERTEST_RECORD_DISASTER_TEST,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.disaster_test_run)

    async def get_disaster_test(
        self,
        request: GetDisasterTestRequest | None = None,
        /,
        *,
        disaster_test_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisasterTestRun:
        """GetDisasterTest returns one trial with its whole report.

        As `DisasterTestCalls.get_disaster_test`, awaited.
        """
        message = given(GetDisasterTestRequest, request, {"disaster_test_id": disaster_test_id})
        answer = await self._caller.call(
            _DISASTERTEST_GET_DISASTER_TEST, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.disaster_test_run)

    async def list_disaster_tests(
        self,
        request: ListDisasterTestsRequest | None = None,
        /,
        *,
        name: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListDisasterTestsResponse, DisasterTestRun]:
        """ListDisasterTests returns the trials of losing a provider, the newest first, without their whole reports.

        As `DisasterTestCalls.list_disaster_tests`, awaited.
        """
        message = given(
            ListDisasterTestsRequest, request, {"name": name, "page_size": page_size, "page_token": page_token}
        )
        return await self._caller.page(
            _DISASTERTEST_LIST_DISASTER_TESTS,
            message,
            "disaster_test_runs",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )


_HEALTH_LIST_PROVIDER_HEALTH = Method(
    "/corridor.providers.v1.HealthService/ListProviderHealth",
    ListProviderHealthResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/provider-health"),
)

_HEALTH_LIST_PROVIDER_INCIDENTS = Method(
    "/corridor.providers.v1.HealthService/ListProviderIncidents",
    ListProviderIncidentsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/provider-incidents"),
)

_HEALTH_GET_PROVIDER_INCIDENT = Method(
    "/corridor.providers.v1.HealthService/GetProviderIncident",
    GetProviderIncidentResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/provider-incidents/{provider_incident_id}", "", "provider_incident"),
)

_HEALTH_GET_PROVIDER_INCIDENT_TIMELINE = Method(
    "/corridor.providers.v1.HealthService/GetProviderIncidentTimeline",
    GetProviderIncidentTimelineResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/provider-incidents/{provider_incident_id}/timeline"),
)

_HEALTH_OPEN_BREAKER = Method(
    "/corridor.providers.v1.HealthService/OpenBreaker",
    OpenBreakerResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/provider-health:open-breaker", "*", "override"),
)

_HEALTH_CLOSE_BREAKER = Method(
    "/corridor.providers.v1.HealthService/CloseBreaker",
    CloseBreakerResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/provider-health:close-breaker", "*", "override"),
)

_HEALTH_LIST_INSTITUTION_STATUSES = Method(
    "/corridor.providers.v1.HealthService/ListInstitutionStatuses",
    ListInstitutionStatusesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/institution-statuses"),
)

_HEALTH_SET_INSTITUTION_STATUS = Method(
    "/corridor.providers.v1.HealthService/SetInstitutionStatus",
    SetInstitutionStatusResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/institution-statuses", "*", "institution_status"),
)

_HEALTH_CLEAR_INSTITUTION_STATUS = Method(
    "/corridor.providers.v1.HealthService/ClearInstitutionStatus",
    ClearInstitutionStatusResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/institution-statuses:clear", "*", "institution_status"),
)


class HealthCalls:
    """HealthService tells how it is with providers, and takes a company's own word for it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_provider_health(
        self,
        request: ListProviderHealthRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        provider: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListProviderHealthResponse, OperationHealth]:
        """ListProviderHealth returns how it is with every operation that the company's connections call, by connection.

        An operation that was not called for a month, or never, is not among them: nothing is known of it.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            connection_id: Only operations of this connection. Empty means every one.
            provider: Only operations of this provider. Empty means every one.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListProviderHealthRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "provider": provider},
        )
        return self._caller.page(
            _HEALTH_LIST_PROVIDER_HEALTH, message, "operations", timeout_seconds=timeout_seconds, headers=headers
        )

    def list_provider_incidents(
        self,
        request: ListProviderIncidentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        provider: str = "",
        state: ProviderIncidentState = ProviderIncidentState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListProviderIncidentsResponse, ProviderIncident]:
        """ListProviderIncidents returns the times in which calls were held back, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            provider: Only incidents of this provider. Empty means every one.
            state: Only incidents in this state. Unspecified means every one.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListProviderIncidentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "provider": provider, "state": state},
        )
        return self._caller.page(
            _HEALTH_LIST_PROVIDER_INCIDENTS,
            message,
            "provider_incidents",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def get_provider_incident(
        self,
        request: GetProviderIncidentRequest | None = None,
        /,
        *,
        provider_incident_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ProviderIncident:
        """GetProviderIncident returns one incident.

        Fields:
            provider_incident_id: The incident.

        Raises errors.NotFound.
        """
        message = given(GetProviderIncidentRequest, request, {"provider_incident_id": provider_incident_id})
        answer = self._caller.call(
            _HEALTH_GET_PROVIDER_INCIDENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.provider_incident)

    def get_provider_incident_timeline(
        self,
        request: GetProviderIncidentTimelineRequest | None = None,
        /,
        *,
        provider_incident_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetProviderIncidentTimelineResponse:
        """GetProviderIncidentTimeline tells what happened in an incident, the earliest first: each change of the breaker, and why.

        Fields:
            provider_incident_id: The incident.

        Raises errors.NotFound.
        """
        message = given(GetProviderIncidentTimelineRequest, request, {"provider_incident_id": provider_incident_id})
        answer = self._caller.call(
            _HEALTH_GET_PROVIDER_INCIDENT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    def open_breaker(
        self,
        request: OpenBreakerRequest | None = None,
        /,
        *,
        connection_id: str = "",
        operation: str = "",
        open_for: datetime.timedelta | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> BreakerOverride:
        """OpenBreaker lets the company treat an operation as if its breaker were open, for a while.

        Nothing new is sent by it. It holds for the company alone: others, and what is measured, go on as before.

        Fields:
            connection_id: The connection.
            operation: The operation, such as `create_payout`. Empty means all of them.
            open_for: For how long: 24 hours at most. Missing means an hour.
            reason: Why.

        Raises errors.ConnectionNotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            OpenBreakerRequest,
            request,
            {"connection_id": connection_id, "operation": operation, "open_for": open_for, "reason": reason},
        )
        answer = self._caller.call(
            _HEALTH_OPEN_BREAKER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.override)

    def close_breaker(
        self,
        request: CloseBreakerRequest | None = None,
        /,
        *,
        connection_id: str = "",
        operation: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> BreakerOverride:
        """CloseBreaker takes back what OpenBreaker said. A breaker that is open because calls failed stays so.

        Fields:
            connection_id: The connection.
            operation: The operation, such as `create_payout`. Empty means all of them.

        Raises errors.ConnectionNotFound, errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CloseBreakerRequest, request, {"connection_id": connection_id, "operation": operation})
        answer = self._caller.call(
            _HEALTH_CLOSE_BREAKER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.override)

    def list_institution_statuses(
        self,
        request: ListInstitutionStatusesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListInstitutionStatusesResponse, InstitutionStatus]:
        """ListInstitutionStatuses returns what is known of banks and rails at providers, by connection. What is too old is shown as stale.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            connection_id: Only statuses of this connection. Empty means every one.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListInstitutionStatusesRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id},
        )
        return self._caller.page(
            _HEALTH_LIST_INSTITUTION_STATUSES,
            message,
            "institution_statuses",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def set_institution_status(
        self,
        request: SetInstitutionStatusRequest | None = None,
        /,
        *,
        connection_id: str = "",
        institution_id: str = "",
        level: InstitutionLevel = InstitutionLevel(0),
        valid_for: datetime.timedelta | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InstitutionStatus:
        """SetInstitutionStatus says how well a bank or rail is reached over a connection.

        Until it expires it goes before what the provider says. Setting what is set already only moves its end.

        Fields:
            connection_id: The connection.
            institution_id: The bank (see RoutingFacts.institution_id), or a rail such as `rail:rtp`.
            level: How well it is reached.
            valid_for: For how long it counts: 30 days at most. Missing means 24 hours.
            reason: Why.

        Raises errors.ConnectionNotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            SetInstitutionStatusRequest,
            request,
            {
                "connection_id": connection_id,
                "institution_id": institution_id,
                "level": level,
                "valid_for": valid_for,
                "reason": reason,
            },
        )
        answer = self._caller.call(
            _HEALTH_SET_INSTITUTION_STATUS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.institution_status)

    def clear_institution_status(
        self,
        request: ClearInstitutionStatusRequest | None = None,
        /,
        *,
        connection_id: str = "",
        institution_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InstitutionStatus:
        """ClearInstitutionStatus takes back what a person has set. What the provider says counts again.

        Fields:
            connection_id: The connection.
            institution_id: The bank (see RoutingFacts.institution_id), or a rail such as `rail:rtp`.

        Raises errors.ConnectionNotFound, errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            ClearInstitutionStatusRequest, request, {"connection_id": connection_id, "institution_id": institution_id}
        )
        answer = self._caller.call(
            _HEALTH_CLEAR_INSTITUTION_STATUS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.institution_status)


class AsyncHealthCalls:
    """HealthService tells how it is with providers, and takes a company's own word for it."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_provider_health(
        self,
        request: ListProviderHealthRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        provider: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListProviderHealthResponse, OperationHealth]:
        """ListProviderHealth returns how it is with every operation that the company's connections call, by connection.

        As `HealthCalls.list_provider_health`, awaited.
        """
        message = given(
            ListProviderHealthRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "provider": provider},
        )
        return await self._caller.page(
            _HEALTH_LIST_PROVIDER_HEALTH, message, "operations", timeout_seconds=timeout_seconds, headers=headers
        )

    async def list_provider_incidents(
        self,
        request: ListProviderIncidentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        provider: str = "",
        state: ProviderIncidentState = ProviderIncidentState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListProviderIncidentsResponse, ProviderIncident]:
        """ListProviderIncidents returns the times in which calls were held back, the newest first.

        As `HealthCalls.list_provider_incidents`, awaited.
        """
        message = given(
            ListProviderIncidentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "provider": provider, "state": state},
        )
        return await self._caller.page(
            _HEALTH_LIST_PROVIDER_INCIDENTS,
            message,
            "provider_incidents",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def get_provider_incident(
        self,
        request: GetProviderIncidentRequest | None = None,
        /,
        *,
        provider_incident_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ProviderIncident:
        """GetProviderIncident returns one incident.

        As `HealthCalls.get_provider_incident`, awaited.
        """
        message = given(GetProviderIncidentRequest, request, {"provider_incident_id": provider_incident_id})
        answer = await self._caller.call(
            _HEALTH_GET_PROVIDER_INCIDENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.provider_incident)

    async def get_provider_incident_timeline(
        self,
        request: GetProviderIncidentTimelineRequest | None = None,
        /,
        *,
        provider_incident_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetProviderIncidentTimelineResponse:
        """GetProviderIncidentTimeline tells what happened in an incident, the earliest first: each change of the breaker, and why.

        As `HealthCalls.get_provider_incident_timeline`, awaited.
        """
        message = given(GetProviderIncidentTimelineRequest, request, {"provider_incident_id": provider_incident_id})
        answer = await self._caller.call(
            _HEALTH_GET_PROVIDER_INCIDENT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def open_breaker(
        self,
        request: OpenBreakerRequest | None = None,
        /,
        *,
        connection_id: str = "",
        operation: str = "",
        open_for: datetime.timedelta | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> BreakerOverride:
        """OpenBreaker lets the company treat an operation as if its breaker were open, for a while.

        As `HealthCalls.open_breaker`, awaited.
        """
        message = given(
            OpenBreakerRequest,
            request,
            {"connection_id": connection_id, "operation": operation, "open_for": open_for, "reason": reason},
        )
        answer = await self._caller.call(
            _HEALTH_OPEN_BREAKER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.override)

    async def close_breaker(
        self,
        request: CloseBreakerRequest | None = None,
        /,
        *,
        connection_id: str = "",
        operation: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> BreakerOverride:
        """CloseBreaker takes back what OpenBreaker said. A breaker that is open because calls failed stays so.

        As `HealthCalls.close_breaker`, awaited.
        """
        message = given(CloseBreakerRequest, request, {"connection_id": connection_id, "operation": operation})
        answer = await self._caller.call(
            _HEALTH_CLOSE_BREAKER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.override)

    async def list_institution_statuses(
        self,
        request: ListInstitutionStatusesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListInstitutionStatusesResponse, InstitutionStatus]:
        """ListInstitutionStatuses returns what is known of banks and rails at providers, by connection. What is too old is shown as stale.

        As `HealthCalls.list_institution_statuses`, awaited.
        """
        message = given(
            ListInstitutionStatusesRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id},
        )
        return await self._caller.page(
            _HEALTH_LIST_INSTITUTION_STATUSES,
            message,
            "institution_statuses",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def set_institution_status(
        self,
        request: SetInstitutionStatusRequest | None = None,
        /,
        *,
        connection_id: str = "",
        institution_id: str = "",
        level: InstitutionLevel = InstitutionLevel(0),
        valid_for: datetime.timedelta | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InstitutionStatus:
        """SetInstitutionStatus says how well a bank or rail is reached over a connection.

        As `HealthCalls.set_institution_status`, awaited.
        """
        message = given(
            SetInstitutionStatusRequest,
            request,
            {
                "connection_id": connection_id,
                "institution_id": institution_id,
                "level": level,
                "valid_for": valid_for,
                "reason": reason,
            },
        )
        answer = await self._caller.call(
            _HEALTH_SET_INSTITUTION_STATUS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.institution_status)

    async def clear_institution_status(
        self,
        request: ClearInstitutionStatusRequest | None = None,
        /,
        *,
        connection_id: str = "",
        institution_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> InstitutionStatus:
        """ClearInstitutionStatus takes back what a person has set. What the provider says counts again.

        As `HealthCalls.clear_institution_status`, awaited.
        """
        message = given(
            ClearInstitutionStatusRequest, request, {"connection_id": connection_id, "institution_id": institution_id}
        )
        answer = await self._caller.call(
            _HEALTH_CLEAR_INSTITUTION_STATUS,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.institution_status)


_PROVIDER_GET_PROVIDER = Method(
    "/corridor.providers.v1.ProviderService/GetProvider",
    GetProviderResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/providers/{name}", "", "provider"),
)

_PROVIDER_LIST_PROVIDERS = Method(
    "/corridor.providers.v1.ProviderService/ListProviders",
    ListProvidersResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/providers"),
)

_PROVIDER_SET_PROVIDER_STAGE = Method(
    "/corridor.providers.v1.ProviderService/SetProviderStage",
    SetProviderStageResponse,
    Key.OPTIONAL,
    10.0,
    Http("POST", "/v1/providers/{name}:set-stage", "*", "provider"),
)

_PROVIDER_RECORD_CERTIFICATION = Method(
    "/corridor.providers.v1.ProviderService/RecordCertification",
    RecordCertificationResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/providers/{name}/certifications", "*", "certification"),
)

_PROVIDER_LIST_CERTIFICATIONS = Method(
    "/corridor.providers.v1.ProviderService/ListCertifications",
    ListCertificationsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/providers/{name}/certifications"),
)


class ProviderCalls:
    """ProviderService is the catalogue of providers that this installation can talk to."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_provider(
        self,
        request: GetProviderRequest | None = None,
        /,
        *,
        name: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Provider:
        """GetProvider returns one provider.

        Fields:
            name: The provider's name.

        Raises errors.ProviderNotFound.
        """
        message = given(GetProviderRequest, request, {"name": name})
        answer = self._caller.call(_PROVIDER_GET_PROVIDER, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.provider)

    def list_providers(
        self,
        request: ListProvidersRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListProvidersResponse, Provider]:
        """ListProviders returns all providers, by name.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListProvidersRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _PROVIDER_LIST_PROVIDERS, message, "providers", timeout_seconds=timeout_seconds, headers=headers
        )

    def set_provider_stage(
        self,
        request: SetProviderStageRequest | None = None,
        /,
        *,
        name: str = "",
        stage: ProviderStage = ProviderStage(0),
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Provider:
        """SetProviderStage says how far the company uses a provider in the caller's environment.

        The stages and what may follow which: intake; certified; shadow and partial; live; retiring; retired. Going on needs
        a passing certification run of the adapter that is running; stepping back never does. A provider is retired only
        when no route names it and nothing that was sent by it is open. Setting the stage that it has changes nothing.
        In the live environment work that may not be sent any more waits, and goes on when it may be.

        Fields:
            name: The provider's name.
            stage: The stage.
            reason: Why. It travels with the event.

        Raises errors.ProviderNotFound, errors.ProviderStageNotReachable, errors.ProviderNotCertified, errors.ProviderInUse, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SetProviderStageRequest, request, {"name": name, "stage": stage, "reason": reason})
        answer = self._caller.call(
            _PROVIDER_SET_PROVIDER_STAGE,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.provider)

    def record_certification(
        self,
        request: RecordCertificationRequest | None = None,
        /,
        *,
        name: str = "",
        adapter_digest: str = "",
        verdicts: Sequence[CertificationVerdict] = (),
        tests_passed: bool = False,
        test_count: int = 0,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Certification:
        """RecordCertification keeps what a certification run of a provider's adapter has found.

        `corridor adapter certify` runs and records it. A run of another adapter than the one that is running is refused.

        Fields:
            name: The provider's name.
            adapter_digest: The digest of the adapter that was tested, in hexadecimal SHA-256: `Provider.adapter_digest` of the same files.
            verdicts: What was found, by rule. Each rule once.
            tests_passed: Whether the adapter's own tests and the conformance of its ports passed.
            test_count: How many tests passed.

        Raises errors.ProviderNotFound, errors.CertificationMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RecordCertificationRequest,
            request,
            {
                "name": name,
                "adapter_digest": adapter_digest,
                "verdicts": verdicts,
                "tests_passed": tests_passed,
                "test_count": test_count,
            },
        )
        answer = self._caller.call(
            _PROVIDER_RECORD_CERTIFICATION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.certification)

    def list_certifications(
        self,
        request: ListCertificationsRequest | None = None,
        /,
        *,
        name: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListCertificationsResponse, Certification]:
        """ListCertifications returns the company's certification runs of a provider, the newest first.

        Fields:
            name: The provider's name.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.ProviderNotFound, errors.PageTokenInvalid.
        """
        message = given(
            ListCertificationsRequest, request, {"name": name, "page_size": page_size, "page_token": page_token}
        )
        return self._caller.page(
            _PROVIDER_LIST_CERTIFICATIONS, message, "certifications", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncProviderCalls:
    """ProviderService is the catalogue of providers that this installation can talk to."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_provider(
        self,
        request: GetProviderRequest | None = None,
        /,
        *,
        name: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Provider:
        """GetProvider returns one provider.

        As `ProviderCalls.get_provider`, awaited.
        """
        message = given(GetProviderRequest, request, {"name": name})
        answer = await self._caller.call(
            _PROVIDER_GET_PROVIDER, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.provider)

    async def list_providers(
        self,
        request: ListProvidersRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListProvidersResponse, Provider]:
        """ListProviders returns all providers, by name.

        As `ProviderCalls.list_providers`, awaited.
        """
        message = given(ListProvidersRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _PROVIDER_LIST_PROVIDERS, message, "providers", timeout_seconds=timeout_seconds, headers=headers
        )

    async def set_provider_stage(
        self,
        request: SetProviderStageRequest | None = None,
        /,
        *,
        name: str = "",
        stage: ProviderStage = ProviderStage(0),
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Provider:
        """SetProviderStage says how far the company uses a provider in the caller's environment.

        As `ProviderCalls.set_provider_stage`, awaited.
        """
        message = given(SetProviderStageRequest, request, {"name": name, "stage": stage, "reason": reason})
        answer = await self._caller.call(
            _PROVIDER_SET_PROVIDER_STAGE,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.provider)

    async def record_certification(
        self,
        request: RecordCertificationRequest | None = None,
        /,
        *,
        name: str = "",
        adapter_digest: str = "",
        verdicts: Sequence[CertificationVerdict] = (),
        tests_passed: bool = False,
        test_count: int = 0,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Certification:
        """RecordCertification keeps what a certification run of a provider's adapter has found.

        As `ProviderCalls.record_certification`, awaited.
        """
        message = given(
            RecordCertificationRequest,
            request,
            {
                "name": name,
                "adapter_digest": adapter_digest,
                "verdicts": verdicts,
                "tests_passed": tests_passed,
                "test_count": test_count,
            },
        )
        answer = await self._caller.call(
            _PROVIDER_RECORD_CERTIFICATION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.certification)

    async def list_certifications(
        self,
        request: ListCertificationsRequest | None = None,
        /,
        *,
        name: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListCertificationsResponse, Certification]:
        """ListCertifications returns the company's certification runs of a provider, the newest first.

        As `ProviderCalls.list_certifications`, awaited.
        """
        message = given(
            ListCertificationsRequest, request, {"name": name, "page_size": page_size, "page_token": page_token}
        )
        return await self._caller.page(
            _PROVIDER_LIST_CERTIFICATIONS, message, "certifications", timeout_seconds=timeout_seconds, headers=headers
        )


_ROUTE_SET_ROUTE = Method(
    "/corridor.providers.v1.RouteService/SetRoute",
    SetRouteResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/routes", "*", "route"),
)

_ROUTE_LIST_ROUTES = Method(
    "/corridor.providers.v1.RouteService/ListRoutes",
    ListRoutesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/routes"),
)

_ROUTE_RELEASE_CONNECTION = Method(
    "/corridor.providers.v1.RouteService/ReleaseConnection",
    ReleaseConnectionResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/connections/{connection_id}:release", "*"),
)


class RouteCalls:
    """RouteService decides which connections serve a domain."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def set_route(
        self,
        request: SetRouteRequest | None = None,
        /,
        *,
        domain: str = "",
        rail: type_v1.Rail = type_v1.Rail(0),
        mode: RouteMode = RouteMode(0),
        primary_connection_id: str = "",
        standby_connection_id: str = "",
        exposure: Exposure | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Route:
        """SetRoute creates or replaces the route of a domain and rail.

        Work that waited for a route is tried again at once. In the live environment the stages of the providers decide
        whether a route that sends may use them: see SetProviderStage.

        Fields:
            domain: The domain, such as `payouts`.
            rail: The rail. Unspecified means every rail without a route of its own.
            mode: Whether it sends, and what happens to work while it does not.
            primary_connection_id: The connection that is used first.
            standby_connection_id: The connection that is used when the primary certainly did nothing. Optional.
            exposure: A connection that is being taken into use beside the two. Missing means that none is.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.ConnectionNotFound, errors.RailNotSupported, errors.ProviderNotLive, errors.SandboxOnly, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            SetRouteRequest,
            request,
            {
                "domain": domain,
                "rail": rail,
                "mode": mode,
                "primary_connection_id": primary_connection_id,
                "standby_connection_id": standby_connection_id,
                "exposure": exposure,
            },
        )
        answer = self._caller.call(
            _ROUTE_SET_ROUTE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.route)

    def list_routes(
        self,
        request: ListRoutesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListRoutesResponse, Route]:
        """ListRoutes returns the company's routes in this environment.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListRoutesRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _ROUTE_LIST_ROUTES, message, "routes", timeout_seconds=timeout_seconds, headers=headers
        )

    def release_connection(
        self,
        request: ReleaseConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ReleaseConnectionResponse:
        """ReleaseConnection lets work go over a connection again that was held because its provider refused the credentials.

        Work that waited for it is tried again at once. Replacing the credentials, or setting a route that names the
        connection, releases it as well. A connection that is not held stays as it is.

        Fields:
            connection_id: The connection's id.

        Raises errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ReleaseConnectionRequest, request, {"connection_id": connection_id})
        answer = self._caller.call(
            _ROUTE_RELEASE_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncRouteCalls:
    """RouteService decides which connections serve a domain."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def set_route(
        self,
        request: SetRouteRequest | None = None,
        /,
        *,
        domain: str = "",
        rail: type_v1.Rail = type_v1.Rail(0),
        mode: RouteMode = RouteMode(0),
        primary_connection_id: str = "",
        standby_connection_id: str = "",
        exposure: Exposure | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Route:
        """SetRoute creates or replaces the route of a domain and rail.

        As `RouteCalls.set_route`, awaited.
        """
        message = given(
            SetRouteRequest,
            request,
            {
                "domain": domain,
                "rail": rail,
                "mode": mode,
                "primary_connection_id": primary_connection_id,
                "standby_connection_id": standby_connection_id,
                "exposure": exposure,
            },
        )
        answer = await self._caller.call(
            _ROUTE_SET_ROUTE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.route)

    async def list_routes(
        self,
        request: ListRoutesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListRoutesResponse, Route]:
        """ListRoutes returns the company's routes in this environment.

        As `RouteCalls.list_routes`, awaited.
        """
        message = given(ListRoutesRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _ROUTE_LIST_ROUTES, message, "routes", timeout_seconds=timeout_seconds, headers=headers
        )

    async def release_connection(
        self,
        request: ReleaseConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ReleaseConnectionResponse:
        """ReleaseConnection lets work go over a connection again that was held because its provider refused the credentials.

        As `RouteCalls.release_connection`, awaited.
        """
        message = given(ReleaseConnectionRequest, request, {"connection_id": connection_id})
        answer = await self._caller.call(
            _ROUTE_RELEASE_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


_SWEEP_SWEEP_CONNECTION = Method(
    "/corridor.providers.v1.SweepService/SweepConnection",
    SweepConnectionResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/connections/{connection_id}:sweep", "*", "sweep"),
)

_SWEEP_GET_SWEEP = Method(
    "/corridor.providers.v1.SweepService/GetSweep",
    GetSweepResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/sweeps/{sweep_id}", "", "sweep"),
)

_SWEEP_LIST_SWEEPS = Method(
    "/corridor.providers.v1.SweepService/ListSweeps",
    ListSweepsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/sweeps"),
)


class SweepCalls:
    """SweepService asks providers for what has happened, so that nothing depends on webhooks that never arrived.

    Every connection is swept regularly without being asked.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def sweep_connection(
        self,
        request: SweepConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        since_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Sweep:
        """SweepConnection begins a sweep of a connection, and answers at once; GetSweep tells how far it is.

        One that runs already, and asks for no less, is answered in its place.

        Fields:
            connection_id: The connection's id.
            since_time: From when on the provider is asked. Missing: a little before the last completed sweep was begun, or before the

        Raises errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SweepConnectionRequest, request, {"connection_id": connection_id, "since_time": since_time})
        answer = self._caller.call(
            _SWEEP_SWEEP_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.sweep)

    def get_sweep(
        self,
        request: GetSweepRequest | None = None,
        /,
        *,
        sweep_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Sweep:
        """GetSweep returns one sweep.

        Fields:
            sweep_id: The sweep's id.

        Raises errors.NotFound.
        """
        message = given(GetSweepRequest, request, {"sweep_id": sweep_id})
        answer = self._caller.call(_SWEEP_GET_SWEEP, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.sweep)

    def list_sweeps(
        self,
        request: ListSweepsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        state: SweepState = SweepState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListSweepsResponse, Sweep]:
        """ListSweeps returns sweeps, the newest first. They are kept for 90 days.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            connection_id: Only sweeps of this connection.
            state: Only sweeps in this state.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListSweepsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "state": state},
        )
        return self._caller.page(
            _SWEEP_LIST_SWEEPS, message, "sweeps", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncSweepCalls:
    """SweepService asks providers for what has happened, so that nothing depends on webhooks that never arrived.

    Every connection is swept regularly without being asked.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def sweep_connection(
        self,
        request: SweepConnectionRequest | None = None,
        /,
        *,
        connection_id: str = "",
        since_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Sweep:
        """SweepConnection begins a sweep of a connection, and answers at once; GetSweep tells how far it is.

        As `SweepCalls.sweep_connection`, awaited.
        """
        message = given(SweepConnectionRequest, request, {"connection_id": connection_id, "since_time": since_time})
        answer = await self._caller.call(
            _SWEEP_SWEEP_CONNECTION,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.sweep)

    async def get_sweep(
        self,
        request: GetSweepRequest | None = None,
        /,
        *,
        sweep_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Sweep:
        """GetSweep returns one sweep.

        As `SweepCalls.get_sweep`, awaited.
        """
        message = given(GetSweepRequest, request, {"sweep_id": sweep_id})
        answer = await self._caller.call(_SWEEP_GET_SWEEP, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.sweep)

    async def list_sweeps(
        self,
        request: ListSweepsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        state: SweepState = SweepState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListSweepsResponse, Sweep]:
        """ListSweeps returns sweeps, the newest first. They are kept for 90 days.

        As `SweepCalls.list_sweeps`, awaited.
        """
        message = given(
            ListSweepsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "connection_id": connection_id, "state": state},
        )
        return await self._caller.page(
            _SWEEP_LIST_SWEEPS, message, "sweeps", timeout_seconds=timeout_seconds, headers=headers
        )
