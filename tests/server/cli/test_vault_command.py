"""`corridor vault`, as an operator uses it: keys are listed, rotated, and a rotation that was killed is finished."""

import signal
import subprocess
from collections.abc import Callable, Mapping

import psycopg
import pytest

from tests.serving import until

Finished = Callable[..., tuple[int, str, str]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def company(migrated_environment: Mapping[str, str], finished: Finished) -> str:
    """The id of a company with a key, whose title is sealed."""
    _, _, said = finished(migrated_environment, "keys", "create", "--company", "Acme", "--title", "canary-title")
    return said.split()[1]


def rows(environment: Mapping[str, str], query: str) -> list[tuple[object, ...]]:
    """What the owner sees."""
    with psycopg.connect(environment["CORRIDOR_DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type] # constants of the tests


def test_data_keys_are_listed_and_never_shown(
    migrated_environment: Mapping[str, str], finished: Finished, company: str
) -> None:
    code, printed, _ = finished(migrated_environment, "vault", "keys", "--company", company)

    assert 0 == code
    assert company in printed
    assert "current" in printed
    assert "local/1" in printed


def test_a_key_encryption_key_is_rotated(
    migrated_environment: Mapping[str, str], finished: Finished, company: str
) -> None:
    code, printed, _ = finished(migrated_environment, "vault", "rotate", "--kek")

    assert (0, "wrapped by local/2 now.") == (code, printed.strip()[-23:])
    assert [("local/2",)] == rows(migrated_environment, "SELECT DISTINCT kek_id FROM corridor.data_keys")
    assert 0 == finished(migrated_environment, "keys", "create", "--company", company)[0]


def test_a_rotation_that_is_killed_leaves_everything_readable(
    migrated_environment: Mapping[str, str], finished: Finished, start: Start, company: str
) -> None:
    process = start(migrated_environment, "vault", "rotate")
    states = "SELECT DISTINCT state FROM corridor.data_keys ORDER BY state"
    until(lambda: [(1,), (2,)] == rows(migrated_environment, states))  # it waits a minute until every process knows
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert 0 == finished(migrated_environment, "keys", "create", "--company", company)[0]


def test_one_companys_key_encryption_key_is_a_mistake_in_usage(
    migrated_environment: Mapping[str, str], finished: Finished
) -> None:
    code, _, said = finished(migrated_environment, "vault", "rotate", "--kek", "--company", "co_1")

    assert 2 == code
    assert "every company's" in said
