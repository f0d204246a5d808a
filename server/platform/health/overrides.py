"""What a company treats as if its breaker were open, as rows. It holds for that company alone.

Rule: nothing measured is touched by it; taking it back closes nothing that is open because calls failed.
"""

from psycopg.rows import TupleRow

from corridor.providers.v1.operation_health_pb2 import BreakerOverride
from server.kit.context import Context
from server.store.engine import Connection
from server.store.sealed import OVERRIDE_REASON

_COLUMNS = "connection_id, operation, reason, caller_id, expire_time, create_time"
_PUT = f"""
INSERT INTO corridor.breaker_overrides VALUES (%s, %s, %s, %s, %s, %s,
    clock_timestamp() + make_interval(secs => %s), clock_timestamp())
ON CONFLICT (company_id, environment, connection_id, operation) DO UPDATE SET reason = excluded.reason,
    caller_id = excluded.caller_id, expire_time = excluded.expire_time, create_time = excluded.create_time
RETURNING {_COLUMNS}
"""
_TAKE_BACK = f"""
DELETE FROM corridor.breaker_overrides
WHERE company_id = %s AND environment = %s AND connection_id = %s AND operation = %s
    AND expire_time > clock_timestamp() RETURNING {_COLUMNS}
"""
_OF = f"""
SELECT {_COLUMNS} FROM corridor.breaker_overrides
WHERE company_id = %s AND environment = %s AND connection_id = ANY (%s) AND expire_time > clock_timestamp()
"""


def put(
    connection: Connection, context: Context, connection_id: str, operation: str, reason: str, seconds: float
) -> BreakerOverride:
    """Treat an operation as open for so long; what was said of it before is replaced."""
    who = context.who
    sealed = OVERRIDE_REASON.seal_text(connection.seals, who, reason, connection_id, operation)
    by = who.subject or who.caller_id
    values = (who.company_id, who.environment, connection_id, operation, sealed, by, seconds)
    row = connection.execute(_PUT, values).fetchone()
    assert row is not None
    return _opened(connection, context, row)


def take_back(connection: Connection, context: Context, connection_id: str, operation: str) -> BreakerOverride | None:
    """Take back what was said of an operation; what it was, or None where nothing holds."""
    who = context.who
    row = connection.execute(_TAKE_BACK, (who.company_id, who.environment, connection_id, operation)).fetchone()
    return _opened(connection, context, row) if row else None


def of(connection: Connection, context: Context, connection_ids: list[str]) -> dict[tuple[str, str], BreakerOverride]:
    """What holds for connections of the caller's company, by connection and operation."""
    who = context.who
    rows = connection.execute(_OF, (who.company_id, who.environment, connection_ids)).fetchall()
    return {(row[0], row[1]): _opened(connection, context, row) for row in rows}


def _opened(connection: Connection, context: Context, row: TupleRow) -> BreakerOverride:
    connection_id, operation, reason, caller_id, expire_time, create_time = row
    found = BreakerOverride(
        connection_id=connection_id,
        operation=operation,
        reason=OVERRIDE_REASON.open_text(connection.seals, context.who, reason, connection_id, operation),
        caller_id=caller_id,
    )
    found.expire_time.FromDatetime(expire_time)
    found.create_time.FromDatetime(create_time)
    return found
