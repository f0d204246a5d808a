"""What the operator does with clients without a key. It is audited under the caller id `corridor`."""

import protovalidate

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import contract, ids
from server.kit.context import Caller, Context
from server.kit.errors import fail
from server.kit.paging import Page
from server.platform.access.oauth import client_rules, clients
from server.platform.access.oauth.assembly import OAuth
from server.platform.access.oauth.hashes import CLIENT_SECRET
from server.store import audit

OPERATOR = "corridor"

_SERVICE = "/corridor.access.v1.OAuthClientService"
_SHOWN = 250
_COMPANY = "SELECT 1 FROM corridor.companies WHERE company_id = %s"


def create(
    oauth: OAuth, company_id: str, environment: int, settings: pb.OAuthClientSettings
) -> tuple[pb.OAuthClient, str]:
    """Make a client with a secret. Raises INVALID_ARGUMENT for settings that break a rule, NOT_FOUND for no company."""
    broken = [violation.proto.message for violation in protovalidate.collect_violations(settings)]
    found = client_rules.violations(settings)
    if broken or found:
        why = "; ".join([*broken, *(f"{each.field}: {each.description}" for each in found)])
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, why, violations=found)
    context = _context("CreateOAuthClient", company_id, environment)
    new = oauth.hashes.make(CLIENT_SECRET)
    with oauth.store.transaction(company_id, environment) as connection:
        if connection.execute(_COMPANY, (company_id,)).fetchone() is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such company.")
        client_id = clients.create(connection, context, settings)
        clients.add_secret(connection, context, client_id, new, None)
        audit.record(connection, context, client_id)
        made = clients.get(connection, context, client_id)
    assert made is not None
    return made, new.value


def listed(oauth: OAuth, company_id: str, environment: int) -> list[pb.OAuthClient]:
    """A company's clients, the newest first, as far as one look goes."""
    with oauth.store.of(company_id, environment) as connection:
        context = _context("ListOAuthClients", company_id, environment)
        return clients.page(connection, context, Page(_SHOWN, None))[0]


def disable(oauth: OAuth, company_id: str, environment: int, client_id: str) -> None:
    """Stop a client. Raises NOT_FOUND for one that there is not."""
    context = _context("DisableOAuthClient", company_id, environment)
    with oauth.store.transaction(company_id, environment) as connection:
        if clients.get(connection, context, client_id, lock=True) is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such OAuth client.")
        clients.set_state(connection, context, client_id, pb.CLIENT_STATE_DISABLED)
        audit.record(connection, context, client_id)


def _context(method: str, company_id: str, environment: int) -> Context:
    request_id = ids.request_id()
    who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, OPERATOR, company_id, environment)  # type: ignore[arg-type] # one of the enum's numbers
    return Context(request_id, request_id, method=contract.methods()[f"{_SERVICE}/{method}"], caller=who)
