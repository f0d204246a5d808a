"""What roles allow, as the contract says it."""

import functools
from collections.abc import Iterable

from corridor.access.v1 import role_pb2
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.context import Caller
from server.kit.errors import fail


@functools.cache
def of_role(role: int) -> frozenset[str]:
    """The scopes of a role."""
    value = role_pb2.Role.DESCRIPTOR.values_by_number[role]
    return frozenset(value.GetOptions().Extensions[role_pb2.role].scopes)


def scopes(roles: Iterable[int]) -> frozenset[str]:
    """The scopes that somebody with these roles has."""
    return frozenset().union(*(of_role(role) for role in roles))


def check_gives(who: Caller, scopes: Iterable[str]) -> None:
    """Raise PERMISSION_DENIED unless the caller has every scope that they are about to give."""
    if lacking := sorted(set(scopes) - who.scopes):
        names = ", ".join(lacking)
        detail = f"Nobody gives what they do not have themselves; this caller lacks {names}."
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, detail, scopes=names)
