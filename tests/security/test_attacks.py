"""The attack suite: every class is refused whole, with the expected reasons, quietly, and leaves nothing behind."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.security import attacks
from tests.security.stage import Stage, staged
from tests.serving import Running

# Rows that tell of refusals or of work, and whose number says nothing of what got in.
_KEPT_BY_THEMSELVES = ("audit", "alembic_version", "chores", "allowance", "rate", "limit", "data_keys", "checkpoint")


@pytest.fixture(scope="module")
def stage(corridor: Running) -> Iterator[Stage]:
    """The scene of the attacks."""
    with staged(corridor) as found:
        yield found


def counts(stage: Stage) -> dict[str, int]:
    """Rows of every table that only somebody can fill."""
    found = {}
    with psycopg.connect(stage.running.parts.settings.owner_database_url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'corridor'").fetchall()
        for (name,) in rows:
            if not any(word in name for word in _KEPT_BY_THEMSELVES):
                query = sql.SQL("SELECT count(*) FROM corridor.{}").format(sql.Identifier(name))
                counted = connection.execute(query).fetchone()
                found[name] = counted[0] if counted else 0
    return found


@pytest.mark.parametrize("name", sorted(attacks.classes()))
def test_every_case_is_refused(stage: Stage, name: str) -> None:
    tally = attacks.run(name, stage)

    assert [] == tally.got_in[:5]
    assert [] == tally.broken[:5]
    assert tally.tried == tally.refused > 0


@pytest.mark.parametrize("name", ["fuzzed Authorization, HTTP", "fuzzed Authorization, gRPC"])
def test_strangers_leave_no_rows(stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.security.attacks_keys.FUZZED", 300)
    monkeypatch.setattr("tests.security.attacks_http.FUZZED", 100)
    before = counts(stage)

    attacks.run(name, stage)

    assert before == counts(stage)
