"""Quotes: cut-offs in the place of the rail, banking days, holidays, summer time, and fees to the half cent."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.kit.manifest import Settlement
from corridor.providers.v1.connection_pb2 import Connection, ConnectionFee
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import RAIL_SEPA, RAIL_SWIFT, RAIL_UNSPECIFIED
from server.domains.payouts import quote
from server.platform.providers import settlement as arriving

ACH = Settlement(days=1, cut_off=time(17, 0), timezone="America/New_York", calendar="US")
TARGET = Settlement(days=1, cut_off=time(16, 0), timezone="Europe/Berlin", calendar="ECB")
SAME_DAY = Settlement(days=0, cut_off=time(16, 45), timezone="America/New_York", calendar="US")
INSTANT = Settlement(days=0)


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        ("2026-03-03T12:00", "2026-03-03T22:00"),  # Tuesday, Eastern Standard Time
        ("2026-03-03T21:59:59", "2026-03-03T22:00"),
        ("2026-03-03T22:00", "2026-03-04T22:00"),  # at the cut-off is too late
        ("2026-03-04T01:00", "2026-03-04T22:00"),  # still Tuesday evening in New York
        ("2026-03-06T23:00", "2026-03-09T21:00"),  # over the weekend on which summer time begins
        ("2026-03-07T12:00", "2026-03-09T21:00"),  # Saturday
        ("2026-07-02T23:00", "2026-07-06T21:00"),  # 3 July is the observed holiday
        ("2026-10-30T23:00", "2026-11-02T22:00"),  # over the weekend on which summer time ends
        ("2026-12-24T23:00", "2026-12-28T22:00"),
    ],
)
def test_the_cut_off_is_that_of_the_next_banking_day_in_its_own_place(now: str, closes: str) -> None:
    assert at(closes) == arriving.cut_off(ACH, at(now))


def test_target_is_closed_on_its_own_holidays() -> None:
    assert at("2026-04-07T14:00") == arriving.cut_off(TARGET, at("2026-04-02T15:00"))  # Good Friday to Easter Monday
    assert at("2026-05-04T14:00") == arriving.cut_off(TARGET, at("2026-04-30T15:00"))  # 1 May


@pytest.mark.parametrize(
    ("settlement", "now", "expected"),
    [
        (ACH, "2026-03-03T12:00", "2026-03-05T05:00"),  # Tuesday: by the end of Wednesday
        (ACH, "2026-03-05T23:00", "2026-03-10T04:00"),  # Thursday evening: leaves Friday, there on Monday
        (ACH, "2026-03-06T12:00", "2026-03-10T04:00"),
        (SAME_DAY, "2026-03-03T12:00", "2026-03-04T05:00"),
        (TARGET, "2026-04-02T12:00", "2026-04-07T22:00"),  # Maundy Thursday: there on Tuesday
        (Settlement(days=2, timezone="UTC"), "2026-03-06T12:00", "2026-03-11T00:00"),
    ],
)
def test_money_arrives_by_the_end_of_a_banking_day(settlement: Settlement, now: str, expected: str) -> None:
    assert at(expected) == arriving.expected(settlement, at(now))


def test_an_instant_rail_never_closes_and_takes_no_time() -> None:
    now = at("2026-12-25T03:00")

    assert arriving.cut_off(INSTANT, now) is None
    assert now == arriving.expected(INSTANT, now)


@given(some.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31)), some.sampled_from([ACH, TARGET, SAME_DAY]))
def test_the_cut_off_is_ahead_and_the_arrival_after_it(naive: datetime, settlement: Settlement) -> None:
    now = naive.replace(tzinfo=UTC)

    closes = arriving.cut_off(settlement, now)

    assert closes is not None
    assert now < closes < arriving.expected(settlement, now)
    assert (closes - now).days <= 6


def connection(*fees: ConnectionFee) -> Connection:
    """A connection with a fee schedule."""
    return Connection(fees=fees)


def euros(minor: int) -> Money:
    """An amount in euros."""
    return Money(currency_code="EUR", amount_minor=minor)


@pytest.mark.parametrize(
    ("minor", "points", "fee"), [(1000, 5, 1), (999, 5, 0), (1999, 5, 1), (10_000, 25, 25), (10**15, 10_000, 10**15)]
)
def test_half_a_cent_rounds_up(minor: int, points: int, fee: int) -> None:
    found = quote.fee(connection(ConnectionFee(currency_code="EUR", basis_points=points)), euros(minor), RAIL_SEPA)

    assert euros(fee) == found


def test_fixed_and_proportional_fees_add_up() -> None:
    fees = ConnectionFee(currency_code="EUR", fixed_minor=35, basis_points=10)

    assert euros(35 + 12) == quote.fee(connection(fees), euros(12_345), RAIL_SEPA)


def test_the_fee_of_the_rail_goes_before_that_of_every_rail() -> None:
    every = ConnectionFee(currency_code="EUR", rail=RAIL_UNSPECIFIED, fixed_minor=10)
    own = ConnectionFee(currency_code="EUR", rail=RAIL_SWIFT, fixed_minor=900)

    assert euros(900) == quote.fee(connection(every, own), euros(1), RAIL_SWIFT)
    assert euros(10) == quote.fee(connection(every, own), euros(1), RAIL_SEPA)


def test_a_fee_of_another_currency_is_not_charged() -> None:
    dollars = ConnectionFee(currency_code="USD", fixed_minor=10)

    assert euros(0) == quote.fee(connection(dollars), euros(1), RAIL_SEPA)
    assert euros(0) == quote.fee(connection(), euros(1), RAIL_SEPA)
