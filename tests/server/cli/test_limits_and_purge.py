"""`corridor limits` and `corridor vault purge`, as an operator uses them."""

from collections.abc import Callable, Mapping

import psycopg
import pytest

from server.kit import ids

Finished = Callable[..., tuple[int, str, str]]


@pytest.fixture
def company(migrated_environment: Mapping[str, str]) -> str:
    """A company that is there."""
    company_id = ids.new("co")
    with psycopg.connect(migrated_environment["CORRIDOR_DATABASE_URL"]) as owner:
        owner.execute("INSERT INTO corridor.companies VALUES (%s, 'Test', now())", (company_id,))
    return company_id


def lines(shown: str) -> dict[str, str]:
    """What `show` says of each allowance."""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines()}


def test_allowances_are_shown_set_and_taken_back(
    migrated_environment: Mapping[str, str], finished: Finished, company: str
) -> None:
    there = {**migrated_environment, "CORRIDOR_RATE_ALLOWANCES": "write=5/60"}
    assert 0 == finished(there, "limits", "set", "--company", company, "money=6000/60", "read=1/1")[0]
    assert 0 == finished(there, "limits", "set", "--company", company, "read=usual")[0]

    own = lines(finished(there, "limits", "show", "--company", company)[1])
    live = lines(finished(there, "limits", "show", "--company", company, "--live")[1])

    assert "6000 calls in 60 s company" == own["money"]
    assert "5 calls in 60 s installation" == own["write"]
    assert "6000 calls in 60 s" == own["read"]
    assert "3000 calls in 60 s" == live["money"]


def test_what_the_operator_sets_is_in_the_trail_of_the_company(
    migrated_environment: Mapping[str, str], finished: Finished, company: str
) -> None:
    assert 0 == finished(migrated_environment, "limits", "set", "--company", company, "money=6000/60", "read=usual")[0]

    with psycopg.connect(migrated_environment["CORRIDOR_DATABASE_URL"]) as owner:
        query = "SELECT action, caller_id, detail FROM corridor.audit WHERE company_id = %s"
        rows = owner.execute(query, (company,)).fetchall()
    assert [("limits.set", "corridor", "money=6000/60 read=usual")] == rows


@pytest.mark.parametrize(
    ("allowance", "said"),
    [
        ("money=fast", "is not NAME=CALLS/SECONDS"),
        ("speed=1/1", "there is no allowance 'speed'"),
        ("speed=usual", "there is no allowance speed"),
        ("strangers=1/1", "strangers are of no company"),
    ],
)
def test_an_allowance_that_makes_no_sense_is_a_mistake_in_usage(
    environment: Mapping[str, str], finished: Finished, allowance: str, said: str
) -> None:
    code, _, error = finished(environment, "limits", "set", "--company", "co_x", allowance)

    assert 2 == code
    assert said in " ".join(error.split())


def test_a_company_that_is_not_there_is_named(migrated_environment: Mapping[str, str], finished: Finished) -> None:
    code, _, said = finished(migrated_environment, "limits", "set", "--company", "co_x", "read=1/1")

    assert (1, "Error: there is no company co_x: check the id.\n") == (code, said)


def test_allowances_of_the_installation_that_cannot_be_read_are_named(
    environment: Mapping[str, str], finished: Finished
) -> None:
    code, _, said = finished({**environment, "CORRIDOR_RATE_ALLOWANCES": "read=many"}, "limits", "show")

    assert 1 == code
    assert said.startswith("Error: CORRIDOR_RATE_ALLOWANCES is not usable: 'read=many'")


def test_a_purge_is_tried_dry_and_then_done(
    migrated_environment: Mapping[str, str], finished: Finished, company: str
) -> None:
    with psycopg.connect(migrated_environment["CORRIDOR_DATABASE_URL"]) as owner:
        owner.execute(
            "INSERT INTO corridor.data_policies VALUES (%s, 1, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', now())", (company,)
        )
        owner.execute(
            """INSERT INTO corridor.events VALUES (%s, 1, corridor.id_at('evt', now() - interval '40 days'), 'po', 1,
            'payout.accepted', '', '', now() - interval '40 days')""",
            (company,),
        )

    for expected in ("1 records would be removed.", "1 records would be removed."):
        code, printed, _ = finished(migrated_environment, "vault", "purge", "--dry-run")
        assert (0, expected) == (code, printed.splitlines()[-1])
    code, printed, _ = finished(migrated_environment, "vault", "purge")
    assert f"{company} sandbox events" == " ".join(printed.splitlines()[0].split()[:3])
    assert (0, "1 records were removed.") == (code, printed.splitlines()[-1])
    assert "0 records were removed." == finished(migrated_environment, "vault", "purge")[1].strip()
