"""The certificates of the gRPC port, read again when their files change; connections that stand go on.

A file that cannot be read leaves what was there before, and never opens the port in plain text.
"""

import ssl
import threading
from pathlib import Path

import grpc
import structlog
from cryptography import x509

from server.platform.transport.peers import Peers
from server.settings import Settings, SettingsError

_log = structlog.get_logger("corridor.transport")


class Files:
    """A certificate with its key, and who issues the certificates of peers."""

    def __init__(self, certificate: str, key: str, client_ca: str) -> None:
        self._certificate = certificate
        self._key = key
        self._client_ca = client_ca
        self._lock = threading.Lock()
        self._stamps = self._look()

    def configuration(self) -> grpc.ServerCertificateConfiguration:
        """What the files say now. Raises OSError, ssl.SSLError or ValueError for files that cannot be used."""
        # gRPC would take a key of another certificate, and then refuse every connection without a word.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._key)
        issuers = Path(self._client_ca).read_bytes() if self._client_ca else None
        if issuers is not None:
            x509.load_pem_x509_certificates(issuers)
        pair = (Path(self._key).read_bytes(), Path(self._certificate).read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=issuers)

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """What the files say, if they are others than before. gRPC asks at each handshake."""
        with self._lock:
            stamps = self._look()
            if stamps == self._stamps:
                return None
            self._stamps = stamps
        try:
            found = self.configuration()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            _log.error("certificates_not_read", error=str(error))
            return None
        _log.info("certificates_read_again", certificate=self._certificate)
        return found

    def _look(self) -> list[tuple[int, int, int]]:
        return [_stamp(Path(path)) for path in (self._certificate, self._key, self._client_ca) if path]


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def add_port(server: grpc.Server, address: str, settings: Settings) -> int:
    """Listen with TLS where certificates are set, else in plain text; the port. Raises `SettingsError`."""
    if not settings.tls_certificate:
        return server.add_insecure_port(address)
    files = Files(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)
    try:
        first = files.configuration()
    except (OSError, ValueError) as error:
        names = "CORRIDOR_TLS_CERTIFICATE, CORRIDOR_TLS_KEY and CORRIDOR_TLS_CLIENT_CA"
        raise SettingsError(f"{names} cannot be used: {error}") from None
    credentials = grpc.dynamic_ssl_server_credentials(
        first,
        files.changed,  # type: ignore[arg-type]  # gRPC takes None for "as before", which its stubs do not say
        require_client_authentication=bool(settings.tls_client_ca),
    )
    return server.add_secure_port(address, credentials)


def peers(settings: Settings) -> Peers:
    """Which peers are gateways: where peers show certificates, those with the gateway's; else those near enough."""
    return Peers(settings.trusted_peers, settings.gateway_identity if settings.tls_client_ca else "")
