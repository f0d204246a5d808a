"""The company's clock: what takes days is seen at once, in this company and in no other."""

import threading
from datetime import UTC, datetime, timedelta

from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.sandbox.v1 import clock_service_pb2 as api
from tests.server import people
from tests.server.sandbox.sandbox_scene import DAY, Scene, advance, clock, eventually, now, pay, reaches
from tests.serving import LIVE

S = PayoutState


def test_a_payout_settles_by_days_once_they_are_over(sandbox: Scene) -> None:
    client = sandbox.client()
    payout = pay(client, "settles_in_3_days")
    reaches(client, payout, S.PAYOUT_STATE_PENDING)

    advance(client, 2 * DAY)
    assert S.PAYOUT_STATE_PENDING == now(client, payout).state
    advance(client, 1 * DAY)

    settled = reaches(client, payout, S.PAYOUT_STATE_SETTLED)
    assert timedelta(days=3) <= settled.update_time.ToDatetime() - payout.create_time.ToDatetime() < timedelta(days=4)


def test_other_companies_stand_where_they_were(sandbox: Scene) -> None:
    mine, other = sandbox.client(), sandbox.client()
    payout = pay(other, "settles_in_1_day")
    reaches(other, payout, S.PAYOUT_STATE_PENDING)
    pay(mine)

    advance(mine, 30 * DAY)

    assert S.PAYOUT_STATE_PENDING == now(other, payout).state
    assert 0 == clock(other).ahead.seconds
    assert 30 * DAY == clock(mine).ahead.seconds


def test_the_accounts_follow_and_the_answer_says_so(sandbox: Scene) -> None:
    client = sandbox.client()

    moved = advance(client, DAY)

    assert [("sandbox", 0, "")] == [
        (each.provider, each.behind.seconds, each.error) for each in moved.clock.connections
    ]
    ahead = moved.clock.time.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < ahead <= timedelta(days=1)


def test_a_time_can_be_named(sandbox: Scene) -> None:
    client = sandbox.client()
    request = api.AdvanceClockRequest()
    request.to_time.FromDatetime(datetime.now(UTC) + timedelta(days=10))

    ahead = client.call("ClockService/AdvanceClock", request).clock.ahead.seconds

    assert 10 * DAY - 10 < ahead <= 10 * DAY


def test_time_never_goes_back(sandbox: Scene) -> None:
    client = sandbox.client()
    advance(client, 20 * DAY)
    request = api.AdvanceClockRequest()
    request.to_time.FromDatetime(datetime.now(UTC) + timedelta(days=10))

    refused = people.refused(client, "ClockService/AdvanceClock", request)

    assert ("INVALID_ARGUMENT", ["to_time"]) == (refused.reason, refused.fields)
    assert 20 * DAY == clock(client).ahead.seconds


def test_more_than_400_days_at_once_are_refused(sandbox: Scene) -> None:
    client = sandbox.client()
    request = api.AdvanceClockRequest()
    request.duration.FromSeconds(400 * DAY + 1)
    named = api.AdvanceClockRequest()
    named.to_time.FromDatetime(datetime.now(UTC) + timedelta(days=401))

    assert ["duration"] == people.refused(client, "ClockService/AdvanceClock", request).fields
    assert ["to_time"] == people.refused(client, "ClockService/AdvanceClock", named).fields


def test_live_time_cannot_be_moved(sandbox: Scene) -> None:
    client = sandbox.corridor.client(environment=LIVE)
    request = api.AdvanceClockRequest()
    request.duration.FromSeconds(DAY)

    assert "SANDBOX_ONLY" == people.refused(client, "ClockService/AdvanceClock", request).reason
    assert "SANDBOX_ONLY" == people.refused(client, "ClockService/GetClock", api.GetClockRequest()).reason


def test_advances_at_the_same_time_add_up(sandbox: Scene) -> None:
    client = sandbox.client()
    pay(client)
    threads = [threading.Thread(target=advance, args=(client, DAY)) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 3 * DAY == clock(client).ahead.seconds
    eventually(lambda: all(each.behind.seconds == 0 for each in clock(client).connections), "accounts follow")


def test_the_same_key_moves_time_once(sandbox: Scene) -> None:
    client = sandbox.client()

    first = advance(client, DAY, key="once")
    again = advance(client, DAY, key="once")

    assert first.SerializeToString() == again.SerializeToString()
    assert DAY == clock(client).ahead.seconds


def test_what_comes_due_was_waiting_work(sandbox: Scene) -> None:
    client = sandbox.client()
    payout = pay(client, "webhook_lost")
    eventually(lambda: now(client, payout).provider_reference, "sent")

    moved = advance(client, 3600)  # the next look-up is ten minutes off

    assert 1 <= moved.moved_work
    reaches(client, payout, S.PAYOUT_STATE_SETTLED)
