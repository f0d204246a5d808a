"""Lists of payouts: the newest first, page by page, and only what the filters admit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_HELD, Payout
from corridor.type.v1.period_pb2 import Period
from server.kit import ids
from tests.server import people
from tests.serving import Client, Running

LIST = "PayoutService/ListPayouts"


def listed(client: Client, **filters: object) -> list[Payout]:
    """Every payout that a list gives, page by page."""
    found: list[Payout] = []
    token = ""
    while True:
        request = api.ListPayoutsRequest(page_token=token, **filters)  # type: ignore[arg-type] # fields of the message
        answer = client.call(LIST, request)
        assert len(answer.payouts) <= (request.page_size or 50)
        found += answer.payouts
        token = answer.next_page_token
        if not token:
            return found


def ids_of(payouts: list[Payout]) -> list[str]:
    """Their ids."""
    return [payout.payout_id for payout in payouts]


@pytest.fixture(scope="module")
def many(corridor: Running) -> tuple[Client, list[str]]:
    """A company with 260 payouts, and their ids in rising order."""
    client = corridor.client()
    to = people.beneficiary(client)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: people.payout(client, to, number), range(1, 261)))
    return client, sorted(ids_of(made))


@pytest.mark.parametrize("page_size", [0, 100, 250])
def test_pages_give_every_payout_once_the_newest_first(many: tuple[Client, list[str]], page_size: int) -> None:
    client, made = many

    assert made[::-1] == ids_of(listed(client, page_size=page_size))


def test_a_page_is_as_large_as_asked_for(many: tuple[Client, list[str]]) -> None:
    client, made = many

    one = client.call(LIST, api.ListPayoutsRequest(page_size=250))
    usual = client.call(LIST, api.ListPayoutsRequest())

    assert (250, 50) == (len(one.payouts), len(usual.payouts))
    assert made[-1] == one.payouts[0].payout_id


def test_the_last_full_page_has_no_next_one(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    for _ in range(4):
        people.payout(client, to)

    first = client.call(LIST, api.ListPayoutsRequest(page_size=2))
    last = client.call(LIST, api.ListPayoutsRequest(page_size=2, page_token=first.next_page_token))

    assert first.next_page_token
    assert (2, "") == (len(last.payouts), last.next_page_token)


def test_what_is_made_meanwhile_shifts_no_page(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    made = [people.payout(client, to).payout_id for _ in range(4)]

    first = client.call(LIST, api.ListPayoutsRequest(page_size=2))
    people.payout(client, to)
    rest = client.call(LIST, api.ListPayoutsRequest(page_size=2, page_token=first.next_page_token))

    assert made[::-1] == ids_of([*first.payouts, *rest.payouts])


def test_filters_admit_what_they_name(corridor: Running) -> None:
    client = corridor.client()
    one, other = people.beneficiary(client), people.beneficiary(client)
    people.hold_above(client, 100)
    small, large, others = (
        people.payout(client, one, 1),
        people.payout(client, one, 101),
        people.payout(client, other, 2),
    )

    assert [others.payout_id, small.payout_id] == ids_of(listed(client, states=[PAYOUT_STATE_ACCEPTED]))
    assert [large.payout_id] == ids_of(listed(client, states=[PAYOUT_STATE_HELD]))
    assert 3 == len(listed(client, states=[PAYOUT_STATE_HELD, PAYOUT_STATE_ACCEPTED]))
    assert [others.payout_id] == ids_of(listed(client, beneficiary_id=other))
    assert [small.payout_id] == ids_of(listed(client, beneficiary_id=one, states=[PAYOUT_STATE_ACCEPTED]))
    assert [] == listed(client, beneficiary_id=ids.new("ben"))


def test_a_period_includes_its_start_and_not_its_end(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    one, other = people.payout(client, to), people.payout(client, to)
    begin, end = one.create_time, other.create_time

    assert [one.payout_id] == ids_of(listed(client, created=Period(start_time=begin, end_time=end)))
    assert [other.payout_id] == ids_of(listed(client, created=Period(start_time=end)))
    later = Timestamp()
    later.FromDatetime(end.ToDatetime(UTC) + timedelta(seconds=1))
    assert [] == listed(client, created=Period(start_time=later))


def test_a_period_that_ends_before_it_starts_is_refused(corridor: Running) -> None:
    request = api.ListPayoutsRequest(created=Period(start_time=Timestamp(seconds=2), end_time=Timestamp(seconds=1)))

    assert ["created"] == people.refused(corridor.client(), LIST, request).fields


@pytest.mark.parametrize("page_size", [-1, 251, 2**31 - 1])
def test_a_page_of_another_size_is_refused(corridor: Running, page_size: int) -> None:
    request = api.ListPayoutsRequest(page_size=page_size)

    assert ["page_size"] == people.refused(corridor.client(), LIST, request).fields


def test_a_token_of_other_filters_is_refused(many: tuple[Client, list[str]]) -> None:
    client, _ = many
    token = client.call(LIST, api.ListPayoutsRequest(page_size=1)).next_page_token
    request = api.ListPayoutsRequest(page_token=token, states=[PAYOUT_STATE_HELD])

    assert "PAGE_TOKEN_INVALID" == people.refused(client, LIST, request).reason


def test_a_token_of_another_company_is_refused(corridor: Running, many: tuple[Client, list[str]]) -> None:
    token = many[0].call(LIST, api.ListPayoutsRequest(page_size=1)).next_page_token
    request = api.ListPayoutsRequest(page_token=token)

    assert "PAGE_TOKEN_INVALID" == people.refused(corridor.client(), LIST, request).reason
