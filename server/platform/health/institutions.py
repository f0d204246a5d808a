"""What is known of banks and rails over a connection, as rows: one of the provider's, one of a person's.

Rule: what changes is told as an event in the same transaction. What has expired stays, and counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.rows import TupleRow

from corridor.providers.v1.provider_health_pb2 import InstitutionLevel, InstitutionStatus, InstitutionStatusChanged
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.store import events, pages
from server.store.engine import Connection
from server.store.sealed import INSTITUTION_REASON

PROVIDER = "provider"
"""The source of what a provider says itself."""

_COLUMNS = """institution_status_id, connection_id, institution_id, provider, source, level, reason, since_time,
    extract(epoch FROM clock_timestamp() - check_time)::double precision, expire_time,
    expire_time <= clock_timestamp(), revision"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.institution_statuses"
_ONE = f"""{_SELECT} WHERE company_id = %s AND environment = %s AND connection_id = %s AND institution_id = %s
    AND by_person = %s FOR UPDATE"""
_OF_PROVIDER = f"""{_SELECT} WHERE company_id = %s AND environment = %s AND connection_id = %s AND NOT by_person
    AND level > 0 FOR UPDATE"""
_PUT = f"""
INSERT INTO corridor.institution_statuses AS s VALUES (%(company_id)s, %(environment)s, %(institution_status_id)s,
    %(connection_id)s, %(institution_id)s, %(provider)s, %(source)s, %(by_person)s, %(level)s, %(reason)s, 1,
    coalesce(%(since_time)s, clock_timestamp()), clock_timestamp(),
    clock_timestamp() + make_interval(secs => %(valid_seconds)s))
ON CONFLICT (company_id, environment, institution_status_id) DO UPDATE SET source = excluded.source,
    level = excluded.level, reason = excluded.reason, revision = s.revision + %(changes)s,
    since_time = CASE WHEN %(changes)s > 0 THEN excluded.since_time ELSE s.since_time END,
    check_time = excluded.check_time, expire_time = excluded.expire_time
RETURNING {_COLUMNS}
"""
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_CLEARED = InstitutionLevel.INSTITUTION_LEVEL_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody says of a bank or rail."""

    institution_id: str
    level: "InstitutionLevel.ValueType"
    source: str
    by_person: bool
    valid_for: timedelta
    reason: str = ""
    since: datetime | None = None


def put(connection: Connection, context: Context, connection_id: str, provider: str, told: Told) -> InstitutionStatus:
    """Take in what is said; an event, where that is another level than before."""
    who = context.who
    key = (who.company_id, who.environment, connection_id)
    connection.execute(_ALONE, (f"corridor institution {connection_id}",))  # or two would both be the first
    row = connection.execute(_ONE, (*key, told.institution_id, told.by_person)).fetchone()
    before = _opened(connection, context, row) if row else InstitutionStatus()
    counted = _CLEARED if before.stale else before.level
    status_id = before.institution_status_id or ids.new("ist")
    values = {
        "company_id": who.company_id,
        "environment": who.environment,
        "institution_status_id": status_id,
        "connection_id": connection_id,
        "institution_id": told.institution_id,
        "provider": provider,
        "source": told.source,
        "by_person": told.by_person,
        "level": told.level,
        "reason": INSTITUTION_REASON.seal_text(connection.seals, who, told.reason, status_id),
        "since_time": told.since,
        "valid_seconds": told.valid_for.total_seconds(),
        "changes": int(counted != told.level),
    }
    row = connection.execute(_PUT, values).fetchone()
    assert row is not None
    after = _opened(connection, context, row)
    if counted != told.level:
        changed = InstitutionStatusChanged(institution_status=after, previous_level=counted)
        events.publish(connection, context, status_id, row[-1], changed)
    return after


def clear(
    connection: Connection, context: Context, connection_id: str, institution_id: str
) -> InstitutionStatus | None:
    """Take back what a person has said; what it was, or None where nothing was said."""
    who = context.who
    row = connection.execute(_ONE, (who.company_id, who.environment, connection_id, institution_id, True)).fetchone()
    before = _opened(connection, context, row) if row else None
    if before is None or before.stale or before.level == _CLEARED:
        return None
    put(connection, context, connection_id, before.provider, _nothing(before, by_person=True))
    return before


def polled(
    connection: Connection, context: Context, connection_id: str, provider: str,
    told: Sequence[InstitutionStatus], valid_for: timedelta,
) -> None:  # fmt: skip
    """Take in everything that a provider says. What it says nothing of any more is over."""
    who = context.who
    named = {each.institution_id for each in told}
    rows = connection.execute(_OF_PROVIDER, (who.company_id, who.environment, connection_id)).fetchall()
    for before in (_opened(connection, context, row) for row in rows):
        if before.institution_id not in named:
            put(connection, context, connection_id, provider, _nothing(before, by_person=False))
    for each in told:
        since = each.since_time.ToDatetime(UTC) if each.HasField("since_time") else None
        said = Told(each.institution_id, each.level, PROVIDER, False, valid_for, each.reason, since)
        put(connection, context, connection_id, provider, said)


def page(
    connection: Connection, context: Context, wanted: Page, connection_id: str
) -> tuple[list[InstitutionStatus], bool]:
    """A page of statuses, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="institution_status_id", page=wanted, where={"connection_id": connection_id}
    )
    return [_opened(connection, context, row) for row in rows], more


def _nothing(before: InstitutionStatus, *, by_person: bool) -> Told:
    return Told(before.institution_id, _CLEARED, before.source, by_person, timedelta())


def _opened(connection: Connection, context: Context, row: TupleRow) -> InstitutionStatus:
    status_id, connection_id, institution_id, provider, source, level, reason, since, age, expire, stale, _ = row
    status = InstitutionStatus(
        institution_status_id=status_id,
        connection_id=connection_id,
        institution_id=institution_id,
        provider=provider,
        source=source,
        level=level,
        reason=INSTITUTION_REASON.open_text(connection.seals, context.who, reason, status_id),
        stale=stale,
    )
    status.since_time.FromDatetime(since)
    status.expire_time.FromDatetime(expire)
    status.age.FromNanoseconds(int(max(age, 0.0) * 1e9))
    return status
