"""One embedded PostgreSQL for a whole test run, and a database in it for each worker.

Workers of pytest-xdist share the server: the first starts it, the last stops it. It keeps nothing through a crash.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from server.store import embedded
from server.store.embedded import Embedded


def worker() -> str:
    """The name of this pytest-xdist worker (`gw0` …), or `main`."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def run_directory(factory: pytest.TempPathFactory) -> Path:
    """The directory that all workers of this run have in common."""
    base = factory.getbasetemp()
    return (base if worker() == "main" else base.parent) / "postgres"


def fresh_database(server: Embedded, name: str, *, template: str = "template1") -> str:
    """Make database `name` anew and give its owner's libpq URL; a migrated `template` is copied as it is."""
    database = sql.Identifier(name)
    with psycopg.connect(server.dsn(embedded.OWNER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(template)))
    return server.dsn(embedded.OWNER, name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """The run's server, started when a test first asks for it."""
    with embedded.start(run_directory(tmp_path_factory), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def database(postgres: Embedded) -> str:
    """The owner's libpq URL of this worker's own empty database."""
    return fresh_database(postgres, f"test_{worker()}")
