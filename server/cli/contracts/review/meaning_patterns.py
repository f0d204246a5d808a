"""Whether one regular expression allows all that another does, as far as their writing shows it.

Rule: only what is certain is said. Two patterns are compared part by part; where their parts differ in number or in
kind, nothing is certain.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<escape>\\.)
    | (?P<many>\{(?P<low>[0-9]+)(?P<comma>,(?P<high>[0-9]*))?\})
    | (?P<mark>[*+?])
    | (?P<one>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDLESS = 1 << 30
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \t\n\r\f\v"}
_PLAIN = re.compile(r"[^.^$()|\[\]{}*+?\\]")
# What is certain of parts is not certain of their negation.
_NEGATIVE = ("(?!", "(?<!")


@dataclass(slots=True)
class _Part:
    text: str
    allowed: frozenset[str] | None
    low: int = 1
    high: int = 1


def widens(before: str, after: str) -> bool:
    """Whether everything that `before` matches is certainly matched by `after`."""
    if before == after:
        return True
    if any(mark in pattern for pattern in (before, after) for mark in _NEGATIVE):
        return False
    here, there = _parts(before), _parts(after)
    return len(here) == len(there) and all(_covers(new, old) for old, new in zip(here, there, strict=True))


def _covers(new: _Part, old: _Part) -> bool:
    if new.low > old.low or new.high < old.high:
        return False
    if new.text == old.text:
        return True
    return new.allowed is not None and old.allowed is not None and new.allowed >= old.allowed


def _parts(pattern: str) -> list[_Part]:
    found: list[_Part] = []
    counted = False
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if (token["many"] or token["mark"]) and found:
            # A second mark says how eagerly is matched, and not what.
            if not counted:
                found[-1].low, found[-1].high = _bounds(token)
            counted = True
            continue
        counted = False
        found.append(_Part(text, _allowed(token)))
    return found


def _bounds(token: re.Match[str]) -> tuple[int, int]:
    if token["mark"]:
        return {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}[token["mark"]]
    low = int(token["low"])
    if not token["comma"]:
        return low, low
    return low, int(token["high"]) if token["high"] else _ENDLESS


def _allowed(token: re.Match[str]) -> frozenset[str] | None:
    """The characters that a part allows; None where it is no set of characters, or not one that is read here."""
    if token["set"]:
        return _listed(token["set"][1:-1])
    if token["escape"]:
        letter = token["escape"][1]
        if letter in _CLASSES:
            return _listed(_CLASSES[letter])
        return None if letter.isalnum() else frozenset(letter)
    return frozenset(token[0]) if _PLAIN.fullmatch(token[0]) else None


def _listed(text: str) -> frozenset[str] | None:
    if text.startswith("^") or "[" in text:
        return None
    found: set[str] = set()
    rest = re.findall(r"\\.|.", text, re.DOTALL)
    while rest:
        first = rest.pop(0)
        if first.startswith("\\"):
            inner = _listed(_CLASSES[first[1]]) if first[1] in _CLASSES else None
            if inner is None and first[1].isalnum():
                return None
            found |= inner or {first[1]}
        elif len(rest) >= 2 and rest[0] == "-" and len(rest[1]) == 1:
            found |= {chr(each) for each in range(ord(first), ord(rest[1]) + 1)}
            rest = rest[2:]
        else:
            found.add(first)
    return frozenset(found)
