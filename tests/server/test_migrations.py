"""Migrations: they agree with the models, go up, down and up again, and wait for each other."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from server.store import migrate
from server.store.embedded import Embedded
from tests.database import fresh_database, worker


@pytest.fixture
def empty(postgres: Embedded) -> str:
    """The owner's URL of a new database."""
    return fresh_database(postgres, f"migrations_{worker()}")


def tables(url: str) -> set[str]:
    """Every table of ours."""
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'corridor'")}


def functions(url: str) -> set[str]:
    """Every function of ours."""
    with psycopg.connect(url) as connection:
        query = "SELECT proname FROM pg_proc WHERE pronamespace = 'corridor'::regnamespace"
        return {row[0] for row in connection.execute(query)}


def test_models_and_migrations_agree(empty: str) -> None:
    migrate.upgrade(empty)
    engine = migrate.engine_for(empty)

    with engine.connect() as connection:
        assert [] == migrate.differences(connection)
    engine.dispose()


def test_a_difference_would_be_seen(empty: str) -> None:
    migrate.upgrade(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("ALTER TABLE corridor.payouts DROP COLUMN revision")
        connection.execute("DROP INDEX corridor.ix_work_ready")
    engine = migrate.engine_for(empty)

    with engine.connect() as connection:
        assert 2 == len(migrate.differences(connection))
    engine.dispose()


def test_up_and_down_and_up_again(empty: str) -> None:
    assert (None, migrate.head()) == migrate.status(empty)
    migrate.upgrade(empty)
    there = tables(empty), functions(empty)

    migrate.downgrade(empty, "base")
    assert ({"alembic_version"}, set()) == (tables(empty), functions(empty))

    migrate.upgrade(empty)
    assert there == (tables(empty), functions(empty))
    assert (migrate.head(), migrate.head()) == migrate.status(empty)


def test_an_upgrade_of_a_current_database_changes_nothing(empty: str) -> None:
    migrate.upgrade(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("INSERT INTO corridor.companies VALUES ('co_1', 'Kept', now())")

    migrate.upgrade(empty)

    with psycopg.connect(empty) as connection:
        assert [("Kept",)] == connection.execute("SELECT title FROM corridor.companies").fetchall()


def test_upgrades_at_the_same_time_wait_for_each_other(empty: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate.upgrade, [empty] * 3))

    assert migrate.head() == migrate.status(empty)[0]


def test_the_owner_is_not_needed_to_serve(empty: str) -> None:
    migrate.upgrade(empty)

    with psycopg.connect(empty) as connection:
        connection.execute("SET ROLE corridor_app")
        assert connection.execute("SELECT version_num FROM corridor.alembic_version").fetchone() == (migrate.head(),)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE corridor.mine ()")
