"""The policy of an RPC: who may call it, and under which rules a call is made.

Rule: any one of an RPC's scopes is enough, so that another scope lets more callers in and never fewer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.model import Change
from server.cli.contracts.review.rules_meaning import BY_ID

Handler = Callable[[Comparison, Pair], Iterator[Change]]

# The kinds of caller that carry a credential. They may call where no kind is named.
_WITH_CREDENTIAL = ("CALLER_KIND_API_KEY", "CALLER_KIND_OAUTH_CLIENT", "CALLER_KIND_USER")
_NO_RULE = ("", "UNSPECIFIED", "NONE")


def _policies(comparison: Comparison, pair: Pair, name: str, default: Any) -> tuple[Any, Any]:
    before, after = comparison.before.policy(pair.before), comparison.after.policy(pair.after)
    return before.get(name, default), after.get(name, default)


def scopes(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The scopes of an RPC, any one of which is enough."""
    before, after = map(set, _policies(comparison, pair, "scopes", ()))
    if before == after:
        return
    if not before:
        rule = "SCOPE_REQUIRED"
    elif not after:
        rule = "SCOPE_DROPPED"
    elif before < after:
        rule = "SCOPE_ALTERNATIVE_ADDED"
    elif after < before:
        rule = "SCOPE_ALTERNATIVE_REMOVED"
    else:
        rule = "SCOPE_REPLACED"
    yield comparison.change(BY_ID[rule], pair, f"Asked for {_any_of(before)} before, and for {_any_of(after)} now.")


def _any_of(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in sorted(names)) or "no scope"


def callers(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The kinds of caller that may call."""
    before, after = (set(kinds or _WITH_CREDENTIAL) for kinds in _policies(comparison, pair, "callers", ()))
    if new := after - before:
        yield comparison.change(BY_ID["CALLER_KIND_ADDED"], pair, f"{_kinds(new)} may call now.")
    if gone := before - after:
        yield comparison.change(BY_ID["CALLER_KIND_REMOVED"], pair, f"{_kinds(gone)} may no longer call.")


def _kinds(names: Iterable[str]) -> str:
    return ", ".join(name.removeprefix("CALLER_KIND_") for name in sorted(names))


def idempotency(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """Whether a key must, may or cannot be sent."""
    before, after = (rule.removeprefix("IDEMPOTENCY_RULE_") for rule in _policies(comparison, pair, "idempotency", ""))
    if after == before or (before in _NO_RULE and after in _NO_RULE):
        return
    if after == "REQUIRED":
        rule = "IDEMPOTENCY_NOW_REQUIRED"
    elif after in _NO_RULE:
        rule = "IDEMPOTENCY_NO_LONGER_HONOURED"
    elif before == "REQUIRED":
        rule = "IDEMPOTENCY_NO_LONGER_REQUIRED"
    else:
        rule = "IDEMPOTENCY_NOW_HONOURED"
    detail = f"The idempotency rule changed from {before or 'none'} to {after or 'none'}."
    yield comparison.change(BY_ID[rule], pair, detail)


def deadline(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """How long the server works on a call. None means no end."""
    before, after = _policies(comparison, pair, "deadline", None)
    if before == after:
        return
    shorter = after is not None and (before is None or after < before)
    rule = BY_ID["DEADLINE_SHORTENED" if shorter else "DEADLINE_LENGTHENED"]
    yield comparison.change(rule, pair, f"The deadline changed from {_seconds(before)} to {_seconds(after)}.")


def _seconds(value: float | None) -> str:
    return "none" if value is None else f"{value:g} s"


def rate_class(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The allowance on which calls draw."""
    before, after = (name.removeprefix("RATE_CLASS_") for name in _policies(comparison, pair, "rate_class", ""))
    detail = f"The rate class changed from {before or 'none'} to {after or 'none'}."
    yield comparison.change(BY_ID["RATE_CLASS_CHANGED"], pair, detail)


def audit(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The action under which calls stand in the audit trail."""
    before, after = _policies(comparison, pair, "audit", "")
    detail = f"The action changed from `{before or 'none'}` to `{after or 'none'}`."
    yield comparison.change(BY_ID["AUDIT_ACTION_CHANGED"], pair, detail)


def roles(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The scopes of a role."""
    option = "corridor.access.v1.role"
    before = set((comparison.before.option(pair.before, option) or {}).get("scopes", ()))
    after = set((comparison.after.option(pair.after, option) or {}).get("scopes", ()))
    if new := after - before:
        yield comparison.change(BY_ID["ROLE_SCOPES_ADDED"], pair, f"People of the role hold {_all(new)} now.")
    if gone := before - after:
        yield comparison.change(BY_ID["ROLE_SCOPES_REMOVED"], pair, f"People of the role no longer hold {_all(gone)}.")


def _all(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


_POLICY = "corridor.options.v1.policy"
HANDLERS: Mapping[tuple[str, str], Handler] = {
    (_POLICY, "scopes"): scopes,
    (_POLICY, "callers"): callers,
    (_POLICY, "idempotency"): idempotency,
    (_POLICY, "deadline"): deadline,
    (_POLICY, "rate_class"): rate_class,
    (_POLICY, "audit"): audit,
    ("corridor.access.v1.role", "scopes"): roles,
}
