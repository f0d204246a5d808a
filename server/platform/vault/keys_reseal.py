"""Seals what is stored anew, under the current data keys, while servers go on reading and writing it.

A row is replaced only if it is still what was read, so that no write is ever undone; nothing is lost by a kill.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import psycopg
import structlog
from psycopg import sql
from psycopg.rows import TupleRow

from corridor.options.v1 import method_pb2
from server.kit.context import Caller
from server.store import secrets
from server.store.data_keys import State
from server.store.sealed import COLUMNS, SECRET, Sealed
from server.store.seals import SealError, Seals
from server.store.secrets import Keyring

_log = structlog.get_logger("corridor.vault")

Owner = psycopg.Connection[TupleRow]
# What is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

_BLOCKS_AT_ONCE = 64  # of 8 KiB: some hundred rows in one transaction
_SIZE = "SELECT ceil(pg_relation_size(%s::regclass) / current_setting('block_size')::float8)::bigint"
# What begins a seal by the joined data key `d`.
_HEAD = "'\\x01'::bytea || int4send(d.data_key_number)"
_TEXT_HEAD = "chr(1) || d.data_key_number || ':'"


@dataclass(slots=True)
class Outcome:
    """What a pass over every sealed column did."""

    sealed: int = 0
    unreadable: int = 0


class Resealing:
    """Works over a connection of the owner: recorded rows cannot be changed by the servers' role."""

    def __init__(self, owner: Owner, seals: Seals, keyring: Keyring) -> None:
        self._owner = owner
        self._seals = seals
        self._keyring = keyring

    def reseal(self, progress: Progress, companies: Collection[str] = ()) -> Outcome:
        """Seal every row anew whose seal is not of its current key, or that has none. Of some companies, or of all."""
        outcome = Outcome()
        sizes = [self._blocks(column) for column in COLUMNS]
        total, done = sum(sizes), 0
        for column, blocks in zip(COLUMNS, sizes, strict=True):
            for first in range(0, blocks, _BLOCKS_AT_ONCE):
                self._some(column, first, list(companies), outcome)
                done += min(_BLOCKS_AT_ONCE, blocks - first)
                progress(f"{column.table}.{column.column}", done, total)
        return outcome

    def in_use(self) -> set[tuple[str, int, int]]:
        """Company, environment and number of every retired data key by which anything in any table is sealed."""
        return {(*row,) for query in self._uses() for row in self._owner.execute(query)}

    def tenants(self) -> set[tuple[str, int, str]]:
        """Company, environment and purpose of everything that is, or should be, sealed."""
        found: set[tuple[str, int, str]] = set()
        for column in COLUMNS:
            if not column.short_lived:
                query = sql.SQL("SELECT DISTINCT company_id, environment FROM corridor.{}")
                rows = self._owner.execute(query.format(sql.Identifier(column.table)))
                found |= {(company_id, environment, column.purpose) for company_id, environment in rows}
        return found

    def _blocks(self, column: Sealed) -> int:
        row = self._owner.execute(_SIZE, (f"corridor.{column.table}",)).fetchone()
        assert row is not None
        return int(row[0])

    def _some(self, column: Sealed, first: int, companies: Sequence[str], outcome: Outcome) -> None:
        table, name = sql.Identifier(column.table), sql.Identifier(column.column)
        update = sql.SQL("UPDATE corridor.{} SET {} = %s WHERE ctid = %s AND {} = %s").format(table, name, name)
        with self._owner.transaction(), self._owner.cursor() as cursor:
            values = (column.purpose, f"({first},0)", f"({first + _BLOCKS_AT_ONCE},0)", not companies, companies)
            changes = []
            for place, company_id, environment, stored, *key in cursor.execute(_stale(column), values).fetchall():
                who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "", company_id, environment)
                try:
                    changes.append((self._anew(column, who, stored, key), place, stored))
                except (SealError, secrets.MasterKeyError) as error:
                    outcome.unreadable += 1
                    _log.error("seal_unreadable", column=f"{column.table}.{column.column}", why=str(error))
            if changes:
                cursor.executemany(update, changes)
                outcome.sealed += len(changes)

    def _anew(self, column: Sealed, who: Caller, stored: bytes | str, key: Sequence[str]) -> bytes | str:
        if isinstance(stored, str):
            return column.seal_text(self._seals, who, column.open_text(self._seals, who, stored, *key), *key)
        if column is SECRET:  # the oldest are encrypted otherwise
            plain = secrets.opened(self._seals, who, self._keyring, key[0], stored).encode()
        else:
            plain = column.open(self._seals, who, stored, *key)
        return column.seal(self._seals, who, plain, *key)

    def _uses(self) -> Iterator[sql.Composed]:
        """A query for every column of any table of ours that can hold seals, also those that nobody told us of."""
        rows = self._owner.execute(_ALL_COLUMNS).fetchall()
        for table, column, is_text, has_company, has_environment in rows:
            yield sql.SQL(
                "SELECT DISTINCT d.company_id, d.environment, d.data_key_number "
                "FROM corridor.{table} t JOIN corridor.data_keys d ON {same} AND d.state = {retired} WHERE {sealed}"
            ).format(
                table=sql.Identifier(table),
                retired=int(State.RETIRED),
                same=sql.SQL(
                    ("t.company_id = d.company_id" if has_company else "d.company_id = ''")
                    + (" AND t.environment = d.environment" if has_environment else "")
                ),
                sealed=_sealed_by(column, is_text=is_text),
            )


_ALL_COLUMNS = """
SELECT c.relname, a.attname, a.atttypid = 'text'::regtype,
    EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'company_id' AND NOT o.attisdropped),
    EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'environment' AND NOT o.attisdropped)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'corridor'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'bytea'::regtype)
    AND c.relname <> 'data_keys'
"""


def _stale(column: Sealed) -> sql.Composed:
    """The rows in some blocks that are not sealed by their current key."""
    name = sql.Identifier("t", column.column)
    stale = sql.SQL("NOT ") + _sealed_by(column.column, is_text=column.text)
    if column.short_lived:
        sealed = "starts_with({}, chr(1))" if column.text else "substring({} FROM 1 FOR 1) = '\\x01'::bytea"
        stale += sql.SQL(" AND " + sealed).format(name)
    elif column.text:
        stale += sql.SQL(" AND {} <> ''").format(name)
    keys = [sql.Identifier("t", key) for key in column.key]
    return sql.SQL(
        "SELECT t.ctid::text, {columns} FROM corridor.{table} t JOIN corridor.data_keys d "
        "ON d.company_id = t.company_id AND d.environment = t.environment AND d.purpose = %s AND d.state = 1 "
        "WHERE t.ctid >= %s::tid AND t.ctid < %s::tid AND {name} IS NOT NULL AND {stale} "
        "AND (%s OR t.company_id = ANY (%s))"
    ).format(
        columns=sql.SQL(", ").join([sql.SQL("t.company_id, t.environment"), name, *keys]),
        table=sql.Identifier(column.table),
        name=name,
        stale=stale,
    )


def _sealed_by(column: str, *, is_text: bool) -> sql.Composed:
    """Whether a column of table `t` is sealed by data key `d`."""
    name = sql.Identifier("t", column)
    if is_text:
        return sql.SQL("starts_with({}, " + _TEXT_HEAD + ")").format(name)
    return sql.SQL("(substring({} FROM 1 FOR 5) = " + _HEAD + ")").format(name)
