"""How it is with what a company calls, read from PostgreSQL: of all processes, and of this moment.

Rule: what it shows of the breaker is what every process acts by; only the rate limit is what this process knows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import TupleRow

from corridor.providers.v1.operation_health_pb2 import CallFigures, OperationHealth
from server.kit import clock
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.health import bands, overrides
from server.platform.health.rules import OPEN, RECOVERING
from server.store.engine import Connection

_PAGE = "SELECT * FROM corridor.company_health(%s, %s, %s, %s)"
_FIGURES = "SELECT * FROM corridor.health_figures(%s, %s, %s)"
_MINUTE = (10, 6)
_HOUR = (60, 60)


def page(
    connection: Connection, context: Context, wanted: Page, *, connection_id: str = "", provider: str = ""
) -> tuple[list[OperationHealth], str]:
    """A page of operations by connection, and the place of its last one if there are more."""
    values = (connection_id, provider, wanted.after or "", wanted.size + 1)
    rows = connection.execute(_PAGE, values).fetchall()
    shown = rows[: wanted.size]
    digests = [row[2] for row in shown]
    minute, hour = (_figures(connection, digests, window) for window in (_MINUTE, _HOUR))
    said = overrides.of(connection, context, sorted({row[1] for row in shown})) if shown else {}
    operations = []
    for row in shown:
        each = _operation(row)
        for target, figures in ((each.last_minute, minute), (each.last_hour, hour)):
            target.CopyFrom(_shown(figures.get(row[2])))
        override = said.get((each.connection_id, each.operation)) or said.get((each.connection_id, ""))
        if override:
            each.override.CopyFrom(override)
        operations.append(each)
    return operations, shown[-1][0] if len(rows) > wanted.size else ""


def _operation(row: TupleRow) -> OperationHealth:
    _, connection_id, _, provider, operation, region, state, share, since, probe, updated, used, incident_id = row
    found = OperationHealth(
        connection_id=connection_id,
        provider=provider,
        operation=operation,
        region=region,
        breaker=state,
        recovery_percent=share if state == RECOVERING else 0,
        provider_incident_id=incident_id or "",
    )
    found.since_time.FromDatetime(since)
    found.last_call_time.FromDatetime(used)
    if state == OPEN and probe is not None:
        found.probe_time.FromDatetime(probe)
    found.age.FromNanoseconds(int(max(clock.epoch() - updated.timestamp(), 0.0) * 1e9))
    return found


def _figures(connection: Connection, digests: list[str], window: tuple[int, int]) -> Mapping[str, Sequence[Any]]:
    if not digests:
        return {}
    return {row[0]: row[1:] for row in connection.execute(_FIGURES, (digests, *window)).fetchall()}


def _shown(figures: Sequence[Any] | None) -> CallFigures:
    calls, failures, timeouts, counts = figures or (0, 0, 0, [])
    shown = CallFigures(calls=calls, failures=failures, timeouts=timeouts)
    if calls:
        shown.failure_basis_points = 10_000 * failures // calls
        shown.timeout_basis_points = 10_000 * timeouts // calls
    for field, share in ((shown.latency_p50, 0.5), (shown.latency_p95, 0.95), (shown.latency_p99, 0.99)):
        seconds = bands.quantile(counts, share)
        if seconds is not None:
            field.FromNanoseconds(int(seconds * 1e9))
    return shown
