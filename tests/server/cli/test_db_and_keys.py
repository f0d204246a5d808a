"""`corridor db` and `corridor keys`, as an operator uses them on a database of their own."""

from collections.abc import Callable, Mapping

from server.store.embedded import Embedded
from tests.database import fresh_database, worker

Finished = Callable[..., tuple[int, str, str]]


def test_a_database_without_schema_is_refused_and_can_be_migrated(
    postgres: Embedded, environment: Mapping[str, str], finished: Finished
) -> None:
    there = {**environment, "CORRIDOR_DATABASE_URL": fresh_database(postgres, f"cli_empty_{worker()}")}

    assert (1, "", "Error: the database has no schema yet: run `corridor db migrate`.\n") == finished(
        there, "db", "status"
    )
    assert 0 == finished(there, "db", "migrate")[0]
    assert (0, "The configured database is current.\n", "") == finished(there, "db", "status")
    assert "was current already" in finished(there, "db", "migrate")[1]


def test_a_database_that_does_not_answer_is_one_line_without_the_password(
    environment: Mapping[str, str], finished: Finished
) -> None:
    there = {**environment, "CORRIDOR_DATABASE_URL": "postgresql://app:hunter2@127.0.0.1:1/corridor"}

    code, _, said = finished(there, "db", "status")

    assert 1 == code
    assert 1 == len(said.splitlines())
    assert said.startswith("Error: the database does not answer")
    assert "hunter2" not in said


def test_a_setting_that_cannot_be_used_is_named(environment: Mapping[str, str], finished: Finished) -> None:
    code, _, said = finished({**environment, "CORRIDOR_THREADS": "many"}, "serve", "worker")

    assert (1, "Error: CORRIDOR_THREADS='many' is not usable: set a whole number from 1 to 1024.\n") == (code, said)


def test_a_key_is_created_for_a_new_company_then_for_the_same_one_and_revoked(
    migrated_environment: Mapping[str, str], finished: Finished
) -> None:
    _, first, said_first = finished(migrated_environment, "keys", "create", "--company", "Acme")
    _, second, said_second = finished(migrated_environment, "keys", "create", "--company", "Acme", "--live")

    assert first.startswith("ck_test_")
    assert second.startswith("ck_live_")
    assert "(new)" in said_first
    assert "(new)" not in said_second
    code, printed, _ = finished(migrated_environment, "keys", "revoke", first.strip())
    assert 0 == code
    assert "is revoked since" in printed


def test_a_scope_that_no_method_asks_for_is_a_mistake_in_usage(
    migrated_environment: Mapping[str, str], finished: Finished
) -> None:
    code, _, said = finished(migrated_environment, "keys", "create", "--company", "Acme", "--scope", "fly")

    assert 2 == code
    assert "payouts:create" in said


def test_a_key_that_is_not_known_cannot_be_revoked(migrated_environment: Mapping[str, str], finished: Finished) -> None:
    assert (1, "", "Error: There is no API key with this prefix.\n") == finished(
        migrated_environment, "keys", "revoke", "ck_test_0000000000000000"
    )
