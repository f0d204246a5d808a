"""What may be given to an API key: never more than the giver has, in scopes, methods, ranges or time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from corridor.access.v1.api_key_pb2 import ApiKey
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import contract, networks
from server.kit.errors import Violation, fail
from server.kit.networks import Network

_METHOD_FORM = "must be a method such as corridor.payouts.v1.PayoutService/ListPayouts, or a service with /*"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key gives. Empty methods and ranges, and no time, are no restriction."""

    scopes: frozenset[str]
    methods: frozenset[str] = frozenset()  # `corridor.payouts.v1.PayoutService/CreatePayout`, or `…/*`
    ranges: tuple[Network, ...] = ()
    expire_time: datetime | None = None


def grant(
    scopes: Iterable[str], methods: Iterable[str] = (), ranges: Iterable[str] = (), expire_time: datetime | None = None
) -> Grant:
    """What is asked for, where `check_known` has found nothing wrong with it."""
    parsed = tuple(networks.network(text) for text in ranges)
    return Grant(frozenset(scopes), frozenset(methods), parsed, expire_time)


def grant_of(key: ApiKey) -> Grant:
    """What a key gives."""
    expire_time = key.expire_time.ToDatetime(UTC) if key.HasField("expire_time") else None
    return grant(key.scopes, key.allowed_methods, key.allowed_ranges, expire_time)


def check_known(methods: Iterable[str], ranges: Iterable[str]) -> None:
    """Raise INVALID_ARGUMENT for methods that the contract has not, and for ranges that are none."""
    if violations := [*_unknown_methods(methods), *_no_ranges(ranges)]:
        raise _not_valid(violations)


def check_future(expire_time: datetime | None, now: datetime) -> None:
    """Raise INVALID_ARGUMENT for a time that has passed."""
    if expire_time is not None and expire_time <= now:
        raise _not_valid([Violation("expire_time", "must be in the future", "future")])


def check_scopes_exist(scopes: Collection[str]) -> None:
    """Raise INVALID_ARGUMENT for scopes that no method asks for."""
    if unknown := sorted(set(scopes) - set(contract.scopes())):
        violation = Violation("scopes", f"no method asks for {', '.join(unknown)}", "scopes")
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, violation.description, violations=[violation])


def check_gives(has: Grant, gives: Grant) -> None:
    """Raise PERMISSION_DENIED unless whoever has the first may give the second."""
    if lacking := sorted(gives.scopes - has.scopes):
        names = ", ".join(lacking)
        raise fail(
            reasons.ERROR_REASON_PERMISSION_DENIED,
            f"A key can only be given scopes that the caller has; this one lacks {names}.",
            scopes=names,
        )
    if has.methods and not (gives.methods and all(_covered(has.methods, name) for name in gives.methods)):
        raise _more("methods")
    if has.ranges and not (gives.ranges and all(networks.covers(has.ranges, each) for each in gives.ranges)):
        raise _more("address ranges")
    if has.expire_time and not (gives.expire_time and gives.expire_time <= has.expire_time):
        raise _more("time")


def calls(has: Grant, path: str) -> bool:
    """Whether a key that gives this may call the RPC with a path."""
    return not has.methods or _covered(has.methods, path.removeprefix("/"))


def _covered(has: frozenset[str], name: str) -> bool:
    return name in has or f"{name.partition('/')[0]}/*" in has


def _more(what: str) -> Exception:
    detail = f"A key can only be given what the caller has; this would be more {what}."
    return fail(reasons.ERROR_REASON_PERMISSION_DENIED, detail)


def _unknown_methods(methods: Iterable[str]) -> list[Violation]:
    paths = contract.methods()
    services = {path.rpartition("/")[0] for path in paths}
    return [
        Violation(f"allowed_methods[{index}]", _METHOD_FORM, "methods")
        for index, name in enumerate(methods)
        if f"/{name}" not in paths and not (name.endswith("/*") and f"/{name[:-2]}" in services)
    ]


def _no_ranges(ranges: Iterable[str]) -> list[Violation]:
    violations = []
    for index, text in enumerate(ranges):
        try:
            networks.network(text)
        except ValueError:
            violations.append(Violation(f"allowed_ranges[{index}]", "must be a range without host bits", "cidr"))
    return violations


def _not_valid(violations: list[Violation]) -> Exception:
    names = ", ".join(violation.field for violation in violations)
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {names}.", violations=violations)
