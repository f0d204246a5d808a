"""From `/oauth/authorize` to the company's provider and back. The way back works once, in the same browser.

What the provider says is believed only when all of it holds; then it is looked up who that person is here.
"""

from urllib.parse import urlencode

import structlog

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit import contract, ids
from server.platform.access.oauth import sign_in_http
from server.platform.access.oauth.authorizations import Authorization
from server.platform.access.oauth.identity_provider import Provider
from server.platform.access.oauth.sign_in_client import Attempt, Unreachable
from server.platform.access.oauth.sign_in_desk import Desk, Problem, ends_at
from server.platform.access.oauth.sign_in_http import Asked
from server.platform.access.oauth.sign_in_people import Person
from server.platform.access.oauth.sign_in_store import SIGN_IN_SECONDS, SignIn, State
from server.platform.access.oauth.sign_in_tokens import Identity, Untrusted
from server.store import audit

_log = structlog.get_logger("corridor.sign_in")

_DENIED = {"access_denied", "interaction_required", "login_required", "account_selection_required"}
_REFUSED = contract.reason_name(reasons.ERROR_REASON_PERMISSION_DENIED)
_NOT_PROVED = contract.reason_name(reasons.ERROR_REASON_UNAUTHENTICATED)


class SignInPages:
    """The first half of the journey: who it is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sign_in(self, authorization: Authorization, request: RawRequest) -> RawResponse:
        """Begin: give the browser its cookie, and send it to where the provider is looked up."""
        desk = self._desk
        facts = {
            "client_id": authorization.client_id,
            "client_title": authorization.client_title,
            "redirect_uri": authorization.redirect_uri,
            "scopes": sorted(authorization.scopes),
        }
        found, cookie = desk.sign_ins.begin(
            authorization.company_id, authorization.environment, authorization.authorization_id, facts
        )
        url = f"{desk.issuer}/oauth/sign-in?{urlencode({'sign_in': found.sign_in_id})}"
        older = desk.cookies.crowd(sign_in_http.cookies_of(request))
        return sign_in_http.redirect(url, [*older, desk.cookies.set(found.suffix, cookie, SIGN_IN_SECONDS)])

    def start(self, asked: Asked) -> RawResponse:
        """Send the browser to the provider, with secrets that are new each time."""
        desk = self._desk
        found, _ = desk.of_browser(asked, asked.query.get("sign_in", ""), State.STARTED)
        provider = desk.provider(found)
        attempt = Attempt(state=ids.secret(260), nonce=ids.secret(260), verifier=ids.secret(260))
        try:
            url = desk.relying.authorization_url(provider, attempt, ends_at(contexts.current()))
        except Unreachable as error:
            raise self._unreachable(found, error) from None
        except Untrusted as untrusted:
            raise self._untrusted(found, untrusted) from None
        found.facts["issuer"] = provider.issuer
        desk.sign_ins.leave(found, attempt)
        return sign_in_http.redirect(url)

    def finish(self, asked: Asked) -> RawResponse:
        """Take the browser back from the provider."""
        desk = self._desk
        found = self._returned(asked)
        provider = desk.provider(found)
        if provider.issuer != found.facts["issuer"]:  # it was changed meanwhile: the answer is for the one before
            raise Problem("expired", found, retry=True)
        try:
            identity = self._identity(asked, found, provider)
        except Unreachable as error:
            raise self._unreachable(found, error) from None
        except Untrusted as untrusted:
            raise self._untrusted(found, untrusted) from None
        if identity is None:  # the person, or the provider, said no
            return sign_in_http.redirect(desk.back_to_client(found), [desk.cookies.clear(found.suffix)])
        return self._signed_in(found, provider, identity)

    def _returned(self, asked: Asked) -> SignIn:
        """The sign-in that a browser comes back with: known by its state, and by the cookie of the same browser."""
        desk = self._desk
        found = desk.sign_ins.of_state(asked.query.get("state", ""))
        if found is None:
            raise Problem("elsewhere")
        if not desk.sign_ins.is_of(found, asked.cookie(desk.cookies.name(found.suffix))):
            raise Problem("elsewhere")
        if not desk.sign_ins.claim(found):
            raise Problem("elsewhere")
        found.state_hash = None
        return found

    def _identity(self, asked: Asked, found: SignIn, provider: Provider) -> Identity | None:
        relying, until = self._desk.relying, ends_at(contexts.current())
        relying.check_sender(provider, asked.query.get("iss"), until)
        if error := asked.query.get("error", ""):
            if error in _DENIED:
                return None
            raise Unreachable("the provider answers with an error")
        if not (code := asked.query.get("code", "")):
            raise Untrusted("the answer has no code")
        return relying.identity(provider, code, found.attempt, until)

    def _signed_in(self, found: SignIn, provider: Provider, identity: Identity) -> RawResponse:
        desk, context = self._desk, contexts.current()
        desk.acting(found)
        with desk.store.transaction(found.company_id, found.environment) as connection:
            person = desk.people.person(connection, context, provider, identity)
            offered = sorted(person.scopes & set(found.facts["scopes"])) if person else []
            if person is not None and offered:
                found.state, found.subject = State.SIGNED_IN, person.subject
                cookie = desk.sign_ins.renew(found)
                found.facts = _facts(found, person, identity, offered)
                desk.sign_ins.save(connection, found)
                desk.acting(found)
                audit.record(connection, context, person.subject)
        if person is None or not offered:
            desk.refuse(found, _REFUSED)
            back = desk.back_to_client(found)
            if person is None:
                raise Problem("no_access", found, back=back)
            return sign_in_http.redirect(back, [desk.cookies.clear(found.suffix)])
        url = f"{desk.issuer}/oauth/consent?{urlencode({'sign_in': found.sign_in_id})}"
        return sign_in_http.redirect(url, [desk.cookies.set(found.suffix, cookie, SIGN_IN_SECONDS)])

    def _unreachable(self, found: SignIn, error: Unreachable) -> Problem:
        _log.warning("provider_unreachable", sign_in_id=found.sign_in_id, why=str(error))
        return Problem("provider_down", found, retry=True)

    def _untrusted(self, found: SignIn, untrusted: Untrusted) -> Problem:
        _log.warning("provider_untrusted", sign_in_id=found.sign_in_id, why=untrusted.why)
        self._desk.refuse(found, _NOT_PROVED)
        return Problem("not_proved", found, retry=True)


def _facts(found: SignIn, person: Person, identity: Identity, offered: list[str]) -> dict[str, object]:
    """What the consent page needs. The secrets of the way to the provider are used up, and go."""
    kept = {name: found.facts[name] for name in ("client_id", "client_title", "redirect_uri", "issuer")}
    return kept | {
        "offered": offered,
        "shown": person.shown,
        "is_member": person.is_member,
        "id_token": identity.id_token,
    }
