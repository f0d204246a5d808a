"""TLS on both sides: certificates of the listener and of the channels to the server, read again when files change.

A file that cannot be read leaves what was there before: connections are never made without the certificates asked for.
"""

import base64
import contextlib
import hashlib
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509

from gateway.settings import Settings

_LOG = logging.getLogger("corridor.gateway")
_LOOK_SECONDS = 1.0


class TlsError(ValueError):
    """The TLS settings cannot be used. The message names the option."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The certificate that a caller showed on its connection."""

    digest: str  # base64url SHA-256 of the DER form, without padding (RFC 8705, 3.1)
    der: str  # base64


class Watched:
    """Files that may be replaced while the process runs."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [Path(path) for path in paths if path]
        self._seen = self._look()
        self._looked = time.monotonic()

    def changed(self) -> bool:
        """Whether a file is another than when it was last told so. Looks once a second at most."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return False
        self._looked = now
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        return True

    def _look(self) -> list[tuple[int, int, int]]:
        return [_stamp(path) for path in self._paths]


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


class Listener:
    """The TLS of the port. `context` is given to the server once; what it hands out changes with the files."""

    def __init__(self, certificate: str, key: str, client_ca: str) -> None:
        self._paths = (certificate, key, client_ca)
        self._watched = Watched(self._paths)
        self._current = self._load()
        self.context = self._load()
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        """Called by OpenSSL for each handshake, also for clients that name no host."""
        if self._watched.changed():
            try:
                self._current = self._load()
                _LOG.info("the certificates of the listener were read again")
            except TlsError as error:
                _LOG.error("the certificates of the listener stay as they were: %s", error)
        connection.context = self._current

    def _load(self) -> ssl.SSLContext:
        certificate, key, client_ca = self._paths
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Nobody comes back on the strength of a certificate that may have been withdrawn since.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(certificate, key)
            if client_ca:
                context.load_verify_locations(client_ca)
                context.verify_mode = ssl.CERT_OPTIONAL  # the server decides which callers need one
        except (OSError, ssl.SSLError) as error:
            raise TlsError(f"--tls-certificate, --tls-key or --tls-client-ca cannot be used: {error}") from None
        return context


def listener(settings: Settings) -> Listener | None:
    """The TLS of the port, or None for plain HTTP. Raises TlsError."""
    if not settings.tls_certificate:
        if settings.tls_key or settings.tls_client_ca:
            raise TlsError("--tls-key and --tls-client-ca need --tls-certificate")
        return None
    if not settings.tls_key:
        raise TlsError("--tls-certificate needs --tls-key")
    return Listener(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)


def seconds_left(settings: Settings) -> list[tuple[str, float]]:
    """How long the certificates of each file still hold: that of the first to end."""
    found = []
    files = (settings.tls_certificate, settings.tls_client_ca, settings.upstream_certificate, settings.upstream_ca)
    for file in dict.fromkeys(files):
        with contextlib.suppress(OSError, ValueError):  # what cannot be read has no value to show
            certificates = x509.load_pem_x509_certificates(Path(file).read_bytes()) if file else []
            ends = [certificate.not_valid_after_utc.timestamp() for certificate in certificates]
            found += [(file, min(ends) - time.time())] if ends else []
    return found


def warn(settings: Settings) -> None:
    """Logs what ends within 30, 7 or 1 days, or has ended."""
    for file, left in seconds_left(settings):
        level = next((days for days in (0, 1, 7, 30) if left <= days * 86_400), None)
        if level is not None:
            _LOG.warning("certificate_expiring file=%s level=%s", file, f"{level} days" if level else "expired")


def client_certificate(transport: Any) -> ClientCertificate | None:
    """The certificate of the caller at the other end, which the handshake has verified; None without one."""
    connection = transport.get_extra_info("ssl_object")
    der: bytes | None = connection.getpeercert(binary_form=True) if connection is not None else None
    if not der:
        return None
    digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=")
    return ClientCertificate(digest.decode(), base64.b64encode(der).decode())


class ChannelFiles:
    """What the channels to the server are made with."""

    def __init__(self, settings: Settings) -> None:
        self._ca = settings.upstream_ca
        self._certificate = settings.upstream_certificate
        self._key = settings.upstream_key
        if bool(self._certificate) != bool(self._key):
            raise TlsError("--upstream-certificate and --upstream-key go together")
        if self._certificate and not self._ca:
            raise TlsError("--upstream-certificate needs --upstream-ca: without TLS nobody would see it")
        watched = Watched((self._ca, self._certificate, self._key))
        self.changed: Callable[[], bool] = watched.changed

    def credentials(self) -> grpc.ChannelCredentials | None:
        """Credentials from the files as they are now; None for plain text. Raises TlsError."""
        if not self._ca:
            return None
        try:
            ca = Path(self._ca).read_bytes()
            certificate = Path(self._certificate).read_bytes() if self._certificate else None
            key = Path(self._key).read_bytes() if self._key else None
            x509.load_pem_x509_certificates(ca)
            if certificate is not None and key is not None:
                _check_pair(self._certificate, self._key)
        except (OSError, ValueError) as error:
            raise TlsError(f"--upstream-ca, --upstream-certificate or --upstream-key cannot be used: {error}") from None
        return grpc.ssl_channel_credentials(ca, key, certificate)


def _check_pair(certificate: str, key: str) -> None:
    """Raises OSError or ssl.SSLError (an OSError) where gRPC would only fail to connect, later and in silence."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key)
