"""What the operator does without a key: set up a company, make its first key, end a key that has leaked.

Changes to keys are audited under the caller id `corridor`, like those that are made by RPC.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from corridor.access.v1.api_key_pb2 import API_KEY_STATE_ACTIVE, API_KEY_STATE_PENDING, ApiKey
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import contract, ids
from server.kit.context import Caller, Context
from server.kit.errors import fail
from server.kit.paging import Page
from server.platform.access import changes, policy, repository
from server.platform.access.policy import Grant
from server.store import audit
from server.store.api_keys import ApiKeys
from server.store.engine import Connection, Store

OPERATOR = "corridor"

_SERVICE = "/corridor.access.v1.ApiKeyService"
_PREFIX_PARTS = 3  # `ck`, the environment, the public part; what follows is the secret

_Change = Callable[[Connection, Context, str], ApiKey]
_CHANGES: dict[str, _Change] = {
    "ActivateApiKey": changes.activate,
    "SuspendApiKey": changes.suspend,
    "ResumeApiKey": changes.resume,
}


def create_company(store: Store, title: str, environment: "Environment.ValueType") -> str:
    """Set up a company; its id. `environment` only says in which one the caller goes on."""
    company_id = ids.new("co")
    with store.of(company_id, environment) as connection:
        repository.create_company(connection, company_id, title)
    return company_id


def create_key(
    store: Store,
    keys: ApiKeys,
    company_id: str,
    environment: "Environment.ValueType",
    title: str,
    scopes: Collection[str] = (),
    *,
    grant: Grant | None = None,
    pending: bool = False,
) -> tuple[ApiKey, str]:
    """Make a key for a company, and its secret, which is shown this once. Without `scopes` it may do everything.

    `grant` restricts it further. Raises INVALID_ARGUMENT for scopes that no method asks for.
    """
    grant = grant or policy.grant(scopes or contract.scopes())
    policy.check_scopes_exist(grant.scopes)
    context = _context("CreateApiKey", company_id, environment)
    new = keys.make(environment)
    state = API_KEY_STATE_PENDING if pending else API_KEY_STATE_ACTIVE
    with store.transaction(company_id, environment) as connection:
        key = repository.create(connection, context, new, title, grant, state)
        audit.record(connection, context, key.api_key_id)
    return key, new.secret


def list_keys(store: Store, company_id: str, environment: "Environment.ValueType", after: str | None) -> list[ApiKey]:
    """A page of a company's keys, the newest first, after the one with an id."""
    context = _context("ListApiKeys", company_id, environment)
    with store.of(company_id, environment) as connection:
        keys, _ = repository.page(connection, context, Page(250, after))
    return keys


def show_key(store: Store, prefix: str) -> ApiKey:
    """The key with a prefix. Raises NOT_FOUND for one that is not known."""
    context, api_key_id = _owned(store, prefix, "GetApiKey")
    with store.of(context.who.company_id, context.who.environment) as connection:
        return changes.found(connection, context, api_key_id)


def change_key(store: Store, keys: ApiKeys, prefix: str, method: str) -> ApiKey:
    """Activate, suspend or resume a key, by the name of the RPC. Raises NOT_FOUND, or TRANSITION_NOT_ALLOWED."""
    return _change(store, keys, prefix, method, _CHANGES[method])


def revoke_key(store: Store, keys: ApiKeys, prefix: str) -> ApiKey:
    """End the key with a prefix; a whole key is taken for its prefix. Raises NOT_FOUND for one that is not known."""

    def revoke(connection: Connection, context: Context, api_key_id: str) -> ApiKey:
        key = repository.revoke(connection, context, api_key_id)
        assert key is not None  # keys are never deleted
        return key

    return _change(store, keys, prefix, "RevokeApiKey", revoke)


def rotate_key(
    store: Store, keys: ApiKeys, prefix: str, overlap: timedelta, expire_time: datetime | None = None
) -> tuple[ApiKey, str, ApiKey]:
    """Make the key that replaces another: it, its secret, and the old key with the time at which it ends."""
    context, api_key_id = _owned(store, prefix, "RotateApiKey")
    with store.transaction(context.who.company_id, context.who.environment) as connection:
        new = keys.make(context.who.environment)
        gives = changes.successor(changes.found(connection, context, api_key_id, lock=True), expire_time)
        made, old = changes.rotate(connection, context, api_key_id, new, overlap, gives)
        audit.record(connection, context, old.api_key_id)
    keys.forget(old.prefix)
    return made, new.secret, old


def _change(store: Store, keys: ApiKeys, prefix: str, method: str, change: _Change) -> ApiKey:
    context, api_key_id = _owned(store, prefix, method)
    with store.transaction(context.who.company_id, context.who.environment) as connection:
        key = change(connection, context, api_key_id)
        audit.record(connection, context, key.api_key_id)
    keys.forget(key.prefix)
    return key


def _owned(store: Store, prefix: str, method: str) -> tuple[Context, str]:
    """The operator's context for the company that has a key, and the key's id."""
    prefix = "_".join(prefix.split("_")[:_PREFIX_PARTS])
    with store.anyone() as connection:
        owner = repository.owner(connection, prefix)
    if owner is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no API key with this prefix.")
    company_id, environment, api_key_id = owner
    return _context(method, company_id, environment), api_key_id


def _context(method: str, company_id: str, environment: "Environment.ValueType") -> Context:
    request_id = ids.request_id()
    return Context(
        request_id=request_id,
        correlation_id=request_id,
        method=contract.methods()[f"{_SERVICE}/{method}"],
        caller=Caller(method_pb2.CALLER_KIND_UNSPECIFIED, OPERATOR, company_id, environment),
    )
