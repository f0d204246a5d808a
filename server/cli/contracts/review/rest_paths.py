"""How an RPC is called over HTTP: its bindings on both sides, and which of before has become which of after.

Rule: a binding that stays is matched first, so that a path that is kept beside a new one is never told as changed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from server.cli.contracts.review.options import Plain

_VARIABLE = re.compile(r"\{([A-Za-z0-9_.]+)(?:=([^{}]*))?\}")
_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Binding:
    """One verb and path of an RPC."""

    verb: str
    path: str
    body: str
    response_body: str

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the path, in order."""
        return tuple(match[1] for match in _VARIABLE.finditer(self.path))

    @property
    def patterns(self) -> tuple[str, ...]:
        """What each parameter of the path matches."""
        return tuple(match[2] or "*" for match in _VARIABLE.finditer(self.path))

    @property
    def shape(self) -> str:
        """The paths that it matches, whatever its parameters are called."""
        return _VARIABLE.sub(lambda match: match[2] or "*", self.path)

    @property
    def frame(self) -> str:
        """The path without its parameters' names and patterns."""
        return _VARIABLE.sub("{}", self.path)

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


Match = tuple[Binding, Binding]


def bindings(rule: Plain) -> tuple[Binding, ...]:
    """The bindings of an HTTP rule, the first of which is the one that documents show."""
    return tuple(_bindings(rule))


def _bindings(rule: Plain) -> Iterator[Binding]:
    custom: dict[str, Any] = rule.get("custom", {})
    found = [(verb.upper(), rule[verb]) for verb in _VERBS if verb in rule]
    found += [(custom.get("kind", ""), custom.get("path", ""))] if custom else []
    for verb, path in found:
        yield Binding(verb, path, rule.get("body", ""), rule.get("response_body", ""))
    for additional in rule.get("additional_bindings", ()):
        yield from _bindings(additional)


def matched(
    before: tuple[Binding, ...], after: tuple[Binding, ...]
) -> tuple[list[Match], list[Binding], list[Binding]]:
    """Which binding became which, those that are gone, and those that are new."""
    gone, new = list(before), list(after)
    found: list[Match] = []
    for alike in _ALIKE:
        for old in tuple(gone):
            other = next((each for each in new if alike(old, each)), None)
            if other is not None:
                found.append((old, other))
                gone.remove(old)
                new.remove(other)
    return found, gone, new


# From the same to the least alike.
_ALIKE: tuple[Callable[[Binding, Binding], bool], ...] = (
    lambda old, new: old == new,
    lambda old, new: (old.verb, old.shape) == (new.verb, new.shape),
    lambda old, new: old.path == new.path,
    lambda old, new: old.shape == new.shape,
    lambda old, new: (old.verb, old.frame) == (new.verb, new.frame),
    lambda old, new: old.verb == new.verb,
)


def widens(before: str, after: str) -> bool:
    """Whether a pattern of a path matches all that another one does."""
    return _covers(before.split("/"), after.split("/"))


def _covers(old: list[str], new: list[str]) -> bool:
    if new == ["**"]:
        return True
    if not old or not new:
        return old == new
    single = new[0] == "*" and old[0] != "**"
    return (single or old[0] == new[0]) and _covers(old[1:], new[1:])
