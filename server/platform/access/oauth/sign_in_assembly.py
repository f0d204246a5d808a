"""The parts of sign-in, put together once per process."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from adapters.kit.http import Http
from corridor.access.v1 import consent_pb2
from server.kit.context import Context
from server.kit.paging import PageTokens
from server.platform.access.consents.changes import Consents, How
from server.platform.access.oauth import grants
from server.platform.access.oauth.authorizations import Authorizations
from server.platform.access.oauth.identity_provider import IdentityProviders
from server.platform.access.oauth.identity_provider_servicer import IdentityProviderServicer
from server.platform.access.oauth.members import Members
from server.platform.access.oauth.members_servicer import MemberServicer
from server.platform.access.oauth.pages import Pages
from server.platform.access.oauth.servicer import SignInPage
from server.platform.access.oauth.sign_in import SignInPages
from server.platform.access.oauth.sign_in_client import RelyingParty
from server.platform.access.oauth.sign_in_desk import Desk, GrantConsent
from server.platform.access.oauth.sign_in_http import Cookies
from server.platform.access.oauth.sign_in_people import People
from server.platform.access.oauth.sign_in_servicer import SignInServicer
from server.platform.access.oauth.sign_in_store import SignIn, SignIns
from server.platform.access.oauth.test_provider import TestProvider
from server.platform.access.oauth.test_provider_servicer import TestProviderServicer
from server.platform.webhooks.guard import Guard
from server.settings import Settings
from server.store.engine import Connection, Store
from server.store.secrets import Keyring


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What serves people who sign in, and those who look after them."""

    desk: Desk
    guard: Guard
    test_provider: TestProvider | None

    @property
    def page(self) -> SignInPage:
        """Where a valid authorization request goes on."""
        return SignInPages(self.desk).sign_in

    def servicer(self) -> SignInServicer:
        """Serves the pages."""
        return SignInServicer(self.desk)

    def test_provider_servicer(self) -> TestProviderServicer:
        """Serves the test provider."""
        return TestProviderServicer(self.test_provider, self.desk.pages)

    def identity_provider_servicer(self) -> IdentityProviderServicer:
        """Serves the company's provider."""
        return IdentityProviderServicer(self.desk.store, self.desk.providers, self.guard)

    def member_servicer(self, tokens: PageTokens) -> MemberServicer:
        """Serves the company's people."""
        return MemberServicer(self.desk.store, tokens, self.desk.members, _end_tokens)


def build(
    store: Store,
    ring: Keyring,
    http: Http,
    guard: Guard,
    members: Members,
    authorizations: Authorizations,
    consents: Consents,
    settings: Settings,
) -> SigningIn:
    """Sign-in at an installation that people reach as its issuer. `http` dials only what the guard has judged."""
    issuer = settings.issuer
    built_in = TestProvider(ring, issuer) if settings.test_provider else None
    callback_url = f"{issuer}/oauth/callback"
    desk = Desk(
        store=store,
        sign_ins=SignIns(store, ring.derived("sign-ins")),
        providers=IdentityProviders(store, callback_url, built_in),
        relying=RelyingParty(http, guard, callback_url, built_in),
        people=People(members, members.hashes),
        members=members,
        authorizations=authorizations,
        grant_consent=_granting(consents),
        pages=Pages(),
        cookies=Cookies(secure=issuer.startswith("https://")),
        issuer=issuer,
    )
    return SigningIn(desk, guard, built_in)


def _granting(consents: Consents) -> GrantConsent:
    """How an end user's yes is kept: as a consent, which ends the client's tokens when it ends."""

    def grant(connection: Connection, context: Context, found: SignIn, scopes: Collection[str], until: datetime) -> str:
        subject = consent_pb2.ConsentSubject(kind=consent_pb2.CONSENT_SUBJECT_KIND_USER, subject_id=found.subject)
        consent = consents.grant(
            connection,
            context,
            purpose=f"Access by {found.facts['client_title']}",
            data_scopes=sorted(scopes),
            subject=subject,
            legal_basis=consent_pb2.LEGAL_BASIS_CONSENT,
            how=How(consent_pb2.CONSENT_CHANNEL_CONSENT_PAGE, found.sign_in_id),
            expire_time=until,
        )
        return consent.consent_id

    return grant


def _end_tokens(connection: Connection, company_id: str, environment: int, member_id: str) -> None:
    grants.revoke(connection, company_id, environment, subject=member_id)  # type: ignore[arg-type] # an enum's number
