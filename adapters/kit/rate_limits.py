"""What an answer says of the vendor's rate limits: how many calls are left, until when, and when to come back.

Rule: what cannot be read says nothing. A limit is only ever learnt from what stands there, never guessed here.
Read of: draft-ietf-httpapi-ratelimit-headers-10 (and 07, 03), RFC 9110 10.2.3, and the customs before them (2026-11).
"""

import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from adapters.kit import structured_fields
from adapters.kit.failures import retry_after_seconds, unix_time
from adapters.kit.structured_fields import Item, NotStructured
from adapters.kit.tables import Table

UNITS = ("seconds", "milliseconds", "epoch", "auto")
SCOPES = ("account", "operation")

_POLICY, _STATE = "ratelimit-policy", "ratelimit"
# Customs by which three headers say it, the draft's former one first.
_FAMILIES = tuple(
    (f"{prefix}-limit", f"{prefix}-remaining", f"{prefix}-reset")
    for prefix in ("ratelimit", "x-ratelimit", "x-rate-limit")
)
KEPT = frozenset({_POLICY, _STATE, "retry-after"}.union(*_FAMILIES))
"""The headers that are read. None of them says anything of a customer, or opens anything."""

_FIRST_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:[,;].*)?", re.DOTALL)
_IS_EPOCH, _IS_EPOCH_MILLISECONDS = 1e9, 1e12  # no window ends in 30 years
_MOST_SECONDS = 86_400.0 * 31
_MOST_CALLS = 1_000_000_000  # some write the greatest number there is for no limit


@dataclass(frozen=True, slots=True)
class Names:
    """How one vendor says it, where it says it in a way of its own: [limits.headers] in the manifest."""

    limit: str = ""
    remaining: str = ""
    reset: str = ""
    reset_unit: str = "auto"
    window_seconds: float | None = None
    """How long its windows last, where no header tells."""
    scope: str = "account"
    """Whether it counts the calls of the whole account, or those of each operation apart."""

    @property
    def kept(self) -> frozenset[str]:
        """The headers that have to be kept for it, beside the usual ones."""
        return frozenset(filter(None, (self.limit, self.remaining, self.reset)))


USUAL = Names()


@dataclass(frozen=True, slots=True)
class Limit:
    """What one answer says. None for what it does not say."""

    limit: int | None = None
    """How many calls a window holds."""
    remaining: int | None = None
    """How many are left of the window that runs, after this call."""
    reset_seconds: float | None = None
    """In how many seconds the next window begins."""
    window_seconds: float | None = None
    retry_after_seconds: float | None = None
    refused: bool = False
    """Whether this call was one too many."""

    @property
    def is_window(self) -> bool:
        """Whether it says how many calls are left, so that they can be counted down."""
        return self.remaining is not None


def read(status: int, headers: Mapping[str, str], names: Names = USUAL) -> Limit | None:
    """What an answer with these headers, by lower-case name, says of limits; None if it says nothing of them."""
    refused = status == 429
    wait = retry_after_seconds(headers) if refused else None
    found = _told(headers, names) or (Limit() if refused else None)
    if found is None:
        return None
    window = names.window_seconds if found.window_seconds is None else found.window_seconds
    return replace(found, window_seconds=window, retry_after_seconds=wait, refused=refused)


def names(table: Table) -> Names:
    """The table [limits.headers] of a manifest."""
    pattern = r"[a-z0-9][a-z0-9\-]*(limit|remaining|reset|quota|requests|calls|rate)[a-z0-9\-]*"
    texts = {key: table.text(key, default="", pattern=pattern) for key in ("limit", "remaining", "reset")}
    told = table.has("window_seconds")
    found = Names(
        **texts,
        reset_unit=table.word("reset_unit", UNITS, default="auto"),
        window_seconds=table.number("window_seconds", at_least=0.1, at_most=_MOST_SECONDS) if told else None,
        scope=table.word("scope", SCOPES, default="account"),
    )
    table.finish()
    if found != USUAL and found.scope == "account" and not found.remaining:
        raise table.error("remaining", "is missing: without it the other headers tell nothing")
    return found


def _told(headers: Mapping[str, str], own: Names) -> Limit | None:
    if own.remaining in headers:
        return _of_three(headers, (own.limit, own.remaining, own.reset), own.reset_unit)
    if _STATE in headers:
        return _of_draft(headers)
    for family in _FAMILIES:
        if family[1] in headers:
            return _of_three(headers, family, own.reset_unit)
    return None


def _of_three(headers: Mapping[str, str], three: tuple[str, str, str], unit: str) -> Limit | None:
    limit, remaining, reset = (_number(headers.get(name, "")) for name in three)
    if remaining is None or remaining < 0:
        return None
    window = _window(headers, limit)
    return Limit(
        limit=_calls(limit) if limit is not None and limit >= 1 else None,
        remaining=_calls(remaining),
        reset_seconds=None if reset is None else _until(reset, unit, headers),
        window_seconds=window,
    )


def _of_draft(headers: Mapping[str, str]) -> Limit | None:
    """`RateLimit: "default";r=50;t=30` since draft 8, `limit=100, remaining=50, reset=30` in draft 7."""
    text = headers[_STATE]
    try:
        found = structured_fields.members(text)
        if "remaining" in found:
            values = {key: _whole(item.value) for key, item in found.items()}
            return _state(values.get("limit"), values["remaining"], values.get("reset"), _window(headers, None))
    except NotStructured:
        pass
    try:
        states = structured_fields.items(text)
    except NotStructured:
        return None
    policies = {policy.value: policy for policy in _policies(headers)}
    limits = [limit for each in states if (limit := _of_item(each, policies.get(each.value))) is not None]
    # Of several policies the one binds that has the fewest calls left; of these, the one that binds the longest.
    return min(limits, key=lambda each: (each.remaining or 0, -(each.reset_seconds or 0.0)), default=None)


def _of_item(item: Item, policy: Item | None) -> Limit | None:
    facts = policy.parameters if policy else {}
    if facts.get("qu", "requests") != "requests":  # a quota of bytes or of connections: counting calls keeps none
        return None
    r, t = _whole(item.parameters.get("r")), _whole(item.parameters.get("t"))
    return _state(_whole(facts.get("q")), r, t, _lasting(_whole(facts.get("w"))))


def _state(limit: int | None, remaining: int | None, reset: int | None, window: float | None) -> Limit | None:
    if remaining is None or remaining < 0:
        return None
    quota = _calls(limit) if limit is not None and limit >= 1 else None
    return Limit(quota, _calls(remaining), None if reset is None else _bounded(reset), window)


def _policies(headers: Mapping[str, str]) -> Sequence[Item]:
    try:
        return structured_fields.items(headers.get(_POLICY, ""))
    except NotStructured:
        return []


def _window(headers: Mapping[str, str], limit: float | None) -> float | None:
    """How long a window lasts by `RateLimit-Policy: 100;w=60` (drafts 3 to 7): that of the quota, or the only one."""
    found = [(_whole(each.value), _lasting(_whole(each.parameters.get("w")))) for each in _policies(headers)]
    windows = [window for quota, window in found if window and (limit is None or quota == int(limit))]
    return windows[0] if len(windows) == 1 else None


def _number(text: str) -> float | None:
    """The first number: `100, 100;w=60` says 100."""
    found = _FIRST_NUMBER.fullmatch(text)
    return float(found.group(1)) if found else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return math.ceil(value)


def _until(value: float, unit: str, headers: Mapping[str, str]) -> float | None:
    """Seconds from now: a reset is told in seconds, in milliseconds, or as a time by the vendor's clock."""
    if unit == "milliseconds":
        return _bounded(value / 1000.0)
    if unit == "seconds" or (unit == "auto" and value < _IS_EPOCH):
        return _bounded(value)
    moment = value / 1000.0 if value >= _IS_EPOCH_MILLISECONDS else value
    theirs = unix_time(headers.get("date", ""))
    return _bounded(moment - (time.time() if theirs is None else theirs))


def _lasting(seconds: int | None) -> float | None:
    """How long a window lasts; None where that is no time."""
    return _bounded(seconds) if seconds is not None and seconds >= 1 else None


def _calls(number: float) -> int:
    return int(min(number, _MOST_CALLS))


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), _MOST_SECONDS)
