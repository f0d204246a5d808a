"""What every step of a sign-in works with: the parts, whose browser it is, and what goes wrong for people to read."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from corridor.audit.v1 import audit_entry_pb2
from corridor.options.v1 import method_pb2
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Caller, Context
from server.platform.access.oauth.authorizations import AuthorizationOverError, Authorizations
from server.platform.access.oauth.identity_provider import IdentityProviders, Provider
from server.platform.access.oauth.members import Members
from server.platform.access.oauth.pages import Pages
from server.platform.access.oauth.sign_in_client import RelyingParty
from server.platform.access.oauth.sign_in_http import SUFFIX_CHARACTERS, Asked, Cookies
from server.platform.access.oauth.sign_in_people import People
from server.platform.access.oauth.sign_in_store import SignIn, SignIns, State
from server.store import audit
from server.store.engine import Connection, Store

SESSION = "session"  # the end of the name of the cookie of a session that can be signed out
_ANSWER_SECONDS = 0.5  # what is left for the answer, when somebody else has been waited for


GrantConsent = Callable[[Connection, Context, SignIn, Collection[str], datetime], str]
"""Records, in the caller's transaction, what an end user allowed until when; the consent's id."""


class Problem(Exception):  # noqa: N818 - what a person finds instead of the next step
    """The journey does not go on. `name` is a page of `Pages.problem`."""

    def __init__(self, name: str, found: SignIn | None = None, *, retry: bool = False, back: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.found = found
        self.retry = retry
        self.back = back


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the journey."""

    store: Store
    sign_ins: SignIns
    providers: IdentityProviders
    relying: RelyingParty
    people: People
    members: Members
    authorizations: Authorizations
    grant_consent: GrantConsent
    pages: Pages
    cookies: Cookies
    issuer: str = field(default="")

    def of_browser(self, asked: Asked, sign_in_id: str, *states: State) -> tuple[SignIn, str]:
        """The sign-in with an id, and the cookie that proves that it is this browser's. Raises `Problem`."""
        if not ids.is_id(sign_in_id, "si"):
            raise Problem("elsewhere")
        cookie = asked.cookie(self.cookies.name(sign_in_id[-SUFFIX_CHARACTERS:]))
        found = self.sign_ins.of_cookie(cookie)
        if found is None:
            raise Problem("expired")
        if found.sign_in_id != sign_in_id or found.state not in states:
            raise Problem("expired")
        return found, cookie

    def provider(self, found: SignIn) -> Provider:
        """Where the sign-in's company lets people sign in. Raises `Problem`."""
        provider = self.providers.of(found.company_id, found.environment)
        if provider is None:
            raise Problem("no_provider", found)
        return provider

    def refuse(self, found: SignIn, reason: str) -> None:
        """Record that somebody was kept out."""
        context = contexts.current()
        caller = self.acting(found)
        refused = audit.row(context, caller, found.sign_in_id, audit_entry_pb2.AUDIT_OUTCOME_REFUSED, reason)
        with self.store.of(found.company_id, found.environment) as connection:
            audit.record_calls(connection, [refused])
        context.audited = True

    def acting(self, found: SignIn) -> Caller:
        """Let the current call be one of the sign-in's company, on behalf of whoever signed in."""
        context = contexts.current()
        context.caller = Caller(
            method_pb2.CALLER_KIND_USER,
            found.facts["client_id"],
            found.company_id,
            found.environment,  # type: ignore[arg-type] # an enum's number
            subject=found.subject,
        )
        return context.caller

    def back_to_client(self, found: SignIn) -> str:
        """End the sign-in without a code; where the client hears of it."""
        try:
            url = self.authorizations.deny(found.authorization_id)
        except AuthorizationOverError:
            raise Problem("expired") from None
        with self.store.of(found.company_id, found.environment) as connection:
            found.state = State.ENDED
            self.sign_ins.renew(found)
            self.sign_ins.save(connection, found)
        return url

    def show(self, problem: Problem) -> RawResponse:
        """The page of a problem."""
        found = problem.found
        client = found.facts["client_title"] if found else ""
        retry = f"/oauth/sign-in?sign_in={found.sign_in_id}" if found and problem.retry else ""
        return self.pages.problem(problem.name, client=client, retry=retry, back=problem.back)


def ends_at(context: Context) -> float:
    """By when somebody else must have answered, on the monotonic clock."""
    return context.deadline - _ANSWER_SECONDS
