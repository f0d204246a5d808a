"""Which fields of a request have to be sent. protovalidate's rules hold for what is left out as well, where it is read
as a zero value: a string with `min_len: 1` has to be sent.

Rule: of a message that callers send, being asked for is told once, here; every other rule is told with the validation.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.meaning_bounds import Difference, Effect, differences, flat
from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.meaning_use import Way
from server.cli.contracts.review.model import Change, Verdict
from server.cli.contracts.review.options import Contracts
from server.cli.contracts.review.rules_rest import BY_ID

_MESSAGE, _GROUP = 11, 10
_REPEATED = 3
_STRING, _BYTES, _BOOL = 9, 12, 8
# Formats that an empty value has.
_EMPTY_IS_ONE = frozenset(("uri_ref", "KNOWN_REGEX_HTTP_HEADER_VALUE"))


def asked_for(contracts: Contracts, field: Element) -> frozenset[str]:
    """The rules by which a field has to be sent; none where it may be left out."""
    rules = flat(contracts.rules(field))
    ignored = rules.get("ignore", "")
    if ignored == "IGNORE_ALWAYS":
        return frozenset()
    if rules.get("required"):
        return frozenset(("required",))
    if field.kind is not Is.FIELD or ignored or _tells_absence(contracts, field):
        return frozenset()
    zero = _zero(contracts, field)
    return frozenset(path for path, asked in rules.items() if path in _REFUSES and _REFUSES[path](asked, zero))


def moved(comparison: Comparison, pair: Pair) -> tuple[str, tuple[Difference, ...]]:
    """`now` or `not` where a sent field became one that has to be sent or that may be left out, with the rules why."""
    if pair.before.kind not in (Is.FIELD, Is.ONEOF) or Way.SENT not in comparison.use.way(pair.before.parent):
        return "", ()
    before, after = asked_for(comparison.before, pair.before), asked_for(comparison.after, pair.after)
    if bool(before) == bool(after):
        return "", ()
    effect = Effect.FEWER if after else Effect.MORE
    found = differences(comparison.before.rules(pair.before), comparison.after.rules(pair.after))
    causes = before | after | {"ignore"}
    return "now" if after else "not", tuple(each for each in found if each.path in causes and each.effect is effect)


def required(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """A field that has to be sent from now on, or may be left out from now on."""
    which, causes = moved(comparison, pair)
    said = f" ({', '.join(each.said for each in causes)})" if causes else ""
    if which == "now":
        rule = BY_ID["REQUEST_FIELD_NOW_REQUIRED"]
        yield comparison.change(rule, pair, f"Requests have to set `{pair.before.short}` now{said}.")
    elif which == "not":
        rule = BY_ID["REQUEST_FIELD_NO_LONGER_REQUIRED"]
        answered = Way.ANSWERED in comparison.use.way(pair.before.parent)
        besides = " It may be missing in answers as well." if answered else ""
        detail = f"Requests may leave `{pair.before.short}` out now{said}.{besides}"
        yield comparison.change(rule, pair, detail, Verdict.NOTICE if answered else None)


def added(comparison: Comparison) -> Iterator[Change]:
    """New fields that have to be sent, in messages that callers send already."""
    for name, element in comparison.after.elements.items():
        if element.kind not in (Is.FIELD, Is.ONEOF) or name in comparison.before.elements:
            continue
        if element.parent not in comparison.before.elements or comparison.is_renamed(element):
            continue
        if Way.SENT in comparison.use.way(element.parent) and (causes := asked_for(comparison.after, element)):
            what = f"one of `{element.short}`" if element.kind is Is.ONEOF else f"the new field `{element.short}`"
            yield Change(
                BY_ID["REQUEST_FIELD_ADDED_REQUIRED"],
                name,
                f"Requests have to set {what} ({', '.join(sorted(causes))}).",
                after=comparison.after.text(element),
                after_place=comparison.after.place(element),
            )


def _tells_absence(contracts: Contracts, field: Element) -> bool:
    """Whether a field that is not sent can be told from one with a zero value, so that rules leave it alone."""
    proto = field.proto
    if proto.label == _REPEATED:
        return False
    explicit = contracts.files[field.file].syntax != "proto3"
    return explicit or proto.proto3_optional or proto.HasField("oneof_index") or proto.type in (_MESSAGE, _GROUP)


def _zero(contracts: Contracts, field: Element) -> Any:
    if field.proto.label == _REPEATED:
        return None
    return {_STRING: "", _BYTES: b"", _BOOL: False}.get(field.proto.type, 0)


def _unmatched(pattern: Any, zero: Any) -> bool:
    try:
        return isinstance(zero, str) and re.search(pattern, zero) is None
    except re.error:
        return False


def _number(asked: Any) -> float:
    """The bound of a number. Points in time are no numbers, and bind nothing that is left out."""
    return asked[0] if isinstance(asked[0], int | float) else 0


# Whether a rule refuses what stands for a field that is left out.
_REFUSES: Mapping[str, Callable[[Any, Any], bool]] = {
    "min_len": lambda asked, zero: True,
    "min_bytes": lambda asked, zero: True,
    "min_items": lambda asked, zero: True,
    "min_pairs": lambda asked, zero: True,
    "in": lambda asked, zero: zero is not None and zero not in asked,
    "not_in": lambda asked, zero: zero in asked,
    "from": lambda asked, zero: _number(asked) > 0 or asked == (0, True),
    "to": lambda asked, zero: _number(asked) < 0 or asked == (0, False),
    "pattern": _unmatched,
    "prefix": lambda asked, zero: True,
    "suffix": lambda asked, zero: True,
    "contains": lambda asked, zero: True,
    "format": lambda asked, zero: asked not in _EMPTY_IS_ONE,
}
