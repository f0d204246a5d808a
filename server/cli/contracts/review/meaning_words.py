"""Comments, and what else of a declaration only people notice: order, imports, reserved numbers.

Rule: words that say what happens to callers who say nothing (a default, an enum's zero value) are more than words.
"""

import re
from collections.abc import Iterator
from typing import Any

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.model import Change
from server.cli.contracts.review.rules_meaning import BY_ID

_DEFAULT = re.compile(r"\b(?:default(?:s| is|s to|: | of)?(?: to)?)\s+`?([\w.:/-]*[\w])`?", re.IGNORECASE)
# Words that stand after `default` and are no value.
_NO_VALUE = frozenset(("and", "for", "in", "is", "it", "of", "one", "or", "that", "the", "to", "where", "which"))
# What a declaration lists, by the kind of what lists it.
_LISTS = {
    Is.FILE: ("service", "message_type", "enum_type", "extension"),
    Is.MESSAGE: ("field", "oneof_decl", "nested_type", "enum_type", "extension"),
    Is.ENUM: ("value",),
    Is.SERVICE: ("method",),
}


def words(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """A changed comment. A released image has no comments, so that nothing is known of them."""
    if not (comparison.before.commented and comparison.after.commented):
        return
    before, after = comparison.before.comment(pair.before), comparison.after.comment(pair.after)
    if before == after:
        return
    old, new = _defaults(before), _defaults(after)
    if old and new and old != new:
        rule, detail = "DOCUMENTED_DEFAULT_CHANGED", f"The default was {_listed(old)} and is {_listed(new)}."
    elif pair.before.kind is Is.VALUE and pair.before.proto.number == 0 and before and after:
        rule, detail = "ENUM_ZERO_MEANING_CHANGED", f"“{_first(before)}” became “{_first(after)}”"
    elif not before or not after:
        rule, detail = "COMMENT_CHANGED", "A comment was added." if after else "The comment was removed."
    else:
        rule, detail = "COMMENT_CHANGED", "The comment is worded differently."
    yield comparison.change(BY_ID[rule], pair, detail)


def _defaults(comment: str) -> tuple[str, ...]:
    return tuple(found for found in _DEFAULT.findall(comment) if found.lower() not in _NO_VALUE)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _first(comment: str) -> str:
    return comment.split("\n\n", 1)[0].replace("\n", " ")


def order(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Parts that both sides have, in another order."""
    moved = []
    for name in _LISTS.get(pair.before.kind, ()):
        old, new = _names(pair.before, name), _names(pair.after, name)
        both = set(old) & set(new)
        if [each for each in old if each in both] != [each for each in new if each in both]:
            moved.append(name)
    if moved:
        yield comparison.change(BY_ID["DECLARATIONS_REORDERED"], pair, "Its parts stand in another order.")


def _names(element: Element, name: str) -> list[str]:
    return [each.name for each in getattr(element.proto, name)]


def imports(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Imports of a file in which nothing else changed; otherwise they follow what did."""
    old, new = (_without_imports(each) for each in (pair.before, pair.after))
    if old == new:
        before, after = set(pair.before.proto.dependency), set(pair.after.proto.dependency)
        parts = [f"`{each}` is imported now" for each in sorted(after - before)]
        parts += [f"`{each}` is no longer imported" for each in sorted(before - after)]
        detail = "; ".join(parts) or "they stand in another order"
        yield comparison.change(BY_ID["IMPORTS_CHANGED"], pair, f"{detail[0].upper()}{detail[1:]}.")


def _without_imports(file: Element) -> bytes:
    copy = type(file.proto)()
    copy.CopyFrom(file.proto)
    copy.ClearField("dependency")
    copy.ClearField("source_code_info")
    return bytes(copy.SerializeToString(deterministic=True))


def reserved(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Numbers and names that nobody may use any more. That some may be used again is for buf to say."""
    new = sorted(_reserved(pair.after) - _reserved(pair.before))
    if new:
        said = ", ".join(f"`{name}`" for name in new)
        yield comparison.change(BY_ID["RESERVED_ADDED"], pair, f"Reserved now: {said}.")


def _reserved(element: Element) -> set[str]:
    # Ends of a message's ranges are excluded, those of an enum's are included (google/protobuf/descriptor.proto).
    last = 1 if element.kind is Is.MESSAGE else 0
    ranges = {
        f"{each.start}" if each.start == each.end - last else f"{each.start} to {each.end - last}"
        for each in element.proto.reserved_range
    }
    return ranges | set(element.proto.reserved_name)


def extensions(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Numbers that extensions may use. That some no longer may is for buf to say."""
    old = pair.before.proto.extension_range
    new = [each for each in pair.after.proto.extension_range if not any(_holds(other, each) for other in old)]
    if new:
        said = ", ".join(f"{each.start} to {each.end - 1}" for each in new)
        yield comparison.change(BY_ID["DECLARATION_CHANGED"], pair, f"Extensions may use {said} now.")


def _holds(old: Any, new: Any) -> bool:
    return bool(old.start <= new.start and new.end <= old.end and old.options == new.options)
