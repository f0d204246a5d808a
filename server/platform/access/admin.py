"""What the operator does without a key: set up a company, make its first key, end a key that has leaked.

Changes to keys are audited under the caller id `corridor`, like those that are made by RPC.
"""

from collections.abc import Collection

from corridor.access.v1 import api_key_pb2
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import contract, ids
from server.kit.context import Caller, Context
from server.kit.errors import Violation, fail
from server.platform.access import repository
from server.store import audit
from server.store.api_keys import ApiKeys
from server.store.engine import Store

OPERATOR = "corridor"

_SERVICE = "/corridor.access.v1.ApiKeyService"
_PREFIX_PARTS = 3  # `ck`, the environment, the public part; what follows is the secret


def create_company(store: Store, title: str, environment: Environment.ValueType) -> str:
    """Set up a company; its id. `environment` only says in which one the caller goes on."""
    company_id = ids.new("co")
    with store.of(company_id, environment) as connection:
        repository.create_company(connection, company_id, title)
    return company_id


def create_key(
    store: Store,
    keys: ApiKeys,
    company_id: str,
    environment: Environment.ValueType,
    title: str,
    scopes: Collection[str] = (),
) -> tuple[api_key_pb2.ApiKey, str]:
    """Make a key for a company, and its secret, which is shown this once. Without `scopes` it may do everything.

    Raises INVALID_ARGUMENT for scopes that no method asks for.
    """
    if unknown := sorted(set(scopes) - set(contract.scopes())):
        violation = Violation("scopes", f"no method asks for {', '.join(unknown)}", "scopes")
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, violation.description, violations=[violation])
    context = _context("CreateApiKey", company_id, environment)
    new = keys.make(environment)
    with store.transaction(company_id, environment) as connection:
        key = repository.create(connection, context, new, title, sorted(scopes or contract.scopes()))
        audit.record(connection, context, key.api_key_id)
    return key, new.secret


def revoke_key(store: Store, keys: ApiKeys, prefix: str) -> api_key_pb2.ApiKey:
    """End the key with a prefix; a whole key is taken for its prefix. Raises NOT_FOUND for one that is not known."""
    prefix = "_".join(prefix.split("_")[:_PREFIX_PARTS])
    with store.anyone() as connection:
        owner = repository.owner(connection, prefix)
    if owner is None:
        raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no API key with this prefix.")
    company_id, environment, api_key_id = owner
    context = _context("RevokeApiKey", company_id, environment)
    with store.transaction(company_id, environment) as connection:
        key = repository.revoke(connection, context, api_key_id)
        assert key is not None  # keys are never deleted
        audit.record(connection, context, key.api_key_id)
    keys.forget(prefix)
    return key


def _context(method: str, company_id: str, environment: Environment.ValueType) -> Context:
    request_id = ids.request_id()
    return Context(
        request_id=request_id,
        correlation_id=request_id,
        method=contract.methods()[f"{_SERVICE}/{method}"],
        caller=Caller(method_pb2.CALLER_KIND_UNSPECIFIED, OPERATOR, company_id, environment),
    )
