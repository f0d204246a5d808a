"""What a client's settings must keep beyond the form of each field. Questions only; nothing is looked up."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from cryptography import x509

from corridor.access.v1 import oauth_client_pb2 as pb
from server.kit import contract
from server.kit.errors import Violation
from server.platform.access.oauth import certificates, jose

_BY_SECRET = {
    pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC,
    pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_POST,
}
_BY_KEY_SET = {
    pb.CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT,
    pb.CLIENT_AUTHENTICATION_SELF_SIGNED_TLS_CLIENT_AUTH,
}


def has_secret(settings: pb.OAuthClientSettings) -> bool:
    """Whether the client proves itself by a secret."""
    return settings.authentication in _BY_SECRET


def must_push(settings: pb.OAuthClientSettings) -> bool:
    """Whether authorization requests must be pushed (RFC 9126, 6; FAPI 2.0 Security Profile, 5.3.2.2)."""
    return settings.require_pushed_authorization_requests or settings.profile == pb.SECURITY_PROFILE_FAPI_2


def violations(settings: pb.OAuthClientSettings) -> list[Violation]:
    """What is wrong with the settings; empty if they can be used."""
    found = [*_scopes(settings), *_ways(settings), *_proof(settings), *_binding(settings)]
    return [Violation(f"settings.{field}", why, "oauth_client") for field, why in found]


def _scopes(settings: pb.OAuthClientSettings) -> Iterator[tuple[str, str]]:
    if unknown := sorted(set(settings.scopes) - set(contract.scopes())):
        yield "scopes", f"no method asks for {', '.join(unknown)}"


def _ways(settings: pb.OAuthClientSettings) -> Iterator[tuple[str, str]]:
    by_code = pb.GRANT_TYPE_AUTHORIZATION_CODE in settings.grant_types
    if by_code and not settings.redirect_uris:
        yield "redirect_uris", "must name where people are sent back to"
    if pb.GRANT_TYPE_REFRESH_TOKEN in settings.grant_types and not by_code:
        yield "grant_types", "a refresh token comes of an authorization code alone"
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for number, uri in enumerate(getattr(settings, name)):
            if why := _refused_uri(uri):
                yield f"{name}[{number}]", why
    for number, uri in enumerate(settings.resources):
        if "#" in uri:
            yield f"resources[{number}]", "must have no fragment (RFC 8707, 2)"


def _refused_uri(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a URI"
    if not host or parts.username is not None or parts.password is not None:
        return "must have a host and no user"
    if "#" in uri:
        return "must have no fragment (RFC 6749, 3.1.2)"
    if parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)):
        return ""
    return "must be https, or http on a loopback address (RFC 8252, 7.3)"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proof(settings: pb.OAuthClientSettings) -> Iterator[tuple[str, str]]:
    if settings.authentication in _BY_KEY_SET and not settings.jwks:
        yield "jwks", "must have the client's public keys"
    if settings.jwks:
        try:
            keys = jose.key_set(settings.jwks)
        except jose.UnreadableError as unreadable:
            yield "jwks", f"cannot be used: {unreadable}"
        else:
            by_certificate = pb.CLIENT_AUTHENTICATION_SELF_SIGNED_TLS_CLIENT_AUTH
            if settings.authentication == by_certificate and not all(certificates.has_one(key) for key in keys):
                yield "jwks", "every key must have its certificate in x5c (RFC 8705, 2.2.2)"
    named = bool(settings.certificate_subject) + bool(settings.certificate_uri)
    if settings.authentication == pb.CLIENT_AUTHENTICATION_TLS_CLIENT_AUTH:
        if named != 1:
            yield "certificate_subject", "either the subject or the URI of the certificate must stand (RFC 8705, 2.1.2)"
        elif settings.certificate_subject and not _distinguished_name(settings.certificate_subject):
            yield "certificate_subject", "is not a distinguished name (RFC 4514)"
    elif named:
        yield "certificate_subject", "is for clients that prove themselves by certificate"


def _distinguished_name(text: str) -> bool:
    try:
        return bool(list(x509.Name.from_rfc4514_string(text)))
    except ValueError:
        return False


def _binding(settings: pb.OAuthClientSettings) -> Iterator[tuple[str, str]]:
    if settings.dpop_bound_access_tokens and settings.certificate_bound_access_tokens:
        yield "dpop_bound_access_tokens", "a token is bound to a key or to a certificate, not to both"
    if settings.profile != pb.SECURITY_PROFILE_FAPI_2:
        return
    if has_secret(settings):
        yield "authentication", "must be by key or certificate (FAPI 2.0 Security Profile, 5.3.2.1)"
    if not (settings.dpop_bound_access_tokens or settings.certificate_bound_access_tokens):
        yield "dpop_bound_access_tokens", "tokens must be sender-constrained (FAPI 2.0 Security Profile, 5.3.2.1)"
