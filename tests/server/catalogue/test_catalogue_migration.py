"""Taking stages up stops nothing that sends today: providers of live routes are live, those of the sandbox not set."""

import psycopg

from server.store import migrate
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.serving import LIVE, SANDBOX


def test_providers_that_live_routes_use_are_live_after_the_update(postgres: Embedded) -> None:
    url = fresh_database(postgres, f"stages_{worker()}")
    migrate.upgrade(url)
    migrate.downgrade(url, "0013")
    with psycopg.connect(url, autocommit=True) as owner:
        for environment, provider, number in (
            (LIVE, "first", 1),
            (LIVE, "second", 2),
            (LIVE, "unused", 3),
            (SANDBOX, "tried", 4),
        ):
            owner.execute(
                "INSERT INTO corridor.connections VALUES ('co_1', %s, %s, %s, '', now(), now())",
                (environment, f"conn_{number}", provider),
            )
        for environment, route, primary, standby in (
            (LIVE, "r1", "conn_1", "conn_2"),
            (LIVE, "r2", "conn_1", None),
            (SANDBOX, "r3", "conn_4", None),
        ):
            owner.execute(
                "INSERT INTO corridor.routes VALUES ('co_1', %s, %s, %s, 0, 1, %s, %s, now())",
                (environment, route, route, primary, standby),
            )

    migrate.upgrade(url)

    with psycopg.connect(url) as owner:
        rows = owner.execute(
            "SELECT environment, provider, stage, provider_stage_id ~ '^stage_[0-9a-z]{26}$' "
            "FROM corridor.provider_stages ORDER BY provider"
        ).fetchall()
    assert [(LIVE, "first", 5, True), (LIVE, "second", 5, True)] == rows
