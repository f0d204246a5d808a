"""What `connect` was told: where Corridor is, how calls are made, and who hears of them.

Rule: a credential never travels in plain text, except on this machine or where the caller says so.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_SCHEMES = {"https": True, "http": False, "grpcs": True, "grpc": False}


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A method or field that a call used, and that ends. Dates as the answer gave them, or empty."""

    method: str
    deprecated_since: str
    sunset: str
    link: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallInfo:
    """One call after its end, for logs and measurements. `reason` is empty where it succeeded."""

    method: str
    seconds: float
    attempts: int
    request_id: str
    idempotency_key: str
    replayed: bool
    reason: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tls:
    """Whom to trust and who we are. Empty paths mean the usual authorities, and no certificate of our own."""

    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Corridor is, and how it is spoken to."""

    scheme: str
    target: str  # host and port
    url: str

    @property
    def grpc(self) -> bool:
        """Whether it is spoken to by gRPC, and not by REST."""
        return self.scheme.startswith("grpc")

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return _SCHEMES[self.scheme]


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are made. `timeout_seconds` is for a call with all its attempts; None: four times the method's own."""

    address: Address
    tls: Tls = Tls()
    timeout_seconds: float | None = None
    retries: int = 3
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    on_call: Callable[[CallInfo], None] | None = None
    on_deprecation: Callable[[Deprecation], None] | None = None


def address(url: str, allow_plaintext: bool = False) -> Address:
    """Read an address such as `https://api.example.com` or `grpcs://corridor.internal:50051`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("An address has neither credentials nor a query: give api_key or credentials instead.")
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError(
            f"{url!r} is no address of Corridor: write https://HOST for REST, or grpcs://HOST:PORT for gRPC."
        )
    found = Address(parts.scheme, parts.netloc, url.rstrip("/"))
    if not found.tls and not allow_plaintext and not _here(parts.hostname):
        raise ValueError(
            f"{parts.scheme}:// would send the credential in plain text: use {parts.scheme}s://, "
            "or allow_plaintext=True where something else protects the connection."
        )
    if found.grpc and parts.path.strip("/"):
        raise ValueError("A gRPC address has no path.")
    return found


def check_token_url(url: str, allow_plaintext: bool) -> None:
    """Raise ValueError unless a client's secret may be sent there."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise ValueError("token_url is no address of a token endpoint: write https://HOST/oauth/token.")
    if parts.scheme == "http" and not allow_plaintext and not _here(parts.hostname):
        raise ValueError(
            "token_url would send the client's secret in plain text: use https://, "
            "or allow_plaintext=True where something else protects the connection."
        )


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
