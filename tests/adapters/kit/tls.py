"""A certificate authority, and a vendor over TLS that demands a client certificate of it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    made = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


class Authority:
    """Signs certificates."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, self._key, timedelta(days=2))
        self._own = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self._key, hashes.SHA256()
        )
        self.pem = self._own.public_bytes(serialization.Encoding.PEM).decode()

    def certificate(self, name: str, lasts: timedelta = timedelta(days=1)) -> tuple[str, str]:
        """A certificate and its key, in PEM, for whoever is at 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, lasts)
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = builder.add_extension(here, critical=False).add_extension(issuer, critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=3))
            .not_valid_after(now + lasts)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )

    def trusting(self) -> ssl.SSLContext:
        """What a client starts from that trusts this authority alone."""
        return ssl.create_default_context(cadata=self.pem)


@dataclass
class Vendor:
    """Where it listens, and by whose certificate each request came."""

    url: str
    callers: list[str] = field(default_factory=list)
    opened: int = 0
    answering: threading.Event = field(default_factory=threading.Event)
    """Answers wait for it."""
    asked: threading.Event = field(default_factory=threading.Event)


@contextmanager
def vendor(authority: Authority, folder: Path, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Iterator[Vendor]:
    """A vendor over TLS that answers only to certificates of the authority."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = authority.certificate("vendor")
    (folder / "server.pem").write_text(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(cadata=authority.pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = newest

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            # Here and not where connections are accepted: one that is refused must not stop the others.
            self.request: Any = context.wrap_socket(self.request, server_side=True)
            super().setup()
            found.opened += 1

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            subject = dict(pair for part in self.request.getpeercert()["subject"] for pair in part)
            found.callers.append(subject["commonName"])
            found.asked.set()
            assert found.answering.wait(10)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Refused handshakes are what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    found = Vendor(f"https://127.0.0.1:{server.server_port}")
    found.answering.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=3)
