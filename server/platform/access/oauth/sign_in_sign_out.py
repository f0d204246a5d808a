"""The end of a session: here, then at the company's provider, then back to the client, if it is one of its addresses.

OpenID Connect RP-Initiated Logout 1.0: section 2 towards the provider, section 3 towards our own clients.
"""

import base64
import json
from urllib.parse import urlencode

import structlog

from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit import ids
from server.platform.access.oauth import clients, sign_in_http
from server.platform.access.oauth.sign_in_client import Unreachable
from server.platform.access.oauth.sign_in_desk import SESSION, Desk, Problem, ends_at
from server.platform.access.oauth.sign_in_http import Asked
from server.platform.access.oauth.sign_in_store import SignIn, State
from server.platform.access.oauth.sign_in_tokens import Untrusted
from server.store import audit

_log = structlog.get_logger("corridor.sign_in")

_WISH = ("client_id", "post_logout_redirect_uri", "state")


class SignOutPages:
    """Signs browsers out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sign_out(self, asked: Asked) -> RawResponse:
        """End the session of this browser. Without one there is nothing to end, and the way back is all."""
        desk = self._desk
        found = self._session(asked)
        if found is None:
            back = self._back(asked.query) or self._back(_noted(asked.query.get("state", "")))
            return sign_in_http.redirect(back) if back else desk.pages.signed_out()
        clear = [desk.cookies.clear(SESSION), desk.cookies.clear(found.suffix)]
        back = self._back(asked.query)
        url = self._end(found, _note(asked.query) if back else "") or back
        return sign_in_http.redirect(url, clear) if url else desk.pages.signed_out(clear)

    def _session(self, asked: Asked) -> SignIn | None:
        desk = self._desk
        if sign_in_id := asked.query.get("sign_in", ""):  # "not you?" on the consent page
            try:
                return desk.of_browser(asked, sign_in_id, State.SIGNED_IN)[0]
            except Problem:
                return None
        found = desk.sign_ins.of_cookie(asked.cookie(desk.cookies.name(SESSION)))
        return found if found is not None and found.state == State.DONE else None

    def _end(self, found: SignIn, note: str) -> str:
        """End the session here; where it ends at the provider, if it does."""
        desk, id_token = self._desk, found.facts.pop("id_token", "")
        found.state = State.ENDED
        desk.sign_ins.renew(found)
        context = contexts.current()
        desk.acting(found)
        with desk.store.transaction(found.company_id, found.environment) as connection:
            desk.sign_ins.save(connection, found)
            audit.record(connection, context, found.subject)
        provider = desk.providers.of(found.company_id, found.environment)
        if provider is None or provider.issuer != found.facts["issuer"]:
            return ""
        try:
            url = desk.relying.end_session_url(provider, id_token, f"{desk.issuer}/oauth/logout", ends_at(context))
        except (Unreachable, Untrusted) as error:
            _log.warning("provider_keeps_session", sign_in_id=found.sign_in_id, why=str(error))
            return ""
        return f"{url}&{urlencode({'state': note})}" if url and note else url

    def _back(self, wish: dict[str, str]) -> str:
        """Where the client wants its people afterwards: an address that it has registered, or none."""
        client_id, uri = wish.get("client_id", ""), wish.get("post_logout_redirect_uri", "")
        client = clients.find(self._desk.store, client_id) if uri and ids.is_id(client_id, "oc") else None
        if client is None or not client.enabled or uri not in client.settings.post_logout_redirect_uris:
            return ""
        state = wish.get("state", "")
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}" if state else uri


def _note(wish: dict[str, str]) -> str:
    """The client's wish, to come back from the provider with the browser. It is checked again then."""
    text = json.dumps({name: wish[name] for name in _WISH if name in wish})
    return base64.urlsafe_b64encode(text.encode()).decode()


def _noted(note: str) -> dict[str, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(note.encode("ascii")))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: found[name] for name in _WISH if _is_text(found.get(name))}


def _is_text(value: object) -> bool:
    """Whether it can stand in an address: JSON can also name halves of characters."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)
