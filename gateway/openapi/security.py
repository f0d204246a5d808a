"""Who may call: the credentials of the document, and every scope with what it opens.

A scope is described by the operations that ask for it; nothing about it is written a second time.
"""

from typing import Any

from gateway import majors
from gateway.contract import Contract, Method

Json = dict[str, Any]

_TOKEN, _AUTHORIZE = "/oauth/token", "/oauth/authorize"
_BEARER = """\
An API key, `ck_test_…` or `ck_live_…`, or an access token. It names company and environment. An operation lists its \
scopes; a caller that holds any one of them may call it."""

_OAUTH2 = """\
Access tokens for programs of the company (client credentials), and for programs that act for a person (authorization \
code with PKCE)."""


def requirement(method: Method) -> list[Json]:
    """The security requirement of an operation (OpenAPI 3.1.0, 4.8.30): any one of its scopes is enough.

    Roles of a bearer are not exchanged in-band; they name the scopes that the key or token must hold.
    """
    policy = method.policy
    if policy.open:
        return []
    scopes = policy.scopes or ("",)
    held = [[scope] if scope else [] for scope in scopes]
    found: list[Json] = [{"bearer": each} for each in held]
    if not policy.callers or {"OAUTH_CLIENT", "USER"} & set(policy.callers):
        found += [{"oauth2": each} for each in held]
    return found


def schemes(contract: Contract, major: int = majors.FIRST) -> Json:
    """The security schemes, with every scope of a major version of the contract."""
    scopes = _scopes(contract, major)
    bound = {binding.template for method in contract.methods for binding in method.bindings}
    found: Json = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "API key", "description": _BEARER},
    }
    flows: Json = {}
    if _TOKEN in bound:
        flows["clientCredentials"] = {"tokenUrl": _TOKEN, "scopes": scopes}
    if {_TOKEN, _AUTHORIZE} <= bound:
        addresses = {"authorizationUrl": _AUTHORIZE, "tokenUrl": _TOKEN, "refreshUrl": _TOKEN}
        flows["authorizationCode"] = {**addresses, "scopes": scopes}
    return {**found, "oauth2": {"type": "oauth2", "description": _OAUTH2, "flows": flows}}


def _scopes(contract: Contract, major: int) -> dict[str, str]:
    opened: dict[str, list[str]] = {}
    for method in contract.methods:
        for scope in method.policy.scopes:
            if any(majors.of_path(binding.template) == major for binding in method.bindings):
                opened.setdefault(scope, []).append(f"`{method.name}`")
    return {scope: f"Opens {', '.join(opened[scope])}." for scope in sorted(opened)}
