"""What buf cannot know of its own findings: that something has ended as announced, and what JSON makes of a change.

Rule: a finding stays a finding. It is judged more mildly only where callers were told the day, and the day has come.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from server.cli.contracts.review import options
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.meaning_use import reach_of
from server.cli.contracts.review.model import Change, Side, Verdict
from server.cli.contracts.review.options import Contracts

# How values of a type stand in JSON (https://protobuf.dev/programming-guides/json). Other types are objects.
_JSON: Mapping[str, str] = {
    **dict.fromkeys(("int32", "uint32", "sint32", "fixed32", "sfixed32", "float", "double"), "a number"),
    **dict.fromkeys(("int64", "uint64", "sint64", "fixed64", "sfixed64"), "a number in a string"),
    "bool": "true or false",
    "string": "a string",
    "bytes": "base64 in a string",
    "google.protobuf.Timestamp": "a time in a string",
    "google.protobuf.Duration": "seconds in a string",
    "google.protobuf.FieldMask": "names in a string",
}
_REMOVED = "_NO_DELETE"


def judge(changes: Iterable[Change], before: Side, after: Side, today: date | None = None) -> None:
    """Add to buf's findings, in place, what they mean over HTTP, and how they are judged after a sunset."""
    day = (today or datetime.now(UTC).date()).isoformat()
    old, new = options.read(before), options.read(after)
    ended: Mapping[str, str] | None = None
    for change in changes:
        if change.rule.id.endswith(_REMOVED):
            ended = _ended(old, day) if ended is None else ended
            if change.element in ended and change.element not in new.elements:
                change.verdict = Verdict.NOTICE
                change.detail += f" It was to end on {ended[change.element]}, as callers were told."
        elif words := _in_json(change, old, new):
            change.detail += f" {words}"


def _ended(contracts: Contracts, day: str) -> Mapping[str, str]:
    """What was to end by a day, with its sunset: RPCs and fields, and whatever serves nothing else."""
    found = {
        element.name: sunset
        for element in contracts.of(Is.RPC, Is.FIELD)
        if (sunset := contracts.stability(element).get("sunset", "")) and sunset <= day
    }
    over = [element for element in contracts.of(Is.RPC) if element.name in found]
    if over:
        living = [rpc for rpc in contracts.of(Is.RPC) if rpc.name not in found]
        kept = reach_of(contracts, living, events=True)
        latest = max(found[rpc.name] for rpc in over)
        for name in reach_of(contracts, over, events=False) - kept:
            found[name] = latest
        for kind in (Is.SERVICE, Is.FILE):
            found.update((holder, latest) for holder, parts in _held(contracts, kind).items() if parts <= found.keys())
    return found


def _held(contracts: Contracts, kind: Is) -> Mapping[str, set[str]]:
    """What services, or files, consist of."""
    held: dict[str, set[str]] = {}
    wanted = (Is.RPC,) if kind is Is.SERVICE else (Is.SERVICE, Is.MESSAGE, Is.ENUM, Is.OPTION)
    for element in contracts.of(*wanted):
        if kind is Is.SERVICE or element.parent == element.package:
            held.setdefault(element.parent if kind is Is.SERVICE else element.file, set()).add(element.name)
    return held


def _in_json(change: Change, before: Contracts, after: Contracts) -> str:
    """What a finding means to callers who send and read JSON."""
    rule = change.rule.id
    if rule == "ENUM_VALUE_SAME_NAME":
        return "In JSON the value travels by its name: callers who send the old one are refused."
    old, new = before.elements.get(change.element), after.elements.get(change.element)
    if rule == "FIELD_SAME_NAME":
        return "In JSON answers hold the field under the new name only."
    if old is None or new is None or old.kind is not Is.FIELD or new.kind is not Is.FIELD:
        return ""
    if rule == "FIELD_SAME_TYPE":
        forms = _form(before, old), _form(after, new)
        return f"In JSON it was {forms[0]} and is {forms[1]}." if forms[0] != forms[1] else "In JSON it looks the same."
    if rule == "FIELD_SAME_CARDINALITY":
        return _presence(before.label_of(old), after.label_of(new))
    return ""


def _form(contracts: Contracts, field: Element) -> str:
    kind = contracts.type_of(field)
    if kind in _JSON:
        return _JSON[kind]
    known = contracts.elements.get(kind)
    return "a name in a string" if known is not None and known.kind is Is.ENUM else "an object"


def _presence(before: str, after: str) -> str:
    lists = {"repeated": "a list", "map": "an object"}
    if before in lists or after in lists:
        return f"In JSON it was {lists.get(before, 'a single value')} and is {lists.get(after, 'a single value')}."
    if after == "optional":
        return "In JSON it always stood in the answer, and is missing now where it is not set."
    return "In JSON it was missing where it was not set, and always stands in the answer now."
