"""Who is at the other end of a gRPC connection, and whether it may speak for others.

What a gateway says about a caller is believed only from a gateway: by its certificate, or without mTLS by its address.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Any

import grpc
from cryptography import x509

from server.kit import networks, peers

# What callers may say themselves: it can only make a call be refused.
_ANYBODYS = frozenset(("x-corridor-environment",))

Metadata = tuple[tuple[str, Any], ...]


class Peers:
    """Which peers are gateways. With `identity` only a certificate with that URI SAN makes one."""

    def __init__(self, trusted: str = peers.LOOPBACK, identity: str = "") -> None:
        self._networks, self._unix = peers.trusted(trusted)
        self._identity = identity
        self._is_near = lru_cache(1024)(self._near)

    def trusted(self, context: grpc.ServicerContext) -> bool:
        """Whether the peer is a gateway."""
        if self._identity:
            return self._identity in identities(certificate(context))
        peer = context.peer()
        return self._unix if peer.startswith("unix") else self._is_near(peers.address(peer))

    def believed(self, context: grpc.ServicerContext) -> Metadata:
        """What a peer that is no gateway may say itself, and what its connection shows of it."""
        metadata: Metadata = tuple(context.invocation_metadata())
        own = [(key, value) for key, value in metadata if not key.startswith("x-corridor-") or key in _ANYBODYS]
        if pem := certificate(context):
            own += shown(pem)
        return tuple(own)

    def _near(self, host: str) -> bool:
        return networks.contains(self._networks, host)


def certificate(context: grpc.ServicerContext) -> bytes:
    """The certificate that the peer showed, as PEM; empty without one."""
    found: Any = context.auth_context().get("x509_pem_cert")  # a list of one, whatever the stubs say
    return found[0] if found else b""


@lru_cache(1024)
def identities(pem: bytes) -> frozenset[str]:
    """The URI SANs of a certificate (RFC 5280, 4.2.1.6). Names of other kinds are none, whatever they spell."""
    if not pem:
        return frozenset()
    try:
        names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return frozenset()
    return frozenset(names.value.get_values_for_type(x509.UniformResourceIdentifier))


@lru_cache(1024)
def shown(pem: bytes) -> Metadata:
    """What a certificate becomes in metadata: its base64url SHA-256 (RFC 8705, 3.1), and the DER form in base64."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    der = base64.b64decode(pem.partition(begin)[2].partition(end)[0])
    digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    return (
        ("x-corridor-client-certificate", digest),
        ("x-corridor-client-certificate-der", base64.b64encode(der).decode()),
    )
