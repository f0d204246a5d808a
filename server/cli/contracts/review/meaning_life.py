"""The lifecycle of RPCs and fields, and protobuf's own `deprecated`: how long something is promised to work.

Rule: what ends is told at least 180 days before, counted from the day of the review or of the deprecation, whichever
is later. The two ways of saying that something is deprecated are told as one change.
"""

from collections.abc import Iterator
from datetime import date

from server.cli.contracts.review.elements import Element
from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.model import Change
from server.cli.contracts.review.options import Contracts, Plain
from server.cli.contracts.review.rules_meaning import BY_ID

NOTICE_DAYS = 180

_DEPRECATED = "STABILITY_LEVEL_DEPRECATED"
# What no level means: stable.
_RANKS = {"STABILITY_LEVEL_BETA": 0, "STABILITY_LEVEL_STABLE": 1}


def lifecycle(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The lifecycle of one element."""
    before, after = stability(comparison.before, pair.before), stability(comparison.after, pair.after)
    wrong = contradiction(after)
    if wrong and before != after:
        yield comparison.change(BY_ID["STABILITY_CONTRADICTION"], pair, wrong)
        return
    was = ends(comparison.before, pair.before)
    now = ends(comparison.after, pair.after)
    if was != now:
        rule = "DEPRECATED" if now else "DEPRECATION_WITHDRAWN"
        yield comparison.change(BY_ID[rule], pair, _said(after) if now else "It is no longer deprecated.")
        # A sunset that comes with the deprecation is part of it, unless it comes too soon.
        if now and _too_soon(comparison, after):
            yield comparison.change(BY_ID["SUNSET_SHORT_NOTICE"], pair, _soon(comparison, after))
        return
    yield from _level(comparison, pair, before, after)
    yield from _sunset(comparison, pair, before, after)
    for name, rule in (("deprecated_since", "DEPRECATED_SINCE_CHANGED"), ("replacement", "REPLACEMENT_CHANGED")):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            detail = f"`{name}` changed from {_day(old)} to {_day(new)}."
            yield comparison.change(BY_ID[rule], pair, detail)


def stability(contracts: Contracts, element: Element) -> Plain:
    """What is said of an element's lifecycle. Levels that mean the same are written in the same way."""
    found = dict(contracts.stability(element))
    if found.get("level") in ("STABILITY_LEVEL_UNSPECIFIED", "STABILITY_LEVEL_STABLE"):
        del found["level"]
    return {name: value for name, value in found.items() if value}


def ends(contracts: Contracts, element: Element) -> bool:
    """Whether an element is deprecated, by its policy or in protobuf's own words."""
    options = getattr(element.proto, "options", None)
    by_word = bool(getattr(options, "deprecated", False))
    return by_word or stability(contracts, element).get("level") == _DEPRECATED


def contradiction(said: Plain) -> str:
    """What is wrong with a lifecycle; empty where nothing is."""
    days = {name: said[name] for name in ("deprecated_since", "sunset") if said.get(name)}
    for name, text in days.items():
        if _date(text) is None:
            return f"`{name}` is `{text}`, which is not a date such as `2026-11-21`."
    if days and said.get("level") != _DEPRECATED:
        return f"It has {' and '.join(f'`{name}`' for name in days)}, and its level is not deprecated."
    if len(days) == 2 and days["sunset"] < days["deprecated_since"]:
        return f"It ends on {days['sunset']}, before it is deprecated ({days['deprecated_since']})."
    return ""


def _level(comparison: Comparison, pair: Pair, before: Plain, after: Plain) -> Iterator[Change]:
    old, new = before.get("level", "STABILITY_LEVEL_STABLE"), after.get("level", "STABILITY_LEVEL_STABLE")
    if old not in _RANKS or new not in _RANKS or old == new:
        return
    rule = "STABILITY_RAISED" if _RANKS[new] > _RANKS[old] else "STABILITY_LOWERED"
    words = (old.removeprefix("STABILITY_LEVEL_"), new.removeprefix("STABILITY_LEVEL_"))
    yield comparison.change(BY_ID[rule], pair, f"The level changed from {words[0]} to {words[1]}.")


def _sunset(comparison: Comparison, pair: Pair, before: Plain, after: Plain) -> Iterator[Change]:
    old, new = before.get("sunset", ""), after.get("sunset", "")
    if old == new:
        return
    detail = f"The sunset changed from {_day(old)} to {_day(new)}."
    if not new:
        rule = "SUNSET_WITHDRAWN"
    elif old and new > old:
        rule = "SUNSET_LATER"
    elif _too_soon(comparison, after):
        rule, detail = "SUNSET_SHORT_NOTICE", f"{detail} {_soon(comparison, after)}"
    else:
        rule = "SUNSET_EARLIER" if old else "SUNSET_SET"
    yield comparison.change(BY_ID[rule], pair, detail)


def _too_soon(comparison: Comparison, said: Plain) -> bool:
    return bool(said.get("sunset")) and _notice(comparison, said) < NOTICE_DAYS


def _notice(comparison: Comparison, said: Plain) -> int:
    """How many days callers have."""
    sunset = _date(said["sunset"]) or comparison.today
    since = _date(said.get("deprecated_since", "")) or comparison.today
    return (sunset - max(since, comparison.today)).days


def _soon(comparison: Comparison, said: Plain) -> str:
    return f"Callers have {max(_notice(comparison, said), 0)} days; {NOTICE_DAYS} are promised."


def _said(stated: Plain) -> str:
    since = f" since {stated['deprecated_since']}" if "deprecated_since" in stated else ""
    sunset = f", and ends on {stated['sunset']}" if "sunset" in stated else ""
    instead = f"; `{stated['replacement']}` takes its place" if "replacement" in stated else ""
    return f"It is deprecated{since}{sunset}{instead}."


def _day(text: str) -> str:
    return f"`{text}`" if text else "none"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None
