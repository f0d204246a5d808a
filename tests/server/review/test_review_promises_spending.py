"""Spending limits of a company with many payouts: cheap as long as they are not near, exact where they are."""

import secrets
import time

import psycopg
import pytest

from server.kit import ids
from tests.server import people
from tests.server.limits.test_spending import DAY, allow, attempt, limit
from tests.serving import Refused, Running

_MANY = """
INSERT INTO corridor.payouts
SELECT p.company_id, p.environment, corridor.id_at('po', now() - make_interval(secs => n * 0.8))
        || lpad(n::text, 16, '0'),
    CASE WHEN n %% 50 = 0 THEN 6 ELSE 5 END, p.beneficiary_id, NULL, NULL, 1, p.message, now(), now(), 100,
    'EUR', p.rail
FROM corridor.payouts p CROSS JOIN generate_series(1, %s) n WHERE p.payout_id = %s
"""


def fill(corridor: Running, payout_id: str, count: int) -> None:
    """Give a company so many payouts of one euro over the last day, of which one in fifty has failed."""
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute(_MANY, (count, payout_id))


def made(prefix: str, time_ns: int) -> str:
    """A new id as a server makes it whose clock says so."""
    return f"{prefix}_{ids.encode(time_ns // 10**6 << 80 | secrets.randbits(80))}"


def test_a_limit_that_is_far_away_costs_little_however_many_payouts_there_are(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    fill(corridor, people.payout(client, beneficiary_id).payout_id, 100_000)
    allow(client, limit(max_amount_minor=10**12))
    people.payout(client, beneficiary_id)  # the first one looks at everything
    times = []
    while len(times) < 9 or (len(times) < 100 and min(times) >= 0.060):  # a busy machine is given more chances
        began = time.perf_counter()
        people.payout(client, beneficiary_id)
        times.append(time.perf_counter() - began)

    assert min(times) < 0.060


def test_a_limit_that_is_near_counts_exactly(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    fill(corridor, people.payout(client, beneficiary_id, 1_00).payout_id, 5_000)
    used = 1_00 + (5_000 - 100) * 1_00
    allow(client, limit(max_amount_minor=used + 10_00))
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        for _ in range(2):
            assert not isinstance(attempt(client, people.create(beneficiary_id, 5_00)), Refused)
        refused = attempt(client, people.create(beneficiary_id, 1))
        assert isinstance(refused, Refused)
        assert str(used + 10_00) == refused.metadata["used_amount_minor"]
        # One of long ago comes back: what it spent is there again, although it was counted before.
        returned = "UPDATE corridor.payouts SET state = 7 WHERE beneficiary_id = %s AND payout_id = ("
        returned += "SELECT min(payout_id) FROM corridor.payouts WHERE beneficiary_id = %s AND state = 5)"
        owner.execute(returned, (beneficiary_id, beneficiary_id))  # type: ignore[arg-type] # tests' own text

    assert not isinstance(attempt(client, people.create(beneficiary_id, 1_00)), Refused)
    assert isinstance(attempt(client, people.create(beneficiary_id, 1)), Refused)


def test_a_payout_that_a_server_with_a_slow_clock_puts_into_the_past_is_counted(
    corridor: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    allow(client, limit(max_amount_minor=30_00))
    people.payout(client, beneficiary_id, 10_00)
    past = time.time_ns() - 2 * 3600 * 10**9
    with monkeypatch.context() as slow:
        slow.setattr("server.kit.ids.new", lambda prefix: made(prefix, past))
        people.payout(client, beneficiary_id, 10_00)
        people.payout(client, beneficiary_id, 10_00)

    assert isinstance(attempt(client, people.create(beneficiary_id, 1)), Refused)


def test_a_server_whose_clock_is_ahead_spends_out_of_the_same_limit(
    corridor: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    allow(client, limit(max_amount_minor=30_00))
    people.payout(client, beneficiary_id, 30_00)
    ahead = time.time_ns() + 2 * DAY * 10**9
    monkeypatch.setattr("server.kit.ids.new", lambda prefix: made(prefix, ahead))

    assert isinstance(attempt(client, people.create(beneficiary_id, 1)), Refused)
