"""An OpenID Connect provider on a port of its own, that tells the truth until it is told to lie."""

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import ECKey, Key

from corridor.access.v1 import identity_provider_pb2
from corridor.access.v1 import identity_provider_service_pb2 as providers_api
from tests.serving import Client


@dataclass
class Liar:
    """An OpenID Connect provider that tells the truth until it is told otherwise."""

    url: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    published: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    token_status: int = 200
    make_token: Callable[["Liar", dict[str, Any]], str] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The discovery document."""
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/logout",
            **self.metadata,
        }
        return {name: value for name, value in said.items() if value is not None}

    def said(self) -> dict[str, Any]:
        """The claims of its ID token."""
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "user-1", "aud": "corridor", "exp": now + 300, "iat": now, "nonce": self.nonce,
            "name": "Test Person", "email": "person@example.com", "email_verified": True, **self.claims,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def id_token(self) -> str:
        """Its ID token."""
        if self.make_token is not None:
            return self.make_token(self, self.said())
        return sign({"alg": "ES256", "kid": "one"}, self.said(), self.key)


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], key: Key) -> str:
    """A JWS, with whatever header."""
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return jws.serialize_compact(dict(header), json.dumps(claims).encode(), key, [header["alg"]], registry)


def unsigned(claims: Mapping[str, Any]) -> str:
    """A JWT of nobody: `alg` is `none`."""
    return ".".join((b64(b'{"alg":"none"}'), b64(json.dumps(claims).encode()), ""))


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextlib.contextmanager
def lying() -> Iterator[Liar]:
    """A provider on a port of its own."""
    liar: Liar

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            liar.paths.append(self.path)
            if self.path == "/.well-known/openid-configuration":
                self._answer(200, liar.document())
            elif self.path == "/jwks":
                self._answer(200, {"keys": liar.published or [liar.key.as_dict(private=False)]})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            liar.paths.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            liar.asked.append({name: values[0] for name, values in parse_qs(body).items()}
                              | {"authorization": self.headers.get("authorization", "")})  # fmt: skip
            answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": liar.id_token()}
            self._answer(liar.token_status, answer if liar.token_status == 200 else {"error": "invalid_grant"})

        def _answer(self, status: int, body: Mapping[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar = Liar(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()


def trust(owner: Client, liar: Liar, **changes: Any) -> None:
    """Let the owner's company sign in at the provider."""
    usual: dict[str, Any] = {
        "issuer": liar.url,
        "client_id": "corridor",
        "client_secret": "provider-secret",
        "auth_method": identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC,
        "scopes": ["email"],
        "end_user_scopes": ["payouts:read"],
    }
    request = providers_api.UpdateIdentityProviderRequest(**{**usual, **changes})
    owner.call("IdentityProviderService/UpdateIdentityProvider", request)


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return b64(hashlib.sha256(verifier.encode()).digest())
