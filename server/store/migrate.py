"""Brings a database to the current schema, and says how far it is. Concurrent callers wait for each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from server.store.schema import SCHEMA, metadata

_LOCK = 0x636F7272  # any number that nothing else in the database locks


def head() -> str:
    """The revision that this code needs."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring the database to the revision, creating schema and roles as needed. Needs the owner's rights."""
    _run(owner_url, lambda config: command.upgrade(config, revision))


def downgrade(owner_url: str, revision: str) -> None:
    """Take the database back to a revision; `base` removes everything."""
    _run(owner_url, lambda config: command.downgrade(config, revision))


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None before the first migration."""
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA}).get_current_revision()


def status(owner_url: str) -> tuple[str | None, str]:
    """The revision that the database is at, and the one that this code needs."""
    engine = engine_for(owner_url)
    with engine.connect() as connection:
        found = current(connection)
    engine.dispose()
    return found, head()


def differences(connection: Connection) -> list[object]:
    """What a new migration would have to change, for the test that models and migrations agree."""
    options = {
        "version_table_schema": SCHEMA,
        "include_schemas": True,
        "include_name": lambda name, kind, parents: name == SCHEMA if kind == "schema" else True,
        "compare_type": True,
    }
    found: list[object] = autogenerate.compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


def engine_for(url: str, **options: Any) -> Engine:
    """A SQLAlchemy engine for a libpq URL."""
    _, _, rest = url.partition("://")
    return create_engine(f"postgresql+psycopg://{rest}", **options)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(owner_url: str, step: Callable[[Config], None]) -> None:
    engine = engine_for(owner_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        try:
            step(config)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    engine.dispose()
