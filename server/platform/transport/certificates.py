"""The installation's own certificates, read from the files that are in use: whose they are, and when they end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corridor.access.v1.credential_pb2 import CREDENTIAL_KIND_TLS_CERTIFICATE
from server.platform.access.inventory import Expiring
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a file."""

    file: str
    subject: str
    names: tuple[str, ...]  # host names, addresses and URIs
    issuer: str
    serial: str  # in hex
    begin_time: datetime
    expire_time: datetime
    issues: bool  # whether it is an authority's

    @property
    def expiring(self) -> Expiring:
        """It as the inventory of credentials names it."""
        return Expiring(CREDENTIAL_KIND_TLS_CERTIFICATE, f"{self.file}#{self.serial}", self.subject, self.expire_time)


def used(settings: Settings) -> tuple[str, ...]:
    """The files of the server, and those of other parts that it is told to watch."""
    own = (settings.tls_certificate, settings.tls_client_ca)
    return tuple(dict.fromkeys(path for path in (*own, *settings.certificates) if path))


def read(paths: Sequence[str]) -> list[Certificate]:
    """The certificates of files, and of the `.pem` and `.crt` files of directories; the first to end first.

    Raises OSError or ValueError, naming the file, where one cannot be read.
    """
    found = [certificate for path in paths for file in _files(Path(path)) for certificate in _of(file)]
    return sorted(found, key=lambda each: (each.expire_time, each.file, each.serial))


def expiring(settings: Settings) -> Iterable[Expiring]:
    """What the inventory of credentials lists. A file that cannot be read now is another's to complain of."""
    found: list[Certificate] = []
    for path in used(settings):
        try:
            found += read([path])
        except (OSError, ValueError):
            continue
    return [certificate.expiring for certificate in found]


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.suffix in (".pem", ".crt")) if path.is_dir() else [path]


def _of(file: Path) -> list[Certificate]:
    try:
        return [_facts(file, certificate) for certificate in x509.load_pem_x509_certificates(file.read_bytes())]
    except ValueError as error:
        raise ValueError(f"{file} has no certificate: {error}") from None


def _facts(file: Path, certificate: x509.Certificate) -> Certificate:
    return Certificate(
        file=str(file),
        subject=certificate.subject.rfc4514_string(),
        names=_names(certificate),
        issuer=certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        begin_time=certificate.not_valid_before_utc,
        expire_time=certificate.not_valid_after_utc,
        issues=_issues(certificate),
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    kinds = (x509.UniformResourceIdentifier, x509.DNSName, x509.IPAddress)
    return tuple(str(name.value) for name in names if isinstance(name, kinds))


def _issues(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


class Ages(Collector):
    """The gauge of how long the certificates of the installation still hold, read when it is scraped."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterable[Metric]:
        """One value for each certificate; negative once it has ended."""
        gauge = GaugeMetricFamily(
            "corridor_certificate_left_seconds", "Until the certificate ends.", labels=["file", "subject", "serial"]
        )
        now = datetime.now(UTC)
        for path in used(self._settings):
            try:
                found = read([path])
            except (OSError, ValueError):
                continue  # a gauge that is missing is seen; one that breaks the others is not
            for each in found:
                gauge.add_metric([each.file, each.subject, each.serial], (each.expire_time - now).total_seconds())
        yield gauge
