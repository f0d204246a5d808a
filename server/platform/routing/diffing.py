"""What differs between two sets of rules, by the rules' names: new, gone, moved, and field by field. Pure; no I/O."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf import json_format

from corridor.routing.v1 import routing_diff_pb2
from corridor.routing.v1.routing_diff_pb2 import RoutingDiff, RoutingFieldDiff, RoutingRuleDiff
from corridor.routing.v1.routing_policy_pb2 import RoutingRule

_ADDED = routing_diff_pb2.ROUTING_RULE_CHANGE_ADDED
_REMOVED = routing_diff_pb2.ROUTING_RULE_CHANGE_REMOVED
_CHANGED = routing_diff_pb2.ROUTING_RULE_CHANGE_CHANGED
_SHOWN_CHARACTERS = 200  # of a value in a line


def diff(before: Sequence[RoutingRule], after: Sequence[RoutingRule]) -> RoutingDiff:
    """What differs, in the order of the newer rules; those that are gone come last."""
    was = {rule.name: (number, rule) for number, rule in enumerate(before, 1)}
    there = {rule.name for rule in after}
    moved = _moved([was[rule.name][0] for rule in after if rule.name in was])
    found = RoutingDiff()
    for number, rule in enumerate(after, 1):
        if rule.name not in was:
            found.rules.add(name=rule.name, change=_ADDED, number_after=number)
            continue
        number_before, old = was[rule.name]
        fields = list(_fields("", _plain(old), _plain(rule)))
        if fields or number_before in moved:
            found.rules.add(
                name=rule.name,
                change=_CHANGED,
                number_before=number_before,
                number_after=number,
                moved=number_before in moved,
                fields=fields,
            )
    for name, (number, _) in was.items():
        if name not in there:
            found.rules.add(name=name, change=_REMOVED, number_before=number)
    rules = {rule.name: rule for rule in (*before, *after)}
    found.lines.extend(line for each in found.rules for line in _lines(each, rules[each.name]))
    return found


def _moved(order: Sequence[int]) -> frozenset[int]:
    """Those whose order differs: the fewest that have to be moved to come from the older order to the newer."""
    # The longest run that is still in order stays (patience sorting); everything else has moved.
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, number in enumerate(order):
        place = bisect_left(tails, number)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [number]
        ends[place : place + 1] = [index]
    kept, index = set(), ends[-1] if ends else -1
    while index >= 0:
        kept.add(order[index])
        index = before[index]
    return frozenset(order) - kept


def _plain(rule: RoutingRule) -> Mapping[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(rule, preserving_proto_field_name=True)
    if rule.HasField("feature"):
        found["feature"].setdefault("percent", 0)  # the word of a kill switch, which JSON leaves out
    return found


def _fields(path: str, before: Any, after: Any) -> Iterator[RoutingFieldDiff]:
    """Every leaf that differs. Lists of plain values are leaves; lists of messages are compared place by place."""
    if before == after:
        return
    if isinstance(before or after, dict) and isinstance(after or before, dict):
        before, after = before or {}, after or {}
        for name in dict.fromkeys((*before, *after)):
            yield from _fields(f"{path}.{name}" if path else name, before.get(name), after.get(name))
    elif _is_messages(before) or _is_messages(after):
        before, after = before or [], after or []
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else None
            new = after[index] if index < len(after) else None
            yield from _fields(f"{path}[{index}]", old, new)
    else:
        yield RoutingFieldDiff(path=path, before=_text(before), after=_text(after))


def _is_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _lines(found: RoutingRuleDiff, rule: RoutingRule) -> Iterator[str]:
    if found.change == _ADDED:
        yield f"+ {found.number_after}. {found.name}: {_short(json.dumps(_plain(rule), ensure_ascii=False))}"
    elif found.change == _REMOVED:
        yield f"- {found.number_before}. {found.name}"
    else:
        place = f" moved from {found.number_before}. to {found.number_after}." if found.moved else ""
        yield f"~ {found.number_after}. {found.name}{place}"
        for field in found.fields:
            yield f"    {field.path}: {_short(field.before) or '(not set)'} -> {_short(field.after) or '(not set)'}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
