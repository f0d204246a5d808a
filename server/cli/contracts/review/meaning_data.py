"""What a field tells of a person, which event a message is the data of, and the words of an error reason.

Rule: more that is hidden surprises readers of logs, less that is hidden may surprise everybody: both are told.
"""

from collections.abc import Callable, Iterator, Mapping

from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.meaning_use import Way
from server.cli.contracts.review.model import Change, Verdict
from server.cli.contracts.review.rules_meaning import BY_ID

Handler = Callable[[Comparison, Pair], Iterator[Change]]

# How much of a value is kept from readers.
_RANKS = {
    "": 0,
    "PERSONAL": 1,
    "ACCOUNT_NUMBER": 2,
    "PAN": 2,
    "DOCUMENT": 3,
    "SECRET": 4,
    "CREDENTIAL": 5,
}
_ERROR = "corridor.options.v1.error"


def sensitivity(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The sensitivity of a field."""
    before = comparison.before.sensitivity(pair.before).removeprefix("SENSITIVITY_")
    after = comparison.after.sensitivity(pair.after).removeprefix("SENSITIVITY_")
    if before == after:
        return
    detail = f"The sensitivity changed from {before or 'none'} to {after or 'none'}."
    old, new = _RANKS.get(before), _RANKS.get(after)
    verdict = None
    if old is None or new is None or old == new:
        rule = "SENSITIVITY_CHANGED"
    elif new > old:
        rule = "SENSITIVITY_RAISED"
        # A credential is never returned, a secret once (corridor/options/v1/field.proto).
        if after in ("CREDENTIAL", "SECRET") and Way.ANSWERED in comparison.use.way(pair.before.parent):
            verdict = Verdict.BREAKING
            detail += " Answers no longer show it."
    else:
        rule = "SENSITIVITY_LOWERED"
    yield comparison.change(BY_ID[rule], pair, detail, verdict)


def event(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The event whose data a message is."""
    before, after = comparison.before.event(pair.before), comparison.after.event(pair.after)
    if before and after:
        rule, detail = "EVENT_TYPE_CHANGED", f"The event's type changed from `{before}` to `{after}`."
    elif before:
        rule, detail = "EVENT_TYPE_REMOVED", f"It is no longer the data of `{before}`."
    else:
        rule, detail = "EVENT_TYPE_ADDED", f"It is the data of `{after}` now."
    yield comparison.change(BY_ID[rule], pair, detail)


def reason_text(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The words of an error reason."""
    before, after = comparison.before.error(pair.before), comparison.after.error(pair.after)
    said = [
        f"`{name}` changed from “{before.get(name, '')}” to “{after.get(name, '')}”"
        for name in ("title", "suggested_action")
        if before.get(name, "") != after.get(name, "")
    ]
    yield comparison.change(BY_ID["REASON_TEXT_CHANGED"], pair, f"{'; '.join(said)}.")


HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("corridor.options.v1.sensitivity", ""): sensitivity,
    ("corridor.options.v1.event", "type"): event,
    (_ERROR, "title"): reason_text,
    (_ERROR, "suggested_action"): reason_text,
}
