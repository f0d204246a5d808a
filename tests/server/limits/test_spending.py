"""Spending limits hold inside the write: payouts that race, repeat or fail never pass one, and never count twice."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED, Payout
from corridor.payouts.v1.payout_settings_pb2 import PayoutLimit, PayoutSettings
from corridor.payouts.v1.spending_limit_pb2 import (
    SPENDING_SUBJECT_BENEFICIARY,
    SPENDING_SUBJECT_COMPANY,
    SPENDING_SUBJECT_RAIL,
    SpendingLimit,
)
from corridor.type.v1.rail_pb2 import RAIL_SEPA, RAIL_SEPA_INSTANT
from server.kit import ids
from server.kit.context import Context
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running, until

CREATE = "PayoutService/CreatePayout"
DAY = 86_400


def limit(name: str = "daily", per: Any = SPENDING_SUBJECT_COMPANY, seconds: int = DAY, **bounds: Any) -> SpendingLimit:
    """A limit in euros."""
    return SpendingLimit(name=name, currency_code="EUR", window_seconds=seconds, per=per, **bounds)


def allow(client: Client, *limits: SpendingLimit, **more: Any) -> None:
    """Let the company have these limits and no others."""
    settings = PayoutSettings(spending_limits=limits, **more)
    client.call("PayoutService/UpdatePayoutSettings", api.UpdatePayoutSettingsRequest(settings=settings))


def attempt(client: Client, request: Message, key: str = "") -> Payout | Refused:
    """The payout, or how it was refused."""
    try:
        made: Payout = client.call(CREATE, request, key=key or people.new_key()).payout
    except Refused as refused:
        return refused
    return made


def accepted(answers: Sequence[Payout | Refused]) -> list[Payout]:
    """The payouts among answers, where all others ran into a limit."""
    assert {"SPENDING_LIMIT_REACHED"} >= {each.reason for each in answers if isinstance(each, Refused)}
    return [each for each in answers if isinstance(each, Payout)]


def facts(refused: Refused) -> dict[str, str]:
    """What a refusal says in ErrorInfo."""
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in refused.status.details)
    return dict(info.metadata)


def end(corridor: Running, client: Client, payout: Payout, state: Any) -> None:
    """Let a payout end as a provider would have it."""
    caller, _ = corridor.parts.keys.caller(client.key)
    assert caller is not None
    context = Context("request", "correlation", caller=caller)
    with corridor.parts.store.transaction(caller.company_id, SANDBOX) as connection:
        locked = corridor.parts.payouts.lock(connection, context, payout.payout_id)
        assert locked is not None
        corridor.parts.payouts.change(connection, context, locked, state)


def test_a_payout_beyond_the_count_is_refused_and_says_how_much_is_used(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=2))
    for _ in range(2):
        people.payout(client, beneficiary)

    found = people.refused(client, CREATE, people.create(beneficiary), key="third")

    assert ("SPENDING_LIMIT_REACHED", grpc.StatusCode.FAILED_PRECONDITION) == (found.reason, found.code)
    assert {
        "limit": "daily", "window": "86400s", "used_count": "2", "max_count": "2", "used_amount_minor": "2500",
        "max_amount_minor": "0",
    } == facts(found)  # fmt: skip
    assert 2 == len(client.call("PayoutService/ListPayouts", api.ListPayoutsRequest()).payouts)


def test_the_amount_counts_to_the_last_cent(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_amount_minor=100_00))
    people.payout(client, beneficiary, 60_00)

    assert "SPENDING_LIMIT_REACHED" == people.refused(client, CREATE, people.create(beneficiary, 40_01), key="a").reason
    people.payout(client, beneficiary, 40_00)
    assert "SPENDING_LIMIT_REACHED" == people.refused(client, CREATE, people.create(beneficiary, 1), key="b").reason


@pytest.mark.parametrize("held", [False, True], ids=["accepted", "held"])
def test_payouts_that_race_never_pass_a_limit(corridor: Running, held: bool) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    client = corridor.client()
    beneficiaries = [people.beneficiary(client) for _ in range(3)]
    most, per_beneficiary, per_rail = rng.randint(3, 12), rng.randint(1, 6), rng.randint(2, 8)
    amount = rng.randint(1, 30_00)
    reviewed = [PayoutLimit(currency_code="EUR", hold_above_minor=1)] if held else []
    allow(
        client,
        limit("all", max_count=most, max_amount_minor=40_00),
        limit("each", SPENDING_SUBJECT_BENEFICIARY, max_count=per_beneficiary),
        limit("rails", SPENDING_SUBJECT_RAIL, max_count=per_rail),
        limit("instant", SPENDING_SUBJECT_COMPANY, max_amount_minor=amount * 2, rail=RAIL_SEPA_INSTANT),
        limits=reviewed,
    )
    requests = [
        people.create(
            rng.choice(beneficiaries), rng.choice([amount, rng.randint(1, 10_00)]),
            rail=rng.choice([RAIL_SEPA, RAIL_SEPA_INSTANT]),
        )
        for _ in range(40)
    ]  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        made = accepted(list(pool.map(lambda request: attempt(client, request), requests)))

    assert len(made) <= most
    assert sum(each.amount.amount_minor for each in made) <= 40_00
    for beneficiary in beneficiaries:
        assert sum(each.beneficiary_id == beneficiary for each in made) <= per_beneficiary
    for rail in (RAIL_SEPA, RAIL_SEPA_INSTANT):
        assert sum(each.rail == rail for each in made) <= per_rail
    assert sum(each.amount.amount_minor for each in made if each.rail == RAIL_SEPA_INSTANT) <= amount * 2


def test_a_race_at_a_limit_is_won_by_exactly_as_many_as_it_allows(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=5))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attempt(client, people.create(beneficiary)), range(24)))

    assert 5 == len(accepted(answers))


def test_a_repeated_call_counts_once_also_when_it_races(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=2))
    request = people.create(beneficiary)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: attempt(client, request, key="same"), range(12)))
    again = attempt(client, request, key="same")

    made = [each for each in [*answers, again] if isinstance(each, Payout)]
    assert {"IDEMPOTENCY_IN_PROGRESS"} >= {each.reason for each in answers if isinstance(each, Refused)}
    assert 1 == len({each.payout_id for each in made})
    assert isinstance(attempt(client, request), Payout)
    assert isinstance(attempt(client, request), Refused)


def test_a_refusal_is_the_answer_to_its_key_also_when_the_limit_has_room_again(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=1))
    first = people.payout(client, beneficiary)
    request = people.create(beneficiary)
    refused = people.refused(client, CREATE, request, key="over")
    client.call("PayoutService/CancelPayout", api.CancelPayoutRequest(payout_id=first.payout_id), key="c")

    again = people.refused(client, CREATE, request, key="over")

    assert refused.status == again.status
    assert "true" == again.trailers["idempotent-replayed"]
    assert isinstance(attempt(client, request), Payout)


@pytest.mark.parametrize("state", [PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED])
def test_a_payout_that_came_to_nothing_does_not_count(corridor: Running, state: Any) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=1, max_amount_minor=12_50))
    payout = people.payout(client, beneficiary)
    assert isinstance(attempt(client, people.create(beneficiary)), Refused)

    end(corridor, client, payout, state)

    assert isinstance(attempt(client, people.create(beneficiary)), Payout)


def test_payouts_leave_the_window_as_it_rolls(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=1, seconds=3))
    people.payout(client, beneficiary)
    assert isinstance(attempt(client, people.create(beneficiary)), Refused)

    until(lambda: isinstance(attempt(client, people.create(beneficiary)), Payout))


def test_other_currencies_companies_and_environments_have_allowances_of_their_own(corridor: Running) -> None:
    client, other = corridor.client(), corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_count=1))
    allow(other, limit(max_count=1))
    people.payout(client, beneficiary)

    dollars = people.create(people.beneficiary(client, people.us_account()), currency="USD")
    assert isinstance(attempt(client, dollars), Payout)
    assert isinstance(attempt(other, people.create(people.beneficiary(other))), Payout)
    assert isinstance(attempt(client, people.create(beneficiary)), Refused)


def test_payouts_of_before_the_limit_count(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    people.payout(client, beneficiary)
    allow(client, limit(max_count=1))

    assert isinstance(attempt(client, people.create(beneficiary)), Refused)


def test_a_refused_payout_leaves_an_audit_row_and_nothing_else(corridor: Running) -> None:
    client = corridor.client()
    beneficiary = people.beneficiary(client)
    allow(client, limit(max_amount_minor=1))

    people.refused(client, CREATE, people.create(beneficiary), key="over")

    with people.rows(corridor, client) as rows:
        counts = [
            rows.execute(f"SELECT count(*) FROM corridor.{table}").fetchone() for table in ("payouts", "events", "work")
        ]
        reasons = rows.execute("SELECT reason FROM corridor.audit WHERE outcome = 2").fetchall()
    assert [(0,), (0,)] == counts[:2]
    assert [("SPENDING_LIMIT_REACHED",)] == reasons


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "settings.spending_limits[0]"),
        ({"max_count": 1, "name": "No Spaces"}, "settings.spending_limits[0].name"),
        ({"max_count": 1, "window_seconds": 31 * DAY + 1}, "settings.spending_limits[0].window_seconds"),
        ({"max_count": 1, "per": 0}, "settings.spending_limits[0].per"),
        ({"max_count": -1}, "settings.spending_limits[0].max_count"),
        ({"max_count": 1, "rail": 99}, "settings.spending_limits[0].rail"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(corridor: Running, changes: dict[str, Any], field: str) -> None:
    made = {"name": "daily", "currency_code": "EUR", "window_seconds": DAY, "per": SPENDING_SUBJECT_COMPANY, **changes}
    settings = PayoutSettings(spending_limits=[SpendingLimit(**made)])
    request = api.UpdatePayoutSettingsRequest(settings=settings)

    found = people.refused(corridor.client(), "PayoutService/UpdatePayoutSettings", request)

    assert "INVALID_ARGUMENT" == found.reason
    assert field in found.fields


def test_two_limits_of_one_name_are_refused(corridor: Running) -> None:
    settings = PayoutSettings(spending_limits=[limit(max_count=1), limit(max_count=2)])
    request = api.UpdatePayoutSettingsRequest(settings=settings)

    found = people.refused(corridor.client(), "PayoutService/UpdatePayoutSettings", request)

    assert ["settings.spending_limits[1].name"] == found.fields


def test_the_first_id_of_a_window_is_before_every_id_that_is_made_in_it() -> None:
    now = ids.new("po")
    earliest = ids.since(now, 60)

    assert earliest < now
    assert ids.is_id(earliest, "po")
    assert ids.since(now, 0) <= now
    at = (datetime.now(UTC) - timedelta(seconds=60)).timestamp() * 1000
    bits = 0
    for character in earliest.partition("_")[2]:
        bits = bits << 5 | "0123456789abcdefghjkmnpqrstvwxyz".index(character)
    assert abs((bits >> 80) - at) < 5_000
