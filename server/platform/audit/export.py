"""The trail for people and other systems: JSON lines and Parquet, as a stream, however much there is.

For the operator alone: it shows every company, and whose a resource was that somebody else asked for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from corridor.audit.v1 import audit_entry_pb2
from corridor.options.v1 import method_pb2
from corridor.type.v1 import environment_pb2
from server.platform.audit import rows

_AT_ONCE = 5_000
COLUMNS = (
    "company_id", "environment", "audit_entry_id", "create_time", "action", "method", "caller_kind", "caller_id",
    "subject", "client_ip", "claimed", "resource_id", "outcome", "reason", "detail", "approval_id", "request_id",
    "correlation_id", "request_digest", "owner_company_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows. What is empty admits every row."""

    company_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    caller_id: str = ""
    resource_id: str = ""
    correlation_id: str = ""
    action: str = ""
    reason: str = ""

    def conditions(self) -> tuple[str, list[object]]:
        """The WHERE clause with its values."""
        found: list[tuple[str, object]] = [
            (f"{name} = %s", value)
            for name in ("company_id", "resource_id", "correlation_id", "action", "reason")
            if (value := getattr(self, name))
        ]
        if self.caller_id:
            found.append(("%s IN (caller_id, subject)", self.caller_id))
        if self.since:
            found.append(("create_time >= %s", self.since))
        if self.until:
            found.append(("create_time < %s", self.until))
        text = " AND ".join(condition for condition, _ in found)
        return (f" WHERE {text}" if text else ""), [value for _, value in found]


def batches(owner_url: str, wanted: Wanted, *, newest_first: bool = False, limit: int = 0) -> Iterator[list[Any]]:
    """Rows as they are to be shown, some thousands at a time, in the order of time."""
    where, values = wanted.conditions()
    order = f" ORDER BY create_time {'DESC' if newest_first else 'ASC'}, audit_entry_id"
    query = f"SELECT {', '.join(COLUMNS)} FROM corridor.audit{where}{order}{' LIMIT %s' if limit else ''}"
    with rows.session(owner_url) as connection, connection.transaction(), connection.cursor("audit") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query, [*values, *([limit] if limit else [])])
        while found := cursor.fetchmany(_AT_ONCE):
            yield [_shown(row) for row in found]


def to_json_lines(found: Iterator[list[dict[str, Any]]], out: IO[str]) -> int:
    """Each row as a line of JSON; how many."""
    count = 0
    for batch in found:
        for row in batch:
            out.write(json.dumps(row | {"create_time": row["create_time"].isoformat()}) + "\n")
        count += len(batch)
    return count


def to_parquet(found: Iterator[list[dict[str, Any]]], out: IO[bytes]) -> int:
    """All rows as one Parquet file, a row group for each batch; how many."""
    # Imported here: it is large, and one command alone needs it.
    import pyarrow as arrow  # type: ignore[import-untyped] # it ships no types
    from pyarrow import parquet

    text = arrow.string()
    kinds = {"create_time": arrow.timestamp("us", tz="UTC")}
    schema = arrow.schema([(name, kinds.get(name, text)) for name in COLUMNS])
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in found:
            writer.write_table(arrow.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row with words for numbers."""
    shown = dict(zip(COLUMNS, row, strict=True))
    shown["environment"] = environment_pb2.Environment.Name(shown["environment"]).removeprefix("ENVIRONMENT_").lower()
    shown["caller_kind"] = method_pb2.CallerKind.Name(shown["caller_kind"]).removeprefix("CALLER_KIND_").lower()
    shown["outcome"] = audit_entry_pb2.AuditOutcome.Name(shown["outcome"]).removeprefix("AUDIT_OUTCOME_").lower()
    shown["request_digest"] = shown["request_digest"].hex()
    return shown
