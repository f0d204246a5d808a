"""Rows of shadow comparisons: what stands in them is sealed, save what is counted by."""

from collections.abc import Sequence
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison
from server.kit.context import Context
from server.kit.paging import Page
from server.platform.shadow.compare import differing
from server.store.engine import Connection
from server.store.sealed import ROUTE_DECISION, SHADOW_COMPARISON

_SELECT = "SELECT shadow_comparison_id, message FROM corridor.shadow_comparisons"
_WHOSE = "WHERE company_id = %s AND environment = %s"
_SAVE = """
INSERT INTO corridor.shadow_comparisons VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (company_id, environment, shadow_comparison_id) DO UPDATE SET difference_class = excluded.difference_class,
    fields = excluded.fields, message = excluded.message, update_time = excluded.update_time
"""
# The first decision that led to a call: what it is tried for is decided once.
_ASKED = f"""
SELECT route_decision_id, message FROM corridor.route_decisions {_WHOSE} AND resource_id = %s AND attempt_id IS NOT NULL
ORDER BY route_decision_id LIMIT 1
"""
_TOOK = f"""
SELECT extract(epoch FROM end_time - start_time)::float8 FROM corridor.attempts {_WHOSE}
    AND resource_id = %s AND operation = %s AND connection_id = %s AND end_time IS NOT NULL
ORDER BY attempt_id DESC LIMIT 1
"""


def get(connection: Connection, context: Context, shadow_comparison_id: str) -> ShadowComparison | None:
    """One comparison of the caller's company and environment."""
    return _one(connection, context, "AND shadow_comparison_id = %s", shadow_comparison_id)


def of(connection: Connection, context: Context, resource_id: str, connection_id: str) -> ShadowComparison | None:
    """The comparison of a resource at a connection."""
    return _one(connection, context, "AND resource_id = %s AND connection_id = %s", resource_id, connection_id)


def page(
    connection: Connection,
    context: Context,
    wanted: Page,
    *,
    connection_id: str = "",
    difference_class: int = 0,
    resource_id: str = "",
    since: datetime | None = None,
) -> tuple[Sequence[ShadowComparison], bool]:
    """A page of comparisons, the newest first, and whether there are more. Empty filters admit every one."""
    conditions, values = [_WHOSE], [*_tenant(context)]
    for condition, value in (
        ("connection_id = %s", connection_id),
        ("difference_class = %s", difference_class),
        ("resource_id = %s", resource_id),
        ("create_time >= %s", since),
        ("shadow_comparison_id < %s", wanted.after),
    ):
        if value:
            conditions.append(condition)
            values.append(value)
    query = f"{_SELECT} {' AND '.join(conditions)} ORDER BY shadow_comparison_id DESC LIMIT %s"
    rows = connection.execute(query, [*values, wanted.size + 1]).fetchall()
    return [_comparison(connection, context, row) for row in rows[: wanted.size]], len(rows) > wanted.size


def save(connection: Connection, context: Context, comparison: ShadowComparison) -> None:
    """Write a comparison, for the first time or again."""
    shadow_comparison_id = comparison.shadow_comparison_id
    message = comparison.SerializeToString(deterministic=True)
    connection.execute(
        _SAVE,
        (
            *_tenant(context),
            shadow_comparison_id,
            comparison.domain,
            comparison.resource_id,
            comparison.connection_id,
            comparison.rule_name,
            comparison.difference_class,
            differing(comparison),
            SHADOW_COMPARISON.seal(connection.seals, context.who, message, shadow_comparison_id),
            comparison.create_time.ToDatetime(UTC),
            comparison.update_time.ToDatetime(UTC),
        ),
    )


def asked_for(connection: Connection, context: Context, resource_id: str) -> RouteDecision | None:
    """The decision of the first call for a resource, where it asks for the resource to be tried elsewhere."""
    row = connection.execute(_ASKED, (*_tenant(context), resource_id)).fetchone()
    if row is None:
        return None
    decision_id, message = row
    decision = RouteDecision.FromString(ROUTE_DECISION.open(connection.seals, context.who, message, decision_id))
    return decision if decision.shadow_connection_id else None


def took(connection: Connection, context: Context, resource_id: str, operation: str, connection_id: str) -> float:
    """How many seconds the last ended call for a resource over a connection took; 0 where none has."""
    row = connection.execute(_TOOK, (*_tenant(context), resource_id, operation, connection_id)).fetchone()
    return row[0] if row else 0.0


def _one(connection: Connection, context: Context, where: str, *values: str) -> ShadowComparison | None:
    row = connection.execute(f"{_SELECT} {_WHOSE} {where}", (*_tenant(context), *values)).fetchone()
    return _comparison(connection, context, row) if row else None


def _comparison(connection: Connection, context: Context, row: TupleRow) -> ShadowComparison:
    shadow_comparison_id, message = row
    opened = SHADOW_COMPARISON.open(connection.seals, context.who, message, shadow_comparison_id)
    return ShadowComparison.FromString(opened)


def _tenant(context: Context) -> tuple[str, int]:
    return context.who.company_id, context.who.environment
