"""What a comparison says of two results, field by field. Pure tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison, ShadowResult
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import Rail
from server.platform.shadow.compare import COST, FORMAT, INCOMPARABLE, NONE, OUTCOME, TIMING, compare, differing
from server.platform.shadow.held import found

ACCEPTED = comparing.SHADOW_OUTCOME_ACCEPTED
REFUSED = comparing.SHADOW_OUTCOME_REFUSED
WOULD_SEND = comparing.SHADOW_OUTCOME_WOULD_SEND
NOT_ASKED = comparing.SHADOW_OUTCOME_NOT_ASKED
NOT_UNDERSTOOD = comparing.SHADOW_OUTCOME_NOT_UNDERSTOOD
NOT_KNOWN = comparing.SHADOW_OUTCOME_UNSPECIFIED

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def euros(minor: int, currency: str = "EUR") -> Money:
    return Money(currency_code=currency, amount_minor=minor)


def result(outcome: int = ACCEPTED, *, at: datetime = MONDAY, seconds: float = 0.4, **changes: Any) -> ShadowResult:
    """A result with everything in it."""
    values: dict[str, Any] = {
        "amount": euros(12_34),
        "rail": Rail.RAIL_SEPA,
        "statement_text": "INVOICE 117",
        "fee": euros(25),
        **changes,
    }
    made = ShadowResult(outcome=outcome, **values)  # type: ignore[arg-type] # an outcome
    made.expected_time.FromDatetime(at)
    made.latency.FromMilliseconds(int(seconds * 1000))
    return made


def compared(primary: ShadowResult, shadow: ShadowResult, *, rehearsal: bool = True) -> ShadowComparison:
    made = ShadowComparison(primary=primary, shadow=shadow, rehearsal=rehearsal)
    compare(made)
    return made


def test_two_that_are_the_same_differ_in_nothing() -> None:
    made = compared(result(), result())

    assert NONE == made.difference_class
    assert [] == differing(made)
    assert {"outcome", "amount", "rail", "statement_text", "fee", "expected_day", "latency"} == {
        each.field for each in made.differences
    }


@pytest.mark.parametrize(
    ("shadow", "fields", "kind"),
    [
        (result(amount=euros(12_35)), ["amount"], OUTCOME),
        (result(amount=euros(12_34, "USD")), ["amount"], OUTCOME),
        (result(rail=Rail.RAIL_SWIFT), ["rail"], OUTCOME),
        (result(statement_text="INVOICE"), ["statement_text"], FORMAT),
        (result(statement_text=""), ["statement_text"], FORMAT),
        (result(fee=euros(26)), ["fee"], COST),
        (result(at=MONDAY + timedelta(days=1)), ["expected_day"], TIMING),
        (result(at=MONDAY + timedelta(hours=14)), [], NONE),
        (result(seconds=1.3), [], NONE),
        (result(seconds=1.5), ["latency"], TIMING),
        (result(statement_text="x", fee=euros(1), at=MONDAY + timedelta(days=3)),
         ["statement_text", "fee", "expected_day"], COST),
    ],
)  # fmt: skip
def test_a_field_that_differs_is_named_and_the_weightiest_class_counts(
    shadow: ShadowResult, fields: list[str], kind: int
) -> None:
    made = compared(result(), shadow)

    assert fields == differing(made)
    assert kind == made.difference_class


@pytest.mark.parametrize(
    ("primary", "shadow", "kind"),
    [
        (ACCEPTED, ACCEPTED, NONE),
        (ACCEPTED, WOULD_SEND, NONE),
        (REFUSED, REFUSED, NONE),
        (ACCEPTED, REFUSED, OUTCOME),
        (REFUSED, ACCEPTED, OUTCOME),
        (REFUSED, WOULD_SEND, INCOMPARABLE),
        (ACCEPTED, NOT_ASKED, INCOMPARABLE),
        (ACCEPTED, NOT_UNDERSTOOD, INCOMPARABLE),
        (ACCEPTED, NOT_KNOWN, INCOMPARABLE),
        (NOT_KNOWN, WOULD_SEND, INCOMPARABLE),
        (NOT_KNOWN, REFUSED, INCOMPARABLE),
    ],
)
def test_what_cannot_be_told_is_incomparable_and_no_difference(primary: int, shadow: int, kind: int) -> None:
    made = compared(result(primary), result(shadow))

    assert kind == made.difference_class
    if kind == INCOMPARABLE:
        assert [] == differing(made)


def test_two_refusals_are_compared_by_their_reasons() -> None:
    mine = result(REFUSED, reason="ACCOUNT_CLOSED", provider_reason_code="R02")

    other_code = compared(mine, result(REFUSED, reason="ACCOUNT_CLOSED", provider_reason_code="AC04"))
    other_reason = compared(mine, result(REFUSED, reason="DUPLICATE", provider_reason_code="AM05"))

    assert (["code"], FORMAT) == (differing(other_code), other_code.difference_class)
    assert (["reason", "code"], OUTCOME) == (differing(other_reason), other_reason.difference_class)


def test_what_one_side_does_not_tell_is_no_difference() -> None:
    silent = ShadowResult(outcome=WOULD_SEND, rail=Rail.RAIL_SEPA)

    made = compared(result(), silent)

    assert NONE == made.difference_class
    assert [] == differing(made)


def test_without_a_rehearsal_latency_is_not_compared() -> None:
    made = compared(result(seconds=0.1), result(WOULD_SEND, seconds=9), rehearsal=False)

    assert INCOMPARABLE == next(each for each in made.differences if each.field == "latency").difference_class
    assert NONE == made.difference_class


def test_comparing_again_replaces_what_was_found_before() -> None:
    made = compared(result(), result(fee=euros(26)))
    made.primary.outcome = REFUSED
    compare(made)

    assert ["outcome"] == differing(made)
    assert OUTCOME == made.difference_class


ASKED = ShadowResult(amount=euros(12_340), statement_text="Invoice 2026-117")


@pytest.mark.parametrize(
    ("leaves", "amount"),
    [
        ([("amount", "12340")], 12_340),
        ([("amount", "123.40")], 12_340),
        ([("amount", "123.4"), ("priority", "1")], 12_340),
        ([("amount", "1234000")], 1_234_000),
        ([("amount", "1234")], 123_400),
        ([("name", "Zebedee")], None),
        ([("amount", "99")], None),
        ([("note", "NaN"), ("other", "Infinity")], None),
    ],
)
def test_the_amount_is_found_in_a_request_by_its_value(leaves: list[tuple[str, str]], amount: int | None) -> None:
    seen = found(ASKED, leaves)

    assert amount == (seen.amount.amount_minor if seen.HasField("amount") else None)


def test_a_round_amount_is_not_found_by_chance() -> None:
    asked = ShadowResult(amount=euros(100))

    assert not found(asked, [("priority", "10"), ("retries", "1000")]).HasField("amount")
    assert 100 == found(asked, [("priority", "10"), ("value", "1.00")]).amount.amount_minor


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Invoice 2026-117", "Invoice 2026-117"),
        ("INVOICE 2026 117", "INVOICE 2026 117"),
        ("Invoice 20", "Invoice 20"),
        ("Re: Invoice 2026-117", "Re: Invoice 2026-117"),
        ("Something else", ""),
        ("In", ""),
    ],
)
def test_the_statement_text_is_found_whole_cut_or_written_otherwise(text: str, told: str) -> None:
    assert told == found(ASKED, [("amount", "12340"), ("descriptor", text)]).statement_text


def test_a_text_in_a_request_that_moves_no_money_says_nothing() -> None:
    seen = found(ASKED, [("name", "Invoice 2026-117")])

    assert "" == seen.statement_text
    assert not seen.HasField("amount")
