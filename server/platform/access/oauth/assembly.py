"""The parts of the authorization server, put together once per process."""

from dataclasses import dataclass

from server.kit.clock import Clock
from server.kit.paging import PageTokens
from server.platform.access.oauth.access_tokens import AccessTokens
from server.platform.access.oauth.authorizations import Authorizations
from server.platform.access.oauth.client_authentication import ClientAuthentication
from server.platform.access.oauth.client_servicer import OAuthClientServicer
from server.platform.access.oauth.hashes import Hashes
from server.platform.access.oauth.introspection import Introspection
from server.platform.access.oauth.servicer import OAuthServicer, SignInPage
from server.platform.access.oauth.signing_keys import SigningKeys
from server.platform.access.oauth.standing import RolesOf, Standings
from server.platform.access.oauth.token_endpoint import TokenEndpoint
from server.store.engine import Store
from server.store.secrets import Keyring

_FORGET_AT_ONCE = 5_000
_FORGET = "SELECT corridor.forget_oauth_leftovers(%s)"


@dataclass(frozen=True, slots=True)
class OAuth:
    """What the rest of the process needs of the authorization server."""

    store: Store
    clock: Clock
    hashes: Hashes
    keys: SigningKeys
    tokens: AccessTokens
    standings: Standings
    authorizations: Authorizations

    def servicer(self, sign_in: SignInPage) -> OAuthServicer:
        """Serves the endpoints; `sign_in` shows people where to sign in."""
        endpoint = TokenEndpoint(self.store, self.hashes, self.tokens, self.authorizations, self.clock)
        authentication = ClientAuthentication(self.store, self.hashes, self.clock, self.tokens.issuer)
        introspection = Introspection(self.store, self.hashes, self.tokens, self.standings)
        return OAuthServicer(
            self.store,
            authentication,
            endpoint,
            self.authorizations,
            introspection,
            self.tokens,
            self.keys,
            self.clock,
            sign_in,
        )

    def client_servicer(self, page_tokens: PageTokens) -> OAuthClientServicer:
        """Serves the company's clients."""
        return OAuthClientServicer(self.store, self.hashes, page_tokens, self.clock)

    def tend(self, rotate_days: float) -> None:
        """Rotate signing keys when it is time, and forget what can be used no more."""
        self.keys.tend(rotate_days)
        with self.store.anyone() as connection:
            connection.execute(_FORGET, (_FORGET_AT_ONCE,))


def build(
    store: Store,
    ring: Keyring,
    clock: Clock,
    roles_of: RolesOf,
    *,
    issuer: str,
    algorithm: str,
    token_seconds: int,
) -> OAuth:
    """The authorization server of an installation that people reach as `issuer`."""
    hashes = Hashes(ring.derived("oauth"))
    keys = SigningKeys(store, ring, algorithm)
    return OAuth(
        store=store,
        clock=clock,
        hashes=hashes,
        keys=keys,
        tokens=AccessTokens(keys, clock, issuer, token_seconds),
        standings=Standings(store, roles_of),
        authorizations=Authorizations(store, hashes, clock, issuer),
    )
