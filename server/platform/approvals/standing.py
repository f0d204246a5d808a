"""What somebody may still do who asked for something a while ago: nothing more than then, and nothing that was taken.

A key that was rotated lives on in its successor; a person's roles and a client's scopes are those of now.
"""

from corridor.access.v1 import api_key_pb2, member_pb2, oauth_client_pb2, role_pb2
from corridor.options.v1 import method_pb2
from server.kit import contract
from server.kit.context import Caller, Context
from server.platform.access import policy
from server.platform.access import repository as api_keys
from server.platform.access.consents import repository as consents
from server.platform.access.policy import Grant
from server.store.engine import Connection

_WORKING = {api_key_pb2.API_KEY_STATE_ACTIVE, api_key_pb2.API_KEY_STATE_ROTATED}
_SUCCESSORS_AT_MOST = 100
_CLIENT = """
SELECT scopes FROM corridor.oauth_clients
WHERE company_id = %s AND environment = %s AND oauth_client_id = %s AND state = %s AND delete_time IS NULL
"""
_GRANTED = """
SELECT scopes FROM corridor.oauth_grants WHERE company_id = %s AND environment = %s AND oauth_client_id = %s
    AND subject = %s AND revoke_time IS NULL AND expire_time > clock_timestamp()
"""
_MEMBER = """
SELECT roles || group_roles FROM corridor.members
WHERE company_id = %s AND environment = %s AND member_id = %s AND state = %s
"""


def scopes_now(connection: Connection, context: Context, then: Caller, path: str) -> frozenset[str]:
    """Which of the scopes that a caller had it still has; none if its credential has ended, or is not for the RPC."""
    if then.consent_id and consents.in_force(connection, context, then.consent_id) is None:
        return frozenset()
    match then.kind:
        case method_pb2.CALLER_KIND_API_KEY:
            return then.scopes & _of_key(connection, context, then.caller_id, path)
        case method_pb2.CALLER_KIND_OAUTH_CLIENT:
            return then.scopes & _of_client(connection, context, then.caller_id)
        case method_pb2.CALLER_KIND_USER:
            of_client = _of_client(connection, context, then.caller_id)
            return then.scopes & of_client & _of_person(connection, context, then)
    return frozenset()


def _of_key(connection: Connection, context: Context, api_key_id: str, path: str) -> frozenset[str]:
    for _ in range(_SUCCESSORS_AT_MOST):
        key = api_keys.get(connection, context, api_key_id)
        if key is None:
            break
        if key.state in _WORKING:
            return frozenset(key.scopes if _may_call(policy.grant_of(key), path) else ())
        if key.state != api_key_pb2.API_KEY_STATE_EXPIRED or not key.replaced_by_id:
            break
        api_key_id = key.replaced_by_id
    return frozenset()


def _may_call(gives: Grant, path: str) -> bool:
    """Whether a key may call an RPC, in whichever version: the call is kept as the first version has it."""
    ways = (method.path for method in contract.methods().values() if method.does == path)
    return policy.calls(gives, path) or any(policy.calls(gives, way) for way in ways)


def _of_client(connection: Connection, context: Context, client_id: str) -> frozenset[str]:
    who = context.who
    values = (who.company_id, who.environment, client_id, oauth_client_pb2.CLIENT_STATE_ENABLED)
    row = connection.execute(_CLIENT, values).fetchone()
    return frozenset(row[0]) if row else frozenset()


def _of_person(connection: Connection, context: Context, then: Caller) -> frozenset[str]:
    """What a person let the client do; and for a member of the company, what their roles still hold of it."""
    who = context.who
    granted = connection.execute(_GRANTED, (who.company_id, who.environment, then.caller_id, then.subject)).fetchall()
    scopes = frozenset(scope for row in granted for scope in row[0])
    if not then.roles:
        return scopes
    values = (who.company_id, who.environment, then.subject, member_pb2.MEMBER_STATE_ACTIVE)
    row = connection.execute(_MEMBER, values).fetchone()
    return scopes & _of_roles(frozenset(row[0]) if row else frozenset())


def _of_roles(roles: frozenset[int]) -> frozenset[str]:
    known = role_pb2.Role.DESCRIPTOR.values_by_number
    facts = [known[role].GetOptions().Extensions[role_pb2.role] for role in roles & known.keys()]
    return frozenset(scope for each in facts for scope in each.scopes)
