"""The client side of OAuth for tests: clients of a company, and the endpoints by their RPCs."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import ECKey, Key

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.access.v1 import oauth_client_service_pb2 as api
from corridor.access.v1 import oauth_service_pb2
from corridor.payouts.v1 import payout_service_pb2
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.platform.access.oauth.authorizations import Authorization
from tests.server import people
from tests.server.oauth.oauth_made import *  # noqa: F403 - tests find both under one name
from tests.server.oauth.oauth_made import ISSUER, basic, jwks, read, sign
from tests.serving import Client, Refused, Running, until

REDIRECT = "https://client.example/callback?keep=1"
LIST = payout_service_pb2.ListPayoutsRequest()
SCOPES = ("payouts:create", "payouts:read")
FORM = "application/x-www-form-urlencoded"
BASIC = pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC
POST = pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_POST
JWT = pb.CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT
TLS = pb.CLIENT_AUTHENTICATION_TLS_CLIENT_AUTH
SELF_SIGNED = pb.CLIENT_AUTHENTICATION_SELF_SIGNED_TLS_CLIENT_AUTH
EVERY_GRANT = (
    pb.GRANT_TYPE_CLIENT_CREDENTIALS,
    pb.GRANT_TYPE_AUTHORIZATION_CODE,
    pb.GRANT_TYPE_REFRESH_TOKEN,
)
_RPCS = {
    "/oauth/token": "CreateToken",
    "/oauth/par": "PushAuthorizationRequest",
    "/oauth/revoke": "RevokeToken",
    "/oauth/introspect": "IntrospectToken",
    "/oauth/authorize": "StartAuthorization",
    "/.well-known/oauth-authorization-server": "GetAuthorizationServerMetadata",
    "/.well-known/jwks.json": "GetJsonWebKeySet",
}


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered."""

    status: int
    headers: Mapping[str, str]
    text: bytes = field(repr=False)

    @property
    def body(self) -> Any:
        """The JSON."""
        return json.loads(self.text)

    @property
    def error(self) -> str:
        """The error's name (RFC 6749, 5.2); empty if there is none."""
        return str(self.body.get("error", "")) if self.text else ""

    @property
    def token(self) -> str:
        """The access token."""
        return str(self.body["access_token"])

    @property
    def sent_back(self) -> Mapping[str, str]:
        """The parameters of the address that a redirect goes to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.headers["location"]).query).items()}


def answer(response: RawResponse) -> Answer:
    """A raw answer."""
    return Answer(response.status, {h.name: h.value.decode() for h in response.headers}, response.body)


@dataclass
class OAuthClient:
    """A client as its company sees it, and as it calls the endpoints itself."""

    running: Running
    resource: pb.OAuthClient
    secret: str = ""
    key: Key | None = None
    certificate: bytes = b""

    @property
    def client_id(self) -> str:
        """Its id."""
        return str(self.resource.oauth_client_id)

    @property
    def company_id(self) -> str:
        """Its company."""
        return str(read(self.token().token)[1]["company"])

    @property
    def basic(self) -> Mapping[str, str]:
        """The Authorization header of its secret (RFC 6749, 2.3.1)."""
        return {"authorization": basic(self.client_id, self.secret)}

    def post(self, path: str, **form: str) -> Answer:
        """A form, with the client's own proof of who it is."""
        headers: dict[str, str] = {}
        match self.resource.settings.authentication:
            case pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC:
                headers.update(self.basic)
            case pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_POST:
                form = {"client_id": self.client_id, "client_secret": self.secret, **form}
            case pb.CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT:
                form = {**form, **self.asserted()}
            case _:
                form = {"client_id": self.client_id, **form}
        if proof := form.pop("dpop", ""):
            headers["dpop"] = proof
        return post(self.running, path, form, headers, self.certificate)

    def asserted(self, key: Key | None = None, alg: str = "ES256", **claims: Any) -> dict[str, str]:
        """The parameters of private_key_jwt (RFC 7523, 2.2)."""
        now = int(time.time())
        said = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "jti": secrets.token_hex(8)}
        said = {**said, "iat": now, "exp": now + 60, **claims}
        made = sign({}, {k: v for k, v in said.items() if v is not None}, key or self.key, alg)
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": made,
        }

    def token(self, **form: str) -> Answer:
        """A token for itself."""
        return self.post("/oauth/token", grant_type="client_credentials", **form)

    def caller(self, access_token: str) -> Client:
        """Calls RPCs with a token."""
        return Client(self.running.address, access_token)

    def asks(self, **changes: str) -> dict[str, str]:
        """The parameters of an authorization request (RFC 6749, 4.1.1)."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "scope": "payouts:read",
            "state": "of-the-client",
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value}

    def journey(self, **changes: str) -> Authorization:
        """A journey that a request began."""
        begun = self.running.parts.oauth.authorizations.begin(RawRequest(query=urlencode(self.asks(**changes))))
        assert isinstance(begun, Authorization), answer(begun)
        return begun

    def code(self, subject: str = "", consent_id: str = "", **changes: str) -> str:
        """The code that a person's yes gives."""
        return self.allowed(self.journey(**changes), subject, consent_id)

    def allowed(self, begun: Authorization, subject: str = "", consent_id: str = "") -> str:
        """The code of a journey that ends with a yes."""
        parts = self.running.parts
        with parts.store.transaction(begun.company_id, begun.environment) as connection:
            url = parts.oauth.authorizations.finish(
                connection, begun.authorization_id, subject or "user-1", sorted(begun.scopes), consent_id
            )
        return parse_qs(urlsplit(url).query)["code"][0]

    def exchange(self, code: str, **changes: str) -> Answer:
        """The tokens of a code."""
        form = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
        return self.post("/oauth/token", grant_type="authorization_code", **form)

    def refresh(self, token: str, **changes: str) -> Answer:
        """The tokens of a refresh token."""
        return self.post("/oauth/token", grant_type="refresh_token", refresh_token=token, **changes)


VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B


def settings(**changes: Any) -> pb.OAuthClientSettings:
    """Settings of a client that may do everything that the tests need."""
    usual: dict[str, Any] = {
        "title": "Test client",
        "grant_types": EVERY_GRANT,
        "scopes": SCOPES,
        "redirect_uris": [REDIRECT],
        "authentication": BASIC,
    }
    return pb.OAuthClientSettings(**{**usual, **changes})


def make(running: Running, owner: Client | None = None, **changes: Any) -> OAuthClient:
    """A new client of the owner's company, or of a new one."""
    owner = owner or running.client()
    key = changes.pop("key", None)
    certificate = changes.pop("certificate", b"")
    request = api.CreateOAuthClientRequest(settings=settings(**changes))
    made = owner.call("OAuthClientService/CreateOAuthClient", request, key=people.new_key())
    return OAuthClient(running, made.oauth_client, made.secret, key, certificate)


def with_key(running: Running, owner: Client | None = None, **changes: Any) -> OAuthClient:
    """A new client that proves itself by its own key."""
    key = ECKey.generate_key("P-256")
    return make(running, owner, authentication=JWT, jwks=jwks(key), key=key, **changes)


def post(
    running: Running, path: str, form: Mapping[str, str] | str, headers: Mapping[str, str] | None = None,
    certificate: bytes = b"", *, query: str = "",
) -> Answer:  # fmt: skip
    """A form to an endpoint."""
    body = form if isinstance(form, str) else urlencode(form)
    given = {"content-type": FORM, **(headers or {})}
    return call(running, path, RawRequest(headers=_headers(given), query=query, body=body.encode()), certificate)


def get(running: Running, path: str, query: str = "") -> Answer:
    """A GET of an endpoint."""
    return call(running, path, RawRequest(query=query))


def call(running: Running, path: str, raw: RawRequest, certificate: bytes = b"") -> Answer:
    """A request to an endpoint."""
    name = _RPCS[path]
    request = getattr(oauth_service_pb2, f"{name}Request")(request=raw)
    stranger = Client(running.address, "")
    shown = {"x_corridor_client_certificate_der": base64.b64encode(certificate).decode()} if certificate else {}
    try:
        return answer(stranger.call(f"OAuthService/{name}", request, **shown).response)
    finally:
        stranger.close()


def _headers(given: Mapping[str, str]) -> list[RawHeader]:
    return [RawHeader(name=name, value=value.encode()) for name, value in given.items()]


def authorize(running: Running, asked: Mapping[str, str], *, form: bool = False) -> Answer:
    """A request at the authorization endpoint, as a browser brings it."""
    stranger = Client(running.address, "")
    try:
        if not form:
            return get(running, "/oauth/authorize", urlencode(asked))
        raw = RawRequest(headers=_headers({"content-type": FORM}), body=urlencode(asked).encode())
        request = oauth_service_pb2.StartAuthorizationByFormRequest(request=raw)
        return answer(stranger.call("OAuthService/StartAuthorizationByForm", request).response)
    finally:
        stranger.close()


def until_refused(client: OAuthClient, token: str, reason: str) -> None:
    """Wait until a token is refused for a reason: what a server knows of it may be half a second old."""
    caller, found = client.caller(token), ""

    def refused() -> bool:
        nonlocal found
        try:
            caller.call("PayoutService/ListPayouts", LIST)
        except Refused as error:
            found = error.reason
        return bool(found)

    until(refused, what=f"{reason} of a token")
    caller.close()
    assert reason == found


def minted(
    client: OAuthClient, *, expire_in: int | None = None, header: Mapping[str, Any] | None = None, **claims: Any
) -> str:
    """A token of the client that this installation signed, with other claims than it would have given."""
    _, said = read(client.token().token)
    now = int(time.time())
    if expire_in is not None:
        said.update(iat=now - 600, exp=now + expire_in)
    said.update(claims)
    signer = client.running.parts.oauth.tokens.signer()
    return signer({"typ": "at+jwt", **(header or {})}, {k: v for k, v in said.items() if v is not None})


def works(client: OAuthClient, token: str) -> bool:
    """Whether an access token lists payouts."""
    try:
        client.caller(token).call("PayoutService/ListPayouts", LIST)
    except Refused:
        return False
    return True
