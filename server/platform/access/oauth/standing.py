"""How an access token stands by now: whether its client, its grant and its person still are what they were.

A token never does more than its client and its person may do at the moment, whatever it said when it was made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import role_pb2
from server.kit import ids
from server.platform.access.oauth.access_tokens import AccessToken
from server.store.engine import Store

_STANDING = """
SELECT client_state, client_scopes, granted, revoked FROM corridor.oauth_token_standing(%s, %s::smallint, %s, %s, %s)
"""
# The roles of an active member by company, environment and id; None for everybody else.
RolesOf = Callable[[str, int, str], frozenset[int] | None]


class State(Enum):
    """Whether a token works."""

    GOOD = "good"
    REVOKED = "revoked"  # by the client, by a person, or with the client or the member
    INACTIVE = "inactive"  # its client is disabled


@dataclass(frozen=True, slots=True)
class Standing:
    """How a token stands, and what it may do."""

    state: State
    scopes: frozenset[str] = frozenset()
    roles: frozenset[int] = frozenset()


class Standings:
    """Asks the database."""

    def __init__(self, store: Store, roles_of: RolesOf) -> None:
        self._store = store
        self._roles_of = roles_of

    def of(self, token: AccessToken) -> Standing:
        """How a token stands whose signature holds."""
        values = (token.company_id, token.environment, token.client_id, token.grant_id, token.token_id)
        with self._store.of(token.company_id, token.environment) as connection:
            row = connection.execute(_STANDING, values).fetchone()
        if row is None:
            return Standing(State.REVOKED)
        client_state, client_scopes, granted, revoked = row
        if revoked or not granted:
            return Standing(State.REVOKED)
        if client_state != pb.CLIENT_STATE_ENABLED:
            return Standing(State.INACTIVE)
        scopes = token.scopes & frozenset(client_scopes)
        if not (token.grant_id and ids.is_id(token.subject, "mem")):
            return Standing(State.GOOD, scopes)
        roles = self._roles_of(token.company_id, token.environment, token.subject)
        if roles is None:
            return Standing(State.REVOKED)
        return Standing(State.GOOD, scopes & _scopes(roles), roles)


def _scopes(roles: frozenset[int]) -> frozenset[str]:
    known = role_pb2.Role.DESCRIPTOR.values_by_number
    found: set[str] = set()
    for role in roles & set(known):
        found.update(known[role].GetOptions().Extensions[role_pb2.role].scopes)
    return frozenset(found)
