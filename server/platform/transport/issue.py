"""A certificate authority for development, and certificates from it, so that TLS can be tried without one.

An installation's own authority takes its place; nothing here is needed to run.
"""

import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CERTIFICATES = ("server", "gateway", "client")
_HERE = ("localhost", "127.0.0.1", "::1")
_CA_DAYS = 3650
_EARLIER = timedelta(minutes=5)  # clocks differ
_OF_LEAF, _OF_CA = {"digital_signature"}, {"key_cert_sign", "crl_sign"}
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def issue(directory: Path, days: int, hosts: Sequence[str] = (), identities: str = "spiffe://corridor/") -> list[Path]:
    """Certificates for server, gateway and a client; the files. An authority that is there already is used again.

    What is replaced is replaced whole, so that running processes can read it again.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ca = _authority(directory)
    written = [directory / "ca.pem"]
    for name in CERTIFICATES:
        names = [] if name == "client" else [*_HERE, *hosts]
        written.append(write(directory, name, leaf(ca, name, days, names, identities + name)))
    return written


def authority(name: str, days: int = _CA_DAYS) -> Pair:
    """A new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, days, key.public_key()).issuer_name(_name(name))
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(constraints, True).add_extension(_usage(_OF_CA), True)
    return builder.add_extension(identifier, False).sign(key, hashes.SHA256()), key


def leaf(ca: Pair, name: str, days: float, hosts: Sequence[str], identity: str) -> Pair:
    """A certificate for hosts, which serve, and for an identity, by which peers are known."""
    certificate, signer = ca
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [_host(host) for host in hosts]
    names += [x509.UniformResourceIdentifier(identity)] if identity else []
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if hosts else [])]
    builder = (
        _builder(name, days, key.public_key())
        .issuer_name(certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(_OF_LEAF), True)
        .add_extension(x509.ExtendedKeyUsage(purposes), False)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    )
    return builder.sign(signer, hashes.SHA256()), key


def write(directory: Path, name: str, pair: Pair) -> Path:
    """Write `NAME.key` (mode 0600) and `NAME.pem`; the certificate's file."""
    certificate, key = pair
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    _replace(directory / f"{name}.key", pem, 0o600)
    _replace(directory / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return directory / f"{name}.pem"


def _authority(directory: Path) -> Pair:
    kept, key = directory / "ca.pem", directory / "ca.key"
    if kept.exists() and key.exists():
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key} is none that this command has made.")
        return x509.load_pem_x509_certificate(kept.read_bytes()), loaded
    made = authority("Corridor development")
    write(directory, "ca", made)
    return made


def _builder(name: str, days: float, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + timedelta(days=days)) - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(wanted: set[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


def _replace(path: Path, data: bytes, mode: int) -> None:
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
    new.replace(path)
