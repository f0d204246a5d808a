"""The database of a command: the one that is configured, or the embedded one, started or joined for as long as needed.

Rule: whoever opens it lets go of it, so that the last one stops the embedded server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is, for servers and workers, and for its owner who alone may migrate it."""

    url: str
    owner_url: str
    embedded_pid: int | None  # the process of the embedded server


@contextmanager
def opened(settings: Settings, *, exclusive: bool = False) -> Iterator[Database]:
    """The database while the block runs. `exclusive` lets only one process hold an embedded one so."""
    if settings.database_url:
        yield Database(settings.database_url, settings.owner_database_url or settings.database_url, None)
        return
    from server.store import embedded

    with embedded.start(settings.data_dir / "postgres", exclusive=exclusive) as server:
        yield Database(server.owner_dsn, server.owner_dsn, server.pid)


def require_current(database: Database) -> None:
    """Refuse to go on with a database whose schema is not the one that this code needs."""
    from server.store import migrate

    found, needed = migrate.status(database.url)
    if found is None:
        raise click.ClickException("the database has no schema yet: run `corridor db migrate`.")
    if found != needed:
        raise click.ClickException(
            f"the database is at revision {found} and this Corridor needs {needed}: run `corridor db migrate`."
        )
