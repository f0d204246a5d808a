"""The built-in OpenID Connect provider: named test users without passwords, for sandbox companies and tests alone.

It keeps nothing: its codes are encrypted notes to itself (JWE, RFC 7516) that hold for a minute.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from corridor.access.v1 import role_pb2
from server.kit import ids
from server.platform.access.oauth.identity_provider import END_USER_SCOPES, Provider
from server.store.secrets import Keyring

PATH = "/oauth/test-provider"
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300
_CODE_ALGORITHMS = ["dir", "A256GCM"]
_GROUP = "groups"


@dataclass(frozen=True, slots=True)
class TestUser:
    """Somebody who does not exist."""

    user_id: str
    name: str
    about: str
    groups: tuple[str, ...] = ()


USERS = (
    TestUser("viewer", "Test Viewer", "Sees what happens", ("viewers",)),
    TestUser("operator", "Test Operator", "Makes and moves payouts", ("operators",)),
    TestUser("approver", "Test Approver", "Decides about what others asked for", ("approvers",)),
    TestUser("compliance", "Test Compliance", "Decides about risk, reads the audit trail", ("compliance",)),
    TestUser("finance", "Test Finance", "Sets what may be spent", ("finance",)),
    TestUser("admin", "Test Admin", "Keeps keys, people and connections", ("admins",)),
    TestUser("end-user", "Test End User", "A customer of the company, and no member"),
)
_ROLES: tuple[tuple[str, int], ...] = (
    ("viewers", role_pb2.ROLE_VIEWER),
    ("operators", role_pb2.ROLE_OPERATOR),
    ("approvers", role_pb2.ROLE_APPROVER),
    ("compliance", role_pb2.ROLE_COMPLIANCE),
    ("finance", role_pb2.ROLE_FINANCE),
    ("admins", role_pb2.ROLE_ADMIN),
)


class Denied(Exception):  # noqa: N818 - what the request was
    """A request is refused, in OAuth's words (RFC 6749, 4.1.2.1 and 5.2)."""


class TestProvider:
    """Signs test users in."""

    def __init__(self, ring: Keyring, issuer: str) -> None:
        """`issuer` is this installation's; the provider's lies below it."""
        self.issuer = issuer.rstrip("/") + PATH
        self._callback_url = issuer.rstrip("/") + "/oauth/callback"
        self._signed_out_url = issuer.rstrip("/") + "/oauth/logout"
        private = Ed25519PrivateKey.from_private_bytes(ring.derived("test provider signatures"))
        self._key = OKPKey.import_key(private, {"use": "sig", "alg": "Ed25519"})
        self._key.ensure_kid()
        self._codes = OctKey.import_key(ring.derived("test provider codes"))
        self._secrets = ring.derived("test provider client secrets")

    def provider(self, company_id: str) -> Provider:
        """The provider as the company's sandbox sees it."""
        return Provider(
            issuer=self.issuer,
            client_id=company_id,
            client_secret=self._secret(company_id),
            auth_method="client_secret_basic",
            scopes=("email", "profile"),
            groups_claim=_GROUP,
            group_roles=_ROLES,
            admits_by_group=True,
            end_user_scopes=END_USER_SCOPES,
            built_in=True,
        )

    def exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> tuple[int, bytes]:
        """Status and body of an answer: this process asks without a network."""
        path = urlsplit(url).path.removeprefix(urlsplit(self.issuer).path)
        if (method, path) == ("GET", "/.well-known/openid-configuration"):
            return 200, json.dumps(self.metadata()).encode()
        if (method, path) == ("GET", "/jwks"):
            return 200, json.dumps(self.keys()).encode()
        if (method, path) == ("POST", "/token"):
            named = {name.lower(): value for name, value in headers.items()}
            return self.token(named.get("authorization", ""), content)
        return 404, b"{}"

    def metadata(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0, section 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "scopes_supported": ["openid", "email", "profile"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["Ed25519"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        """The key by which ID tokens are checked."""
        return {"keys": [self._key.as_dict(private=False)]}

    def check_request(self, asked: Mapping[str, str]) -> dict[str, str]:
        """What the page has to remember of an authorization request. Raises `Denied`."""
        if not ids.is_id(asked.get("client_id", ""), "co") or asked.get("redirect_uri") != self._callback_url:
            raise Denied("invalid_request")
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            raise Denied("invalid_request")
        names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        return {name: asked.get(name, "") for name in names}

    def code(self, fields: Mapping[str, str], user_id: str) -> str:
        """A code for somebody who was chosen. Raises `Denied` if there is nobody of that id."""
        if user_id not in {user.user_id for user in USERS}:
            raise Denied("access_denied")
        note = {"user": user_id, "exp": int(time.time()) + _CODE_SECONDS, **fields}
        header = {"alg": "dir", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, json.dumps(note), self._codes, _CODE_ALGORITHMS)

    def token(self, authorization: str, content: bytes) -> tuple[int, bytes]:
        """Status and body of the token endpoint's answer."""
        try:
            asked = dict(parse_qsl(content.decode("ascii"), max_num_fields=20))
            client_id = self._client(authorization)
            note = self._note(asked, client_id)
        except Denied as denied:
            return 400, json.dumps({"error": str(denied)}).encode()
        except ValueError:
            return 400, b'{"error":"invalid_request"}'
        user = next(user for user in USERS if user.user_id == note["user"])
        answer = {
            "access_token": ids.secret(260),
            "token_type": "Bearer",
            "expires_in": _TOKEN_SECONDS,
            "id_token": self._id_token(user, client_id, note["nonce"]),
        }
        return 200, json.dumps(answer).encode()

    def back_after_logout(self, asked: Mapping[str, str]) -> str:
        """Where the browser goes after its session has ended: back to this installation, and nowhere else."""
        wanted = asked.get("post_logout_redirect_uri", "")
        if wanted != self._signed_out_url:
            return ""
        return f"{wanted}?{urlencode({'state': asked['state']})}" if asked.get("state") else wanted

    def _note(self, asked: Mapping[str, str], client_id: str) -> dict[str, Any]:
        try:
            opened = jwe.decrypt_compact(asked.get("code", ""), self._codes, _CODE_ALGORITHMS).plaintext
        except (JoseError, ValueError):
            raise Denied("invalid_grant") from None
        note: dict[str, Any] = json.loads(opened or b"{}")
        verifier = asked.get("code_verifier", "")
        right = (
            asked.get("grant_type") == "authorization_code"
            and note["exp"] > time.time()
            and note["client_id"] == client_id
            and note["redirect_uri"] == asked.get("redirect_uri")
            and hmac.compare_digest(note["code_challenge"].encode(), create_s256_code_challenge(verifier).encode())
        )
        if not right:
            raise Denied("invalid_grant")
        return note

    def _client(self, authorization: str) -> str:
        scheme, _, credentials = authorization.partition(" ")
        try:
            decoded = base64.b64decode(credentials, validate=True).decode("ascii")
        except ValueError:
            raise Denied("invalid_client") from None
        client_id, _, secret = (unquote_plus(part) for part in decoded.partition(":"))
        if scheme.lower() != "basic" or not hmac.compare_digest(secret.encode(), self._secret(client_id).encode()):
            raise Denied("invalid_client")
        return client_id

    def _secret(self, client_id: str) -> str:
        return hmac.digest(self._secrets, client_id.encode(), hashlib.sha256).hex()

    def _id_token(self, user: TestUser, client_id: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": user.user_id,
            "aud": client_id,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "nonce": nonce,
            "name": user.name,
            "email": f"{user.user_id}@example.com",
            "email_verified": True,
            _GROUP: list(user.groups),
        }
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, ["Ed25519"])
