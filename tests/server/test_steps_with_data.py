"""The steps to usage counts and payload versions, taken and taken back with data in the database."""

from datetime import date

import psycopg
import pytest

from server.store import migrate
from server.store.embedded import Embedded
from tests.database import fresh_database, worker

BEFORE = "0024"
ENDPOINT = """
INSERT INTO corridor.webhook_endpoints VALUES ('co_1', 1, %s, 'https://example.com', '{}', 1, NULL, now(), now(), NULL)
"""  # as a server from before the step makes one
COUNT = """
SELECT corridor.count_usage('{co_1,co_1}', '{1,1}', '{a.B.C,a.B.C}', '{"",a.D.e}', '{0,1}', '{1,1}', '{key_1,key_1}',
    '{2026-11-21,2026-11-21}', '{3,2}', '{1,0}')
"""
COUNTED = "SELECT field, usage_date, calls, sampled FROM corridor.usage_counts ORDER BY field"


@pytest.fixture
def before(postgres: Embedded) -> str:
    """The owner's URL of a database as it was before, with an endpoint."""
    url = fresh_database(postgres, f"steps_{worker()}")
    migrate.upgrade(url, BEFORE)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO corridor.companies VALUES ('co_1', 'Kept', now())")
        connection.execute(ENDPOINT, ("we_1",))
    return url


def pins(url: str) -> list[tuple[str, int]]:
    """Every endpoint with the version that it is told in."""
    with psycopg.connect(url) as connection:
        query = "SELECT webhook_endpoint_id, payload_version FROM corridor.webhook_endpoints ORDER BY 1"
        return [(row[0], row[1]) for row in connection.execute(query)]


def test_endpoints_from_before_and_of_servers_from_before_are_told_in_the_first_version(before: str) -> None:
    migrate.upgrade(before)
    with psycopg.connect(before) as connection:
        connection.execute(ENDPOINT, ("we_2",))

    assert [("we_1", 1), ("we_2", 1)] == pins(before)


def test_steps_back_and_forth_keep_every_endpoint_and_lose_what_only_the_steps_know(before: str) -> None:
    migrate.upgrade(before)
    with psycopg.connect(before) as connection:
        connection.execute("UPDATE corridor.webhook_endpoints SET payload_version = 2")
        connection.execute(COUNT)
        connection.execute(COUNT)
        day = date(2026, 11, 21)
        assert [("", day, 6, 2), ("a.D.e", day, 4, 0)] == connection.execute(COUNTED).fetchall()

    migrate.downgrade(before, BEFORE)
    with psycopg.connect(before) as connection:
        connection.execute(ENDPOINT, ("we_2",))
    migrate.upgrade(before)

    assert [("we_1", 1), ("we_2", 1)] == pins(before)
    with psycopg.connect(before) as connection:
        assert [] == connection.execute(COUNTED).fetchall()
    engine = migrate.engine_for(before)
    with engine.connect() as connection:
        assert [] == migrate.differences(connection)
    engine.dispose()
