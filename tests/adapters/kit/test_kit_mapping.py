"""Tables, amounts and times."""

import random
from decimal import Decimal

import pytest

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import (
    MINOR_LIMIT,
    decimal_text,
    decimals,
    document,
    minor_units,
    money,
    money_from_decimal,
    text,
    timestamp,
    translate,
    translate_optional,
)


def test_a_word_is_translated_and_an_unknown_one_names_its_table() -> None:
    assert 1 == translate({"paid": 1}, "paid", "transfer.status")
    with pytest.raises(Unmapped, match=r"transfer\.status = 'lost'"):
        translate({"paid": 1}, "lost", "transfer.status")


@pytest.mark.parametrize("word", [None, 1, True, ["paid"], {"paid": 1}, "", "Paid", " paid"])
def test_only_the_exact_word_counts(word: object) -> None:
    with pytest.raises(Unmapped):
        translate({"paid": 1}, word, "status")


def test_where_nothing_is_said_the_default_holds_and_an_unknown_word_is_still_loud() -> None:
    assert [0, 0, 1] == [translate_optional({"a": 1}, word, "code", 0) for word in (None, "", "a")]
    with pytest.raises(Unmapped):
        translate_optional({"a": 1}, "b", "code", 0)


@pytest.mark.parametrize(
    ("currency", "minor", "written"),
    [
        ("EUR", 1050, "10.50"),
        ("EUR", 5, "0.05"),
        ("EUR", -5, "-0.05"),
        ("EUR", 0, "0.00"),
        ("JPY", 1050, "1050"),
        ("JPY", 0, "0"),
        ("KWD", 1050, "1.050"),
        ("BHD", 1, "0.001"),
        ("CLF", 12345, "1.2345"),
        ("USD", 10**15, "10000000000000.00"),
    ],
)
def test_minor_units_are_written_and_read_with_the_currency_s_decimals(currency: str, minor: int, written: str) -> None:
    assert written == decimal_text(minor, currency)
    assert minor == minor_units(written, currency)
    assert minor == minor_units(Decimal(written), currency)


def test_random_amounts_survive_the_way_there_and_back() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chosen = random.Random(seed)
    for _ in range(500):
        currency = chosen.choice(["EUR", "JPY", "KWD", "CLF", "USD", "ISK", "TND"])
        minor = chosen.randint(-MINOR_LIMIT, MINOR_LIMIT)
        assert minor == minor_units(decimal_text(minor, currency), currency)


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("10.505", "EUR"),
        ("10.5", "JPY"),
        ("1.0005", "KWD"),
        (10.5, "EUR"),
        (True, "EUR"),
        (None, "EUR"),
        ("", "EUR"),
        ("1e3", "EUR"),
        ("1,000.00", "EUR"),
        (" 1.00", "EUR"),
        ("1.", "EUR"),
        (".5", "EUR"),
        ("+1", "EUR"),
        ("NaN", "EUR"),
        (Decimal("Infinity"), "EUR"),
        (Decimal("1e999999"), "EUR"),
        ("١.00", "EUR"),
        ("99999999999999999.00", "EUR"),
        ("10.00", "XXX"),
        ("10.00", "eur"),
        ("10.00", "DEM"),
    ],
)
def test_an_amount_without_an_exact_meaning_is_loud(value: object, currency: str) -> None:
    with pytest.raises(Unmapped):
        minor_units(value, currency)


def test_trailing_zeros_beyond_the_currency_s_decimals_are_exact() -> None:
    assert 1050 == minor_units("10.5000", "EUR")
    assert 1050 == minor_units("1050.00", "JPY")
    assert 1050 == minor_units(1050, "JPY")


@pytest.mark.parametrize("value", [10.0, "1050", True, None, Decimal(1050), 10**15 + 1])
def test_minor_units_are_whole_numbers(value: object) -> None:
    with pytest.raises(Unmapped):
        money(value, "EUR")


def test_money_takes_a_currency_in_lower_case() -> None:
    assert ("JPY", 7) == (money(7, "jpy").currency_code, money_from_decimal("7", "jpy").amount_minor)


@pytest.mark.parametrize("currency", ["XXX", "XAU", "", "EU", None, 978])
def test_what_is_no_currency_is_loud(currency: object) -> None:
    with pytest.raises(Unmapped):
        money(1, currency)


def test_iso_4217_says_how_many_decimals() -> None:
    assert [2, 0, 3, 4] == [decimals(each) for each in ("EUR", "JPY", "KWD", "CLF")]


@pytest.mark.parametrize(
    "value", ["2026-11-20T10:30:00+01:00", "2026-11-20T09:30:00Z", "2026-11-20T09:30:00.000Z", 1795167000]
)
def test_times_are_read_with_their_offset(value: object) -> None:
    stamp = timestamp(value, "time")

    assert stamp is not None
    assert 1795167000 == stamp.seconds


@pytest.mark.parametrize("value", ["2026-11-20T09:30:00", "yesterday", True, [], 10**20, "0000-00-00"])
def test_a_time_that_cannot_be_placed_is_loud(value: object) -> None:
    with pytest.raises(Unmapped):
        timestamp(value, "time")


def test_no_time_is_none() -> None:
    assert timestamp(None, "time") is None
    assert timestamp("", "time") is None


@pytest.mark.parametrize("value", [None, "", 1, []])
def test_text_that_is_missing_is_loud(value: object) -> None:
    with pytest.raises(Unmapped):
        text(value, "id")


def test_documents_have_no_floats() -> None:
    assert {"a": Decimal("0.10"), "b": 1} == document(b'{"a": 0.10, "b": 1}', "body")
    for content in (b"", b"{", b"NaN", b"\xff", b"[" * 100_000, b"<html>", b"1" * 5000):
        with pytest.raises(Unmapped):
            document(content, "body")
