"""What an authorization request must keep (RFC 6749, 4.1.1; RFC 7636; RFC 8707; RFC 9126), before anybody is asked.

A fault in the client or its redirect address is told to the person; every other one goes back to the client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corridor.access.v1 import oauth_client_pb2 as pb
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.http import OAuthError

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636, 4.2: base64url of a SHA-256
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 9449, 10
_STATE_CHARACTERS = 2000
_HINT_CHARACTERS = 320


@dataclass(frozen=True, slots=True)
class Parameters:
    """A request that was found good."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    code_challenge: str
    thumbprint: str  # of the DPoP key to which the code is bound; empty where it is not
    resource: str  # empty for Corridor itself
    login_hint: str
    prompt: str


def redirect_uri(client: Client, given: Mapping[str, str]) -> str:
    """Where the person is sent back to. Raises `OAuthError`, which must not be sent there."""
    uri = given.get("redirect_uri", "")
    if not uri:
        raise OAuthError("invalid_request", "The request names no redirect_uri.")
    if uri not in client.settings.redirect_uris:  # RFC 9700, 4.1.3: compared as it is
        raise OAuthError("invalid_request", "The redirect_uri is not one of the client's.")
    return uri


def parameters(client: Client, given: Mapping[str, str], audience: str) -> Parameters:
    """The request's parameters. Raises `OAuthError` for what the client has to mend."""
    if not client.may(pb.GRANT_TYPE_AUTHORIZATION_CODE):
        raise OAuthError("unauthorized_client", "The client may not use authorization codes.")
    if "request" in given:
        raise OAuthError("request_not_supported", "Request objects are not taken; push the request (RFC 9126).")
    if given.get("response_type") != "code":
        known = "response_type" in given
        error = "unsupported_response_type" if known else "invalid_request"
        raise OAuthError(error, "The response_type must be code.")
    if given.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "The response_mode must be query.")
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise OAuthError("invalid_request", "A code_challenge with the method S256 is needed (RFC 7636).")
    thumbprint = given.get("dpop_jkt", "")
    if thumbprint and not _THUMBPRINT.fullmatch(thumbprint):
        raise OAuthError("invalid_request", "dpop_jkt is no thumbprint (RFC 9449, 10).")
    state, hint = given.get("state", ""), given.get("login_hint", "")
    if len(state) > _STATE_CHARACTERS or len(hint) > _HINT_CHARACTERS:
        raise OAuthError("invalid_request", "A parameter is too long.")
    return Parameters(
        redirect_uri=redirect_uri(client, given),
        scopes=scopes(client, given),
        state=state,
        code_challenge=given["code_challenge"],
        thumbprint=thumbprint,
        resource=resource(client, given, audience),
        login_hint=hint,
        prompt=given.get("prompt", "")[:_HINT_CHARACTERS],
    )


def scopes(client: Client, given: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes that are asked for: the client's where none is named (RFC 6749, 3.3). Raises `OAuthError`."""
    asked = given.get("scope", "").split(" ") if given.get("scope") else list(client.settings.scopes)
    if set(asked) - set(client.settings.scopes):
        raise OAuthError("invalid_scope", "The client may not have all of these scopes.")
    return tuple(sorted(set(asked)))


def resource(client: Client, given: Mapping[str, str], audience: str) -> str:
    """Which API the token is for; empty for Corridor itself (RFC 8707, 2). Raises `OAuthError`."""
    asked = given.get("resource", "")
    if not asked or asked == audience:
        return ""
    if asked not in client.settings.resources:
        raise OAuthError("invalid_target", "The client may have no tokens for this resource.")
    return asked
