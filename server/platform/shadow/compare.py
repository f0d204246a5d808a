"""Field by field: what came of something over the connection that was used, and where it was tried. Pure.

Rule: what only one side tells is incomparable, and no difference. Where the outcome is, the whole comparison is.
"""

from collections.abc import Iterator
from datetime import UTC

from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison, ShadowDifference, ShadowResult
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import Rail

INCOMPARABLE = comparing.SHADOW_DIFFERENCE_CLASS_INCOMPARABLE
NONE = comparing.SHADOW_DIFFERENCE_CLASS_NONE
FORMAT = comparing.SHADOW_DIFFERENCE_CLASS_FORMAT
TIMING = comparing.SHADOW_DIFFERENCE_CLASS_TIMING
COST = comparing.SHADOW_DIFFERENCE_CLASS_COST
OUTCOME = comparing.SHADOW_DIFFERENCE_CLASS_OUTCOME

ACCEPTED = comparing.SHADOW_OUTCOME_ACCEPTED
REFUSED = comparing.SHADOW_OUTCOME_REFUSED
WOULD_SEND = comparing.SHADOW_OUTCOME_WOULD_SEND

SLOWER_BY = 2.0
"""How many times as long the shadow may take before that is a difference of timing; a second more is always fine."""
_SLACK_SECONDS = 1.0

Class = comparing.ShadowDifferenceClass


def compare(comparison: ShadowComparison) -> None:
    """Fill in the differences and their class from the two results in it."""
    del comparison.differences[:]
    comparison.differences.extend(_differences(comparison.primary, comparison.shadow, comparison.rehearsal))
    classes = [each.difference_class for each in comparison.differences]
    unknown = comparison.differences[0].difference_class == INCOMPARABLE  # the outcome
    comparison.difference_class = INCOMPARABLE if unknown else max(NONE, *classes)


def differing(comparison: ShadowComparison) -> list[str]:
    """The names of the fields that differ."""
    if comparison.difference_class == INCOMPARABLE:
        return []
    return [each.field for each in comparison.differences if each.difference_class > NONE]


def _differences(primary: ShadowResult, shadow: ShadowResult, rehearsal: bool) -> Iterator[ShadowDifference]:
    outcome = _outcome(primary, shadow)
    yield outcome
    if outcome.difference_class == INCOMPARABLE:
        return
    if REFUSED == primary.outcome == shadow.outcome:
        yield _plain("reason", primary.reason, shadow.reason, OUTCOME)
        yield _plain("code", primary.provider_reason_code, shadow.provider_reason_code, FORMAT)
    if REFUSED in (primary.outcome, shadow.outcome):
        return  # what one would have paid says nothing where the other pays nothing
    yield _money("amount", primary, shadow, OUTCOME)
    if primary.rail or shadow.rail:
        yield _plain("rail", _rail(primary), _rail(shadow), OUTCOME)
    if primary.statement_text and shadow.HasField("amount"):
        same = primary.statement_text == shadow.statement_text
        yield _difference("statement_text", NONE if same else FORMAT, primary.statement_text, shadow.statement_text)
    yield _money("fee", primary, shadow, COST)
    yield _plain("expected_day", _day(primary), _day(shadow), TIMING)
    yield _latency(primary, shadow, rehearsal)


def _outcome(primary: ShadowResult, shadow: ShadowResult) -> ShadowDifference:
    known = (ACCEPTED, REFUSED)
    taken = ACCEPTED if shadow.outcome == WOULD_SEND else shadow.outcome
    if primary.outcome not in known or taken not in known:
        found = INCOMPARABLE
    elif shadow.outcome == WOULD_SEND and primary.outcome == REFUSED:
        found = INCOMPARABLE  # how the request would have been answered is what the withheld one would have told
    else:
        found = NONE if primary.outcome == taken else OUTCOME
    return _difference("outcome", found, _word(primary), _word(shadow))


def _money(field: str, primary: ShadowResult, shadow: ShadowResult, otherwise: "Class.ValueType") -> ShadowDifference:
    if not (primary.HasField(field) and shadow.HasField(field)):  # type: ignore[arg-type] # names of the message's own
        return _difference(field, INCOMPARABLE, _amount(primary, field), _amount(shadow, field))
    mine, theirs = _amount(primary, field), _amount(shadow, field)
    return _difference(field, NONE if mine == theirs else otherwise, mine, theirs)


def _plain(field: str, primary: str, shadow: str, otherwise: "Class.ValueType") -> ShadowDifference:
    if not (primary and shadow):
        return _difference(field, INCOMPARABLE if primary or shadow else NONE, primary, shadow)
    return _difference(field, NONE if primary == shadow else otherwise, primary, shadow)


def _latency(primary: ShadowResult, shadow: ShadowResult, rehearsal: bool) -> ShadowDifference:
    """Only where everything was sent do both have done the same."""
    mine, theirs = (each.latency.ToNanoseconds() / 1e9 for each in (primary, shadow))
    if not rehearsal or not (mine and theirs):
        found = INCOMPARABLE
    else:
        found = TIMING if theirs > max(mine * SLOWER_BY, mine + _SLACK_SECONDS) else NONE
    return _difference("latency", found, _seconds(mine), _seconds(theirs))


def _difference(field: str, found: "Class.ValueType", primary: str, shadow: str) -> ShadowDifference:
    return ShadowDifference(field=field, difference_class=found, primary_value=primary, shadow_value=shadow)


def _word(result: ShadowResult) -> str:
    return comparing.ShadowOutcome.Name(result.outcome).removeprefix("SHADOW_OUTCOME_").lower()


def _amount(result: ShadowResult, field: str) -> str:
    if not result.HasField(field):  # type: ignore[arg-type] # names of the message's own
        return ""
    money: Money = getattr(result, field)
    return f"{money.currency_code} {money.amount_minor}"


def _rail(result: ShadowResult) -> str:
    return Rail.Name(result.rail).removeprefix("RAIL_").lower() if result.rail else ""


def _day(result: ShadowResult) -> str:
    return f"{result.expected_time.ToDatetime(UTC):%Y-%m-%d}" if result.HasField("expected_time") else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds else ""
