"""Rows of the trail in the one form that is hashed: a line of PostgreSQL's COPY in its text format.

The columns below in their order, separated by tabs; times in UTC, bytes as \\x and hexadecimal digits; tab, newline,
carriage return and backslash within a value escaped by a backslash. The form never changes: it is what was signed.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow

from server.store.engine import ALIVE

COLUMNS = (
    "company_id", "environment", "audit_entry_id", "action", "method", "caller_id", "resource_id", "outcome", "reason",
    "request_id", "correlation_id", "create_time", "caller_kind", "subject", "client_ip", "claimed", "approval_id",
    "request_digest", "detail", "owner_digest", "xid",
)  # fmt: skip
ENTRY_ID = COLUMNS.index("audit_entry_id")
CREATE_TIME = COLUMNS.index("create_time")

# How PostgreSQL writes values, whatever the database's own settings are.
_FORM = {"timezone": "UTC", "datestyle": "ISO, YMD", "bytea_output": "hex", "client_encoding": "UTF8"}

Connection = psycopg.Connection[TupleRow]
Values = tuple[object, ...] | dict[str, object]


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """Whose rows make up one chain. The installation's own rows are of the company ''."""

    company_id: str
    environment: int

    @property
    def name(self) -> str:
        """The lane in names of files and for people."""
        return f"{self.company_id or 'installation'}-{self.environment}"


def columns(table: str = "a") -> str:
    """The columns for a SELECT that COPY writes."""
    return ", ".join(f"{table}.{name}" for name in COLUMNS)


@contextlib.contextmanager
def session(url: str, role: str = "") -> Iterator[Connection]:
    """A connection of its own that writes rows in their form, as a role if one is named. Long work is not cut off."""
    with psycopg.connect(url, autocommit=True, **ALIVE) as connection:
        for name, value in _FORM.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        if role:
            connection.execute("SELECT set_config('role', %s, false)", (role,))
        yield connection


def in_form(connection: Connection) -> None:
    """Let the current transaction write rows in their form."""
    for name, value in _FORM.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))


def lines(connection: Connection, query: str, values: Values = ()) -> Iterator[bytes]:
    """The lines that COPY writes for a query, without their line ends, as they come."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT", values) as copy:
        for line in copy:
            yield bytes(line)[:-1]


def leaves(connection: Connection, query: str, values: Values) -> list[bytes]:
    """The hashes of all lines that COPY writes for a query, each taken while the next ones come.

    Through libpq itself: there are millions of lines, and nothing else is to be done between them.
    """
    copied = connection.pgconn.exec_(
        psycopg.ClientCursor(connection).mogrify(f"COPY ({query}) TO STDOUT", values).encode()
    )
    if copied.status != ExecStatus.COPY_OUT:
        raise psycopg.errors.error_from_result(copied)
    read = connection.pgconn.get_copy_data
    found = []
    size, line = read(0)
    while size > 0:
        found.append(sha256(b"\x00" + line[:-1]).digest())
        size, line = read(0)
    while result := connection.pgconn.get_result():
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
    return found
