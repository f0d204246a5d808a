"""HTTP clients that present a certificate: one pool of connections per certificate and key, for as long as it is used.

Rule: a connection that was opened with one certificate never carries a call that is made with another.
"""

import hashlib
import os
import ssl
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from adapters.kit.errors import Misconfigured
from adapters.kit.http import Addresses, Http

POOLS_AT_MOST = 256


def certificate_problem(certificate: str) -> str:
    """What is wrong with a certificate, or a chain that begins with it; empty if nothing is."""
    try:
        return "" if x509.load_pem_x509_certificates(certificate.encode()) else "holds no certificate"
    except (ValueError, UnsupportedAlgorithm):
        return "is not a certificate in PEM"


def key_problem(key: str) -> str:
    """What is wrong with a private key; empty if nothing is."""
    try:
        load_pem_private_key(key.encode(), password=None)
    except TypeError:
        return "is encrypted; give it without a passphrase"
    except (ValueError, UnsupportedAlgorithm):
        return "is not a private key in PEM"
    return ""


def fits(certificate: str, key: str) -> bool:
    """Whether a key is the certificate's. Both have been found to be readable."""
    public = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
    private = load_pem_private_key(key.encode(), password=None).public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public.public_bytes(*form) == private.public_bytes(*form)


@dataclass(slots=True)
class _Pool:
    """A client, and how many calls use it now."""

    http: Http
    calls: int = 0
    evicted: bool = False


class CertificateClients:
    """The clients of a process that present certificates, the latest used ones kept; closed by its owner."""

    def __init__(
        self,
        *,
        at_most: int = POOLS_AT_MOST,
        addresses: Addresses | None = None,
        connect_timeout_seconds: float = 3.0,
        ssl_context: Callable[[], ssl.SSLContext] = httpcore.default_ssl_context,
    ) -> None:
        """`addresses`: as of `Http`. `ssl_context` makes what each pool starts from: whom it trusts."""
        self._at_most = at_most
        self._addresses = addresses
        self._connect_timeout_seconds = connect_timeout_seconds
        self._ssl_context = ssl_context
        self._lock = threading.Lock()
        self._pools: OrderedDict[str, _Pool] = OrderedDict()

    @contextmanager
    def presenting(self, certificate: str, key: str) -> Iterator[Http]:
        """A client that presents this certificate, for one call. Raises `Misconfigured` if it cannot."""
        pool = self._take(certificate, key)
        try:
            yield pool.http
        finally:
            with self._lock:
                pool.calls -= 1
                over = pool.evicted and not pool.calls
            if over:
                pool.http.close()

    def close(self) -> None:
        """Close every client. Calls that are under way fail."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), OrderedDict()
        for pool in pools:
            pool.http.close()

    def _take(self, certificate: str, key: str) -> _Pool:
        digest = hashlib.sha256(f"{len(certificate)}:{certificate}{key}".encode()).hexdigest()
        with self._lock:
            pool = self._pools.get(digest)
            if pool is not None:
                pool.calls += 1
                self._pools.move_to_end(digest)
                return pool
        # Made outside the lock, as it takes milliseconds; of two that were made at once, the first stays.
        made = _Pool(self._made(certificate, key))
        idle = []
        with self._lock:
            pool = self._pools.setdefault(digest, made)
            pool.calls += 1
            self._pools.move_to_end(digest)
            while len(self._pools) > self._at_most:
                _, last = self._pools.popitem(last=False)
                last.evicted = True
                if not last.calls:
                    idle.append(last.http)
        if pool is not made:
            idle.append(made.http)
        for http in idle:
            http.close()
        return pool

    def _made(self, certificate: str, key: str) -> Http:
        context = self._ssl_context()
        if not _load(context, certificate, key):
            raise Misconfigured("the client certificate and its key cannot be used", credentials=True)
        return Http(
            ssl_context=context,
            addresses=self._addresses,
            connect_timeout_seconds=self._connect_timeout_seconds,
        )


def _load(context: ssl.SSLContext, certificate: str, key: str) -> bool:
    """Have a context present a certificate; False if it cannot. `ssl` reads only files: this one is in memory."""
    try:
        with _file(f"{certificate.strip()}\n{key.strip()}\n".encode()) as path:
            # A password is never asked for: `ssl` would ask for it on the terminal.
            context.load_cert_chain(path, password=lambda: b"")
    except (ssl.SSLError, OSError, ValueError):
        return False
    return True


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        # Where there are no files in memory: readable by this user alone, and gone as soon as it is read.
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            yield file.name
