"""A company whose data must stay elsewhere leaves nothing here, not even what the sandbox gives without asking."""

from pathlib import Path

import psycopg

from corridor.providers.v1 import connection_service_pb2 as connections
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server import people
from tests.serving import SANDBOX, running


def test_the_sandbox_gives_nothing_where_a_company_s_data_must_not_be(
    postgres: Embedded, migrated: str, tmp_path: Path
) -> None:
    url = fresh_database(postgres, f"nothing_left_{worker()}", template=migrated)
    with running(url, tmp_path, region="eu", sandbox_url="http://127.0.0.1:9") as found:
        company_id = found.company()
        with psycopg.connect(found.parts.store.url) as owner:
            owner.execute(
                "INSERT INTO corridor.data_policies VALUES (%s, %s, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'us', now())",
                (company_id, SANDBOX),
            )
        request = connections.ListConnectionsRequest()
        refused = people.refused(found.client(company_id), "ConnectionService/ListConnections", request)
        with psycopg.connect(found.parts.store.url) as owner:
            counted = [
                owner.execute(f"SELECT count(*) FROM corridor.{table} WHERE company_id = %s", (company_id,)).fetchone()
                for table in ("connections", "secrets", "routes", "sandbox_provisions")
            ]

    assert ("RESIDENCY_MISMATCH", [(0,)] * 4) == (refused.reason, counted)
