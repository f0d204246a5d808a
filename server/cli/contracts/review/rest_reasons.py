"""Error reasons: for which an RPC can fail, and what callers can rely on for each.

Rule: status and code are what programs branch on, so that no change of them is harmless.
"""

from collections.abc import Iterator
from typing import Any

from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.model import Change
from server.cli.contracts.review.rules_rest import BY_ID

_PREFIX = "ERROR_REASON_"


def reasons(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The reasons of an RPC."""
    before, after = set(comparison.before.errors(pair.before)), set(comparison.after.errors(pair.after))
    if new := sorted(after - before):
        yield comparison.change(BY_ID["METHOD_REASON_ADDED"], pair, f"It can fail for {_listed(new)} now.")
    if gone := sorted(before - after):
        yield comparison.change(BY_ID["METHOD_REASON_REMOVED"], pair, f"It no longer fails for {_listed(gone)}.")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name.removeprefix(_PREFIX)}`" for name in names)


def _facts(comparison: Comparison, pair: Pair, name: str) -> tuple[Any, Any]:
    return comparison.before.error(pair.before).get(name), comparison.after.error(pair.after).get(name)


def http_status(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The HTTP status of a reason."""
    before, after = _facts(comparison, pair, "http_status")
    detail = f"The HTTP status changed from {before or 'none'} to {after or 'none'}."
    yield comparison.change(BY_ID["REASON_HTTP_STATUS_CHANGED"], pair, detail)


def code(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The gRPC code of a reason."""
    before, after = _facts(comparison, pair, "code")
    detail = f"The gRPC code changed from {before or 'none'} to {after or 'none'}."
    yield comparison.change(BY_ID["REASON_CODE_CHANGED"], pair, detail)


def error_class(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Who has to act upon a reason."""
    before, after = _facts(comparison, pair, "class")
    detail = f"The class changed from {_word(before)} to {_word(after)}."
    yield comparison.change(BY_ID["REASON_CLASS_CHANGED"], pair, detail)


def _word(name: str | None) -> str:
    return (name or "none").removeprefix("ERROR_CLASS_")


def retryable(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Whether repeating the call helps."""
    if _facts(comparison, pair, "retryable")[1]:
        detail = "The same call may succeed later now."
        yield comparison.change(BY_ID["REASON_NOW_RETRYABLE"], pair, detail)
    else:
        detail = "The same call no longer succeeds later by itself."
        yield comparison.change(BY_ID["REASON_NO_LONGER_RETRYABLE"], pair, detail)
