"""Purging: removes records that are past their retention, in batches, each with its row in the audit.

What may go is decided by corridor.purge in the database, by the company's policy; the role has no other way to delete.
"""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import structlog

from corridor.options.v1 import method_pb2
from corridor.vault.v1 import data_policy_pb2
from corridor.vault.v1.data_policy_pb2 import DataCategory, Purge
from server.kit import clock, contract, ids
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.kit.paging import Page
from server.store import audit, pages
from server.store.engine import Connection, Store

_log = structlog.get_logger("corridor.purging")

OPERATOR = "corridor"
BATCH = 2_000
_COUNTED_AT_MOST = 100_000  # of a kind, in a preview
_RUN_SECONDS = 15.0  # of one round of the chore, for which a worker that stops waits; the next one goes on
# Deliveries before events: an event goes once nothing can deliver it again.
_FIRST = data_policy_pb2.DATA_CATEGORY_DELIVERIES
CATEGORIES = (_FIRST, *(value for value in DataCategory.values() if value not in (0, _FIRST)))

_PURGE = "SELECT * FROM corridor.purge(%s::smallint, %s, %s)"
_RECORD = "INSERT INTO corridor.purges VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now()) RETURNING create_time"
_PURGEABLE = "SELECT company_id, environment FROM corridor.purgeable()"
_SELECT = """
SELECT purge_id, category, count, before_time, oldest_time, newest_time, create_time FROM corridor.purges
"""


def preview(connection: Connection) -> list[Purge]:
    """What of the bound company is past its retention, kind by kind; counted up to a hundred thousand of each."""
    found = []
    for category in CATEGORIES:
        row = connection.execute(_PURGE, (category, _COUNTED_AT_MOST, True)).fetchone()
        if row is not None:
            found.append(_purge("", category, *row))
    return found


def batch(
    connection: Connection, context: Context, category: "DataCategory.ValueType", size: int = BATCH
) -> Purge | None:
    """Remove a batch of one kind in the caller's transaction, and record it; None if nothing is past its retention."""
    who = context.who
    row = connection.execute(_PURGE, (category, size, False)).fetchone()
    if row is None:
        return None
    purge = _purge(ids.new("pg"), category, *row)
    recorded = connection.execute(_RECORD, (who.company_id, who.environment, purge.purge_id, category, *row)).fetchone()
    assert recorded is not None
    purge.create_time.FromDatetime(recorded[0])
    count, before, oldest, newest = row
    name = DataCategory.Name(category).removeprefix("DATA_CATEGORY_").lower()
    times = " ".join(
        f"{word}={time.isoformat()}" for word, time in (("before", before), ("from", oldest), ("to", newest))
    )
    audit.record(connection, context, purge.purge_id, f"{name} count={count} {times}")
    return purge


def page(connection: Connection, context: Context, wanted: Page) -> tuple[list[Purge], bool]:
    """A page of what was removed, the latest first, and whether there is more."""
    rows, more = pages.newest_first(connection, context, _SELECT, key="purge_id", page=wanted)
    found = []
    for *values, create_time in rows:
        purge = _purge(*values)
        purge.create_time.FromDatetime(create_time)
        found.append(purge)
    return found, more


class Purging:
    """Every company in turn, a batch at a time."""

    def __init__(self, store: Store, *, batch_size: int = BATCH, run_seconds: float = _RUN_SECONDS) -> None:
        self._store = store
        self._size = batch_size
        self._run_seconds = run_seconds

    def run(self) -> None:
        """One round of the chore: until nothing is left, or its time is over."""
        until = clock.monotonic() + self._run_seconds
        for company_id, _, purge in self.all():
            name = DataCategory.Name(purge.category)
            _log.info("purged", company_id=company_id, category=name, count=purge.count, purge_id=purge.purge_id)
            if clock.monotonic() > until:
                return

    def all(self) -> Iterator[tuple[str, int, Purge]]:
        """Remove everything that is past its retention; each batch, once it is removed."""
        for company_id, environment in self._companies():
            for category in CATEGORIES:
                while purge := self._batch(company_id, environment, category):
                    yield company_id, environment, purge

    def would(self) -> Iterator[tuple[str, int, Purge]]:
        """What would be removed."""
        for company_id, environment in self._companies():
            with self._store.of(company_id, environment) as connection:
                found = preview(connection)
            for purge in found:
                yield company_id, environment, purge

    def _batch(self, company_id: str, environment: int, category: "DataCategory.ValueType") -> Purge | None:
        try:
            with self._store.transaction(company_id, environment) as connection:
                return batch(connection, _operator(company_id, environment), category, self._size)
        except (Failure, psycopg.Error):  # the next round tries again; it must not hold the others back
            _log.exception("not_purged", company_id=company_id, category=DataCategory.Name(category))
            return None

    def _companies(self) -> list[tuple[str, int]]:
        """Every company and environment with a data policy."""
        with self._store.anyone() as connection:
            return connection.execute(_PURGEABLE).fetchall()


def _operator(company_id: str, environment: int) -> Context:
    request_id = ids.request_id()
    return Context(
        request_id=request_id,
        correlation_id=request_id,
        method=contract.methods()["/corridor.vault.v1.DataPolicyService/PurgeData"],
        caller=Caller(method_pb2.CALLER_KIND_UNSPECIFIED, OPERATOR, company_id, environment),  # type: ignore[arg-type] # as stored
    )


def _purge(
    purge_id: str, category: int, count: int, before_time: datetime, oldest_time: datetime, newest_time: datetime
) -> Purge:
    purge = data_policy_pb2.Purge(purge_id=purge_id, category=category, count=count)  # type: ignore[arg-type] # as stored
    purge.before_time.FromDatetime(before_time)
    purge.oldest_time.FromDatetime(oldest_time)
    purge.newest_time.FromDatetime(newest_time)
    return purge
