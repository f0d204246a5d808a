"""The person's answer. A form counts once, from the page that we showed, in its browser."""

import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit import contract
from server.platform.access.oauth import grants, members_roles, sign_in_http
from server.platform.access.oauth.authorizations import AuthorizationOverError
from server.platform.access.oauth.pages import ConsentForm
from server.platform.access.oauth.sign_in_desk import SESSION, Desk, Problem
from server.platform.access.oauth.sign_in_http import Asked
from server.platform.access.oauth.sign_in_store import SESSION_SECONDS, SignIn, State
from server.store import audit
from server.store.engine import Connection

_REFUSED = contract.reason_name(reasons.ERROR_REASON_PERMISSION_DENIED)
_COMPANY = "SELECT title FROM corridor.companies WHERE company_id = %s"


class ConsentPages:
    """The second half of the journey: what they allow."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show(self, asked: Asked) -> RawResponse:
        """The page that asks."""
        desk = self._desk
        found, cookie = desk.of_browser(asked, asked.query.get("sign_in", ""), State.SIGNED_IN)
        with desk.store.of(found.company_id, found.environment) as connection:
            row = connection.execute(_COMPANY, (found.company_id,)).fetchone()
        form = ConsentForm(
            sign_in_id=found.sign_in_id,
            token=self._token(cookie),
            client=found.facts["client_title"],
            back_to=urlsplit(found.facts["redirect_uri"]).hostname or "",
            company=row[0] if row else "",
            environment=found.environment,
            person=found.facts["shown"],
            is_member=found.facts["is_member"],
            scopes=found.facts["offered"],
            days=grants.GRANT_DAYS,
        )
        return desk.pages.consent(form, sign_in_http.source(found.facts["redirect_uri"]))

    def decide(self, asked: Asked) -> RawResponse:
        """Send the browser back to the client, with what the person allowed."""
        desk = self._desk
        found, cookie = desk.of_browser(asked, asked.form.get("sign_in", ""), State.SIGNED_IN)
        self._check_form(asked, found, cookie)
        chosen = set(asked.chosen) & set(found.facts["offered"])
        if asked.form.get("decision") == "allow" and chosen:
            return self._allowed(found, chosen)
        if asked.form.get("decision") not in {"allow", "refuse"}:
            raise Problem("unreadable", found)
        desk.acting(found)
        desk.refuse(found, _REFUSED)
        return sign_in_http.redirect(desk.back_to_client(found), [desk.cookies.clear(found.suffix)])

    def _allowed(self, found: SignIn, chosen: set[str]) -> RawResponse:
        desk, context = self._desk, contexts.current()
        desk.acting(found)
        with desk.store.transaction(found.company_id, found.environment) as connection:
            if not desk.sign_ins.lock(connection, found):  # the form was sent twice at the same time
                raise Problem("expired")
            scopes = chosen & self._still(connection, found) if found.facts["is_member"] else chosen
            if scopes:
                consent_id = "" if found.facts["is_member"] else self._consent(connection, found, scopes)
                url = self._finish(connection, found, scopes, consent_id)
                found.state = State.DONE
                cookie = desk.sign_ins.renew(found)
                found.facts = {name: found.facts[name] for name in ("client_id", "client_title", "issuer", "id_token")}
                desk.sign_ins.save(connection, found)
                desk.sign_ins.keep(connection, found)
                audit.record(connection, context, found.subject)
        if not scopes:  # they were a member when they signed in, and are none any more
            desk.refuse(found, _REFUSED)
            raise Problem("no_access", found, back=desk.back_to_client(found))
        cookies = [desk.cookies.clear(found.suffix), desk.cookies.set(SESSION, cookie, SESSION_SECONDS)]
        return sign_in_http.redirect(url, cookies)

    def _finish(self, connection: Connection, found: SignIn, scopes: set[str], consent_id: str) -> str:
        finish = self._desk.authorizations.finish
        try:
            return finish(connection, found.authorization_id, found.subject, sorted(scopes), consent_id)
        except AuthorizationOverError:  # its ten minutes are over, or its client is gone
            raise Problem("expired") from None

    def _still(self, connection: Connection, found: SignIn) -> frozenset[str]:
        """What the member may do now. Their row stays as it is until the grant is written: no suspension slips by."""
        member = self._desk.members.get(connection, contexts.current(), found.subject, lock=True)
        roles = self._desk.members.active_roles(member)
        return members_roles.scopes(roles)

    def _consent(self, connection: Connection, found: SignIn, scopes: set[str]) -> str:
        until = datetime.now(UTC) + timedelta(days=grants.GRANT_DAYS)
        return self._desk.grant_consent(connection, contexts.current(), found, sorted(scopes), until)

    def _check_form(self, asked: Asked, found: SignIn, cookie: str) -> None:
        """Raise `Problem` unless the form is ours, of this browser, sent from our page."""
        origin = asked.headers.get("origin", "")
        same_site = asked.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        given = asked.form.get("token", "").encode()
        ours = hmac.compare_digest(given, self._token(cookie).encode())
        if not ours or (origin and origin != _origin(self._desk.issuer)) or not same_site:
            self._desk.acting(found)
            self._desk.refuse(found, _REFUSED)
            raise Problem("forged", found)

    def _token(self, cookie: str) -> str:
        """What a form must carry: made from the cookie, which no other site can read."""
        return self._desk.sign_ins.hash("form", cookie).hex()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
