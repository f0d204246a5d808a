"""What this authorization server says of itself (RFC 8414), so that clients need to be told nothing but the issuer."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.kit import contract
from server.platform.access.oauth import jose
from server.platform.access.oauth.client_authentication import ASSERTION_ALGORITHMS

_METHODS = (
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
)


def metadata(issuer: str) -> Mapping[str, Any]:
    """The metadata of the issuer."""
    authenticated: dict[str, Sequence[str]] = {}
    for endpoint in ("token", "revocation", "introspection"):
        authenticated[f"{endpoint}_endpoint_auth_methods_supported"] = _METHODS
        authenticated[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = ASSERTION_ALGORITHMS
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "end_session_endpoint": f"{issuer}/oauth/logout",  # OpenID Connect RP-Initiated Logout 1.0, 2.1
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",  # RFC 9126, 5
        "scopes_supported": contract.scopes(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,  # RFC 9207, 3
        "require_pushed_authorization_requests": False,
        "tls_client_certificate_bound_access_tokens": True,  # RFC 8705, 3.3
        "dpop_signing_alg_values_supported": jose.ALGORITHMS,  # RFC 9449, 5.1
        **authenticated,
    }
