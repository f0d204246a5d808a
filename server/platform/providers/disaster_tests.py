"""DisasterTestService: the company's trials of losing a provider. What is recorded is kept as it was found."""

from collections.abc import Sequence
from datetime import UTC

import grpc
from psycopg.rows import TupleRow

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import disaster_test_service_pb2 as api
from corridor.providers.v1.disaster_test_service_pb2 import DisasterTestRun
from corridor.providers.v1.provider_pb2 import DisasterTest
from server.kit import context as contexts
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers.catalog import Catalog
from server.store import audit, idempotency, pages
from server.store.engine import Connection, Store
from server.store.sealed import DISASTER_TEST

_CREATE = "INSERT INTO corridor.disaster_tests VALUES (%s, %s, %s, %s, %s, clock_timestamp()) RETURNING create_time"
_SELECT = "SELECT disaster_test_id, message, create_time FROM corridor.disaster_tests"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND disaster_test_id = %s"
_LATEST = """
SELECT DISTINCT ON (provider) disaster_test_id, message, create_time FROM corridor.disaster_tests
WHERE company_id = %s AND environment = %s AND provider = ANY (%s) ORDER BY provider, disaster_test_id DESC
"""


class DisasterTestServicer:
    """Keeps trials, and shows them."""

    def __init__(self, store: Store, tokens: PageTokens, catalog: Catalog, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._catalog = catalog
        self._clock = clock

    def RecordDisasterTest(self, request: api.RecordDisasterTestRequest, _: grpc.ServicerContext) -> bytes:
        """Keep the report of a trial."""
        context = contexts.current()
        for name in (request.name, request.standby_provider):
            self._catalog.manifest(name)
        run = DisasterTestRun(
            disaster_test_id=ids.new("dtst"),
            provider=request.name,
            standby_provider=request.standby_provider,
            domain=request.domain,
            passed=request.passed,
            summary=request.summary,
            report=request.report,
            test_time=request.test_time,
            environment=context.who.environment,
        )
        if not request.HasField("test_time"):
            run.test_time.FromDatetime(self._clock.now())
        with idempotency.once(self._store, context) as (connection, answer):
            _create(connection, context, run)
            audit.record(connection, context, run.disaster_test_id)
            return answer(run.disaster_test_id, api.RecordDisasterTestResponse(disaster_test_run=run))

    def GetDisasterTest(
        self, request: api.GetDisasterTestRequest, _: grpc.ServicerContext
    ) -> api.GetDisasterTestResponse:
        """One trial with its whole report."""
        context = contexts.current()
        who = context.who
        with self._store.mine() as connection:
            row = connection.execute(_ONE, (who.company_id, who.environment, request.disaster_test_id)).fetchone()
            if row is None:
                raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such disaster test.")
            return api.GetDisasterTestResponse(disaster_test_run=_run(connection, context, row))

    def ListDisasterTests(
        self, request: api.ListDisasterTestsRequest, _: grpc.ServicerContext
    ) -> api.ListDisasterTestsResponse:
        """A page of trials, the newest first."""
        context = contexts.current()
        self._catalog.manifest(request.name)
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            where = {"provider": request.name}
            rows, more = pages.newest_first(
                connection, context, _SELECT, key="disaster_test_id", page=page, where=where
            )
            runs = [_run(connection, context, row) for row in rows]
        for run in runs:
            run.ClearField("report")
        following = self._tokens.next(context, request, runs[-1].disaster_test_id) if more else ""
        return api.ListDisasterTestsResponse(disaster_test_runs=runs, next_page_token=following)


def latest(connection: Connection, context: Context, names: Sequence[str]) -> dict[str, DisasterTest]:
    """The company's last trial of losing each provider, as the catalogue shows it."""
    who = context.who
    rows = connection.execute(_LATEST, (who.company_id, who.environment, list(names))).fetchall()
    runs = [_run(connection, context, row) for row in rows]
    return {
        run.provider: DisasterTest(
            date=run.test_time.ToDatetime(UTC).date().isoformat(),
            report=run.summary,
            disaster_test_id=run.disaster_test_id,
            passed=run.passed,
        )
        for run in runs
    }


def _create(connection: Connection, context: Context, run: DisasterTestRun) -> None:
    who = context.who
    data = DISASTER_TEST.seal(connection.seals, who, run.SerializeToString(deterministic=True), run.disaster_test_id)
    values = (who.company_id, who.environment, run.disaster_test_id, run.provider, data)
    row = connection.execute(_CREATE, values).fetchone()
    assert row is not None
    run.create_time.FromDatetime(row[0])


def _run(connection: Connection, context: Context, row: TupleRow) -> DisasterTestRun:
    disaster_test_id, message, create_time = row
    run = DisasterTestRun.FromString(DISASTER_TEST.open(connection.seals, context.who, message, disaster_test_id))
    run.create_time.FromDatetime(create_time)
    return run
