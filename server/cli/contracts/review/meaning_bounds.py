"""What a changed validation rule does to the values that are allowed: fewer, more, or others.

Rule: both sides are first written in one way (`len: 5` is `min_len: 5` and `max_len: 5`), then compared rule by rule;
where it cannot be seen that the old values are still allowed, they count as not allowed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from server.cli.contracts.review.meaning_patterns import widens

Plain = Mapping[str, Any]


class Effect(Enum):
    """What became of the allowed values."""

    FEWER = "fewer"
    MORE = "more"
    OTHERS = "others"
    TEXT = "text"
    """The same values are allowed; only words differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that differs, with what it says on both sides; None where it says nothing."""

    path: str
    before: Any
    after: Any
    effect: Effect

    @property
    def said(self) -> str:
        """For people: `max_len 140 → 100`."""
        name = self.path.rpartition(".")[2]
        path = self.path.removesuffix(name) + _NAMES.get(name, name)
        return f"{path} {_shown(self.before, name)} → {_shown(self.after, name)}"


_NAMES = {"from": "lowest", "to": "highest", "lax": "not strict"}

# Formats of strings and bytes, of which one at most is asked for, with those that allow more.
_WIDER: Mapping[str, tuple[str, ...]] = {
    "ipv4": ("ip", "address"),
    "ipv6": ("ip", "address"),
    "ip": ("address",),
    "hostname": ("address",),
    "uri": ("uri_ref",),
    "ipv4_prefix": ("ip_prefix", "ipv4_with_prefixlen", "ip_with_prefixlen"),
    "ipv6_prefix": ("ip_prefix", "ipv6_with_prefixlen", "ip_with_prefixlen"),
    "ip_prefix": ("ip_with_prefixlen",),
    "ipv4_with_prefixlen": ("ip_with_prefixlen",),
    "ipv6_with_prefixlen": ("ip_with_prefixlen",),
}
FORMATS = frozenset(
    (
        "email",
        "hostname",
        "ip",
        "ipv4",
        "ipv6",
        "uri",
        "uri_ref",
        "address",
        "uuid",
        "tuuid",
        "ip_with_prefixlen",
        "ipv4_with_prefixlen",
        "ipv6_with_prefixlen",
        "ip_prefix",
        "ipv4_prefix",
        "ipv6_prefix",
        "host_and_port",
        "ulid",
        "protobuf_fqn",
        "protobuf_dot_fqn",
        "well_known_regex",
    )
)
_LEAST = frozenset(("min_len", "min_bytes", "min_items", "min_pairs"))
_SETS = frozenset(("in", "not_in", "cel_expression"))
_IGNORED = ("", "IGNORE_UNSPECIFIED", "IGNORE_IF_ZERO_VALUE", "IGNORE_ALWAYS")
_PARTS = frozenset(("items", "keys", "values"))


def differences(before: Plain, after: Plain) -> tuple[Difference, ...]:
    """What differs between two sets of rules, by path."""
    here, there = flat(before), flat(after)
    found = []
    for path in sorted(here.keys() | there.keys()):
        old, new = here.get(path), there.get(path)
        if old != new:
            found.append(Difference(path, old, new, _effect(path.rpartition(".")[2], old, new)))
    return tuple(found)


def flat(rules: Plain) -> dict[str, Any]:
    """The rules by path, written in one way; those that allow everything are left out."""
    found: dict[str, Any] = {}
    _flatten(rules, "", found)
    return found


def _flatten(rules: Plain, prefix: str, found: dict[str, Any]) -> None:
    for name, value in rules.items():
        if name in _PARTS and isinstance(value, dict):
            _flatten(value, f"{prefix}{name}.", found)
        elif isinstance(value, dict):
            _of_type(value, prefix, found)
        elif name != "ignore" or value != _IGNORED[1]:
            _add(found, prefix, name, value)


def _of_type(rules: Plain, prefix: str, found: dict[str, Any]) -> None:
    """The rules of one type of value. Which type that is, the field's own type says."""
    for part in _PARTS & rules.keys():
        _flatten(rules[part], f"{prefix}{part}.", found)
    values = {name: _comparable(value) for name, value in rules.items() if name not in _PARTS}
    if "const" in values and "in" not in values:
        values["in"] = (values.pop("const"),)
    for exact, unit in (("len", "len"), ("len_bytes", "bytes")):
        if exact in values:
            values[f"min_{unit}"] = values[f"max_{unit}"] = values.pop(exact)
    _range(values)
    for name in FORMATS & values.keys():
        asked = values.pop(name)
        if asked and asked != "KNOWN_REGEX_UNSPECIFIED":
            values["format"] = name if asked is True else asked
    if values.pop("strict", True) is False:
        values["lax"] = True
    for name, value in values.items():
        _add(found, prefix, name, value)


def _range(values: dict[str, Any]) -> None:
    """Bounds by four names as two, or as one where they leave a gap between them."""
    bounds = {name: values.pop(name) for name in ("gt", "gte", "lt", "lte") if name in values}
    if "gt" in bounds and _whole(bounds["gt"]):
        bounds["gte"] = bounds.pop("gt") + 1
    if "lt" in bounds and _whole(bounds["lt"]):
        bounds["lte"] = bounds.pop("lt") - 1
    low, high = bounds.get("gt", bounds.get("gte")), bounds.get("lt", bounds.get("lte"))
    if low is not None and high is not None and low > high:
        values["outside"] = tuple(sorted(bounds.items()))
        return
    if low is not None:
        values["from"] = (low, "gt" in bounds)
    if high is not None:
        # Of two open ends the lower allows less, as it does of two closed ones: an open end comes before a closed one.
        values["to"] = (high, "lt" not in bounds)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _comparable(value: Any) -> Any:
    """A point in time as a tuple, so that two can be compared. Other values are as they were."""
    if isinstance(value, dict) and value.keys() <= {"seconds", "nanos"}:
        return (value.get("seconds", 0), value.get("nanos", 0))
    if isinstance(value, dict) and value.keys() <= {"paths"}:
        return value.get("paths", ())
    return value


def _add(found: dict[str, Any], prefix: str, name: str, value: Any) -> None:
    if not (value is False or value == () or (name in _LEAST and value == 0)):
        found[prefix + name] = tuple(sorted(value, key=repr)) if name in _SETS else value


def _effect(name: str, before: Any, after: Any) -> Effect:
    if name == "example":
        return Effect.TEXT
    if name == "ignore":
        return _more_if(_IGNORED.index(after or "") > _IGNORED.index(before or ""))
    if name == "lax":
        return _more_if(bool(after))
    if name == "cel":
        return _expressions(before or (), after or ())
    if name == "oneof":
        return _choices(before or (), after or ())
    if before is None:
        return Effect.FEWER
    if after is None:
        return Effect.MORE
    wider = _WIDENS.get(name)
    try:
        if wider is None:
            return Effect.OTHERS
        if wider(before, after):
            return Effect.MORE
        return Effect.FEWER if wider(after, before) else Effect.OTHERS
    except TypeError:  # the field's type changed, and a date cannot be compared with a number
        return Effect.OTHERS


def _more_if(more: bool) -> Effect:
    return Effect.MORE if more else Effect.FEWER


# Whether all that the first allows is allowed by the second.
_WIDENS: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys((*_LEAST, "from"), lambda old, new: bool(new <= old)),
    **dict.fromkeys(
        ("max_len", "max_bytes", "max_items", "max_pairs", "to", "within"), lambda old, new: bool(new >= old)
    ),
    "in": lambda old, new: set(old) <= set(new),
    "not_in": lambda old, new: set(old) >= set(new),
    "cel_expression": lambda old, new: set(old) >= set(new),
    "pattern": widens,
    "prefix": lambda old, new: old.startswith(new),
    "suffix": lambda old, new: old.endswith(new),
    "contains": lambda old, new: new in old,
    "not_contains": lambda old, new: old in new,
    "format": lambda old, new: new in _WIDER.get(old, ()),
}


def _expressions(before: tuple[Plain, ...], after: tuple[Plain, ...]) -> Effect:
    """CEL rules by their expressions: what one refuses, it refuses under any id and with any text."""
    old = {each.get("expression", "") for each in before}
    new = {each.get("expression", "") for each in after}
    if old == new:
        return Effect.TEXT
    if old < new:
        return Effect.FEWER
    return Effect.MORE if new < old else Effect.OTHERS


def _choices(before: tuple[Plain, ...], after: tuple[Plain, ...]) -> Effect:
    """Rules that one of several fields at most may be set, by their fields; some say that one has to be."""
    old = {frozenset(each.get("fields", ())): bool(each.get("required")) for each in before}
    new = {frozenset(each.get("fields", ())): bool(each.get("required")) for each in after}
    fewer = bool(new.keys() - old.keys()) or any(new[each] and not old[each] for each in old.keys() & new.keys())
    more = bool(old.keys() - new.keys()) or any(old[each] and not new[each] for each in old.keys() & new.keys())
    if fewer and more:
        return Effect.OTHERS
    if not fewer and not more:
        return Effect.TEXT
    return _more_if(more)


def _shown(value: Any, name: str = "") -> str:
    if value is None:
        return "any" if name == "in" else "none"
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, tuple):
        return f"{value:g}" if isinstance(value, float) else f"{value}"
    if name in ("from", "to"):
        open_end = value[1] if name == "from" else not value[1]
        return f"{_shown(value[0])} (not included)" if open_end else _shown(value[0])
    if value and isinstance(value[0], dict):
        return "; ".join(_shown(each.get("expression") or ", ".join(each.get("fields", ()))) for each in value)
    return f"[{', '.join(_shown(each) for each in value)}]"
