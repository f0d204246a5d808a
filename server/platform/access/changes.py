"""What is done to API keys, within a transaction of the caller: by RPC, and by the operator.

Whoever makes a key work, or makes it stronger, must have all that it then gives. Taking away needs nothing.
"""

from datetime import datetime, timedelta

from corridor.access.v1.api_key_pb2 import (
    API_KEY_STATE_ACTIVE,
    API_KEY_STATE_EXPIRED,
    API_KEY_STATE_PENDING,
    API_KEY_STATE_REVOKED,
    API_KEY_STATE_ROTATED,
    API_KEY_STATE_SUSPENDED,
    ApiKey,
    ApiKeyState,
)
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import etags
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.access import lineage, policy, repository
from server.platform.access.lifecycle import LIFECYCLE
from server.platform.access.policy import Grant
from server.store.api_keys import NewKey
from server.store.engine import Connection

_ENDED = (API_KEY_STATE_EXPIRED, API_KEY_STATE_REVOKED)


def check_gives(connection: Connection, context: Context, gives: Grant) -> None:
    """Raise PERMISSION_DENIED for what the caller has not itself. The operator of the installation has everything."""
    has = grant_of_caller(connection, context)
    if has is not None:
        policy.check_gives(has, gives)


def check_unrestricted(connection: Connection, context: Context) -> None:
    """Raise PERMISSION_DENIED for a key with restrictions, where what it would make cannot have them as well."""
    check_gives(connection, context, Grant(frozenset()))


def grant_of_caller(connection: Connection, context: Context) -> Grant | None:
    """What the caller can give: of a key all its restrictions too, as they are now. None for the operator."""
    who = context.who
    if who.kind == method_pb2.CALLER_KIND_UNSPECIFIED:
        return None
    if who.kind != method_pb2.CALLER_KIND_API_KEY:
        return Grant(who.scopes)
    own = repository.get(connection, context, who.caller_id)
    if own is None:
        return Grant(frozenset())
    grant = policy.grant_of(own)
    return Grant(grant.scopes & who.scopes, grant.methods, grant.ranges, grant.expire_time)


def found(connection: Connection, context: Context, api_key_id: str, *, lock: bool = False) -> ApiKey:
    """One key. Raises NOT_FOUND, and for one that is locked ETAG_MISMATCH."""
    key = repository.get(connection, context, api_key_id, lock=lock)
    if key is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such API key.")
    if lock:
        etags.check(context, key)
    return key


def activate(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
    """Let a pending key work."""
    return _move(connection, context, api_key_id, API_KEY_STATE_PENDING, API_KEY_STATE_ACTIVE)


def suspend(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
    """Stop an active key for the time being."""
    return _move(connection, context, api_key_id, API_KEY_STATE_ACTIVE, API_KEY_STATE_SUSPENDED)


def resume(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
    """Let a suspended key work again."""
    return _move(connection, context, api_key_id, API_KEY_STATE_SUSPENDED, API_KEY_STATE_ACTIVE)


def update(connection: Connection, context: Context, api_key_id: str, title: str, gives: Grant) -> ApiKey:
    """Replace what a key is called and what it gives. Its end stays."""
    key = found(connection, context, api_key_id, lock=True)
    if key.state in _ENDED:
        raise _not_from(key.state)
    lasting = Grant(gives.scopes, gives.methods, gives.ranges, policy.grant_of(key).expire_time)
    check_gives(connection, context, lasting)
    if not gives.scopes <= set(key.scopes):  # what it can do from now on, it can by the caller's hand
        lineage.made(connection, context, api_key_id)
    return repository.update(connection, context, api_key_id, title, lasting)


def rotate(
    connection: Connection, context: Context, api_key_id: str, new: NewKey, overlap: timedelta, gives: Grant
) -> tuple[ApiKey, ApiKey]:
    """Make the key that replaces an active one; it and the old one, which works on for the overlap at most."""
    old = found(connection, context, api_key_id, lock=True)
    if not LIFECYCLE.allows(old.state, API_KEY_STATE_ROTATED):
        raise _not_from(old.state)
    check_gives(connection, context, gives)
    made = repository.create(
        connection, context, new, old.title, gives, API_KEY_STATE_ACTIVE, replaces_id=old.api_key_id
    )
    return made, repository.replace(connection, context, api_key_id, made.api_key_id, overlap)


def successor(key: ApiKey, expire_time: datetime | None) -> Grant:
    """What the key that replaces another gives: the same, until another time where one is given."""
    grant = policy.grant_of(key)
    return Grant(grant.scopes, grant.methods, grant.ranges, expire_time or grant.expire_time)


def _move(
    connection: Connection,
    context: Context,
    api_key_id: str,
    source: "ApiKeyState.ValueType",
    target: "ApiKeyState.ValueType",
) -> ApiKey:
    key = found(connection, context, api_key_id, lock=True)
    if target == API_KEY_STATE_ACTIVE:
        check_gives(connection, context, policy.grant_of(key))
    if key.state == target:
        return key
    if key.state != source or not LIFECYCLE.allows(source, target):
        raise _not_from(key.state)
    return repository.move(connection, context, api_key_id, target)


def _not_from(state: "ApiKeyState.ValueType") -> Exception:
    name = ApiKeyState.Name(state).removeprefix("API_KEY_STATE_").lower()
    detail = f"This cannot be done to a key that is {name}."
    return fail(reasons.ERROR_REASON_TRANSITION_NOT_ALLOWED, detail, state=name)
