"""What an installation can set, read once from `CORRIDOR_…` environment variables. Each has a default that works."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.kit import allowances, peers
from server.kit.allowances import Allowance


class SettingsError(Exception):
    """A setting has a value that cannot be used. The message names the variable and says what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server or worker process."""

    database_url: str  # libpq URL; empty means embedded PostgreSQL
    owner_database_url: str  # used by migrations only; empty means database_url
    data_dir: Path  # embedded PostgreSQL and the master key
    master_key: str  # base64, 32 bytes; empty means the key file in data_dir
    threads: int  # calls that one server process works on at the same time
    pool_size: int  # database connections per process
    provider_calls: int  # calls that one process makes to one provider's address at the same time
    rate_limits: bool  # whether callers' allowances are enforced
    region: str  # where the installation is, such as `eu`; empty means that no company asks
    rate_allowances: Mapping[str, Allowance]  # those that are not the usual ones, by name
    lease_seconds: float  # how long a worker may hold a piece of work before another takes over
    poll_seconds: float  # how often workers look for work when nothing wakes them
    unknown_seconds: float  # how long after a lost answer a provider is first asked what became of it
    poll_provider_seconds: float  # how long a provider may work on something before it is first asked about it
    sweep_seconds: float  # how often a provider is asked for what has happened, and never arrived
    breaker_open_seconds: float  # for how long a breaker opens at first; twice as long each time it opens again
    breaker_longest_seconds: float  # and for how long at most
    allow_private_endpoints: bool  # whether webhook endpoints may have private addresses; for development only
    environments: str  # which environments the installation serves: `both`, `sandbox` or `live`
    silence_days: int  # after how many days without use an API key's use raises an alert
    audit_checkpoints: str  # a directory or URL where checkpoints stand a second time; empty means in data_dir
    audit_seal_seconds: float  # how often the audit trail is sealed
    audit_keep_months: int  # how many whole months of the audit trail are kept; more where a data policy says so
    issuer: str  # the address by which callers reach this installation: the issuer of tokens
    token_algorithm: str  # with what access tokens are signed: `EdDSA` or `ES256`
    token_seconds: int  # for how long an access token works
    signing_key_days: int  # after how many days the key for access tokens is rotated
    log_level: str
    test_provider: bool  # whether test users can sign in to sandboxes without a provider of their own
    reflection: bool  # whether the gRPC port tells anybody what it serves
    tls_certificate: str  # certificate chain of the gRPC port, a PEM file; empty means plain text
    tls_key: str  # its private key, a PEM file
    tls_client_ca: str  # who issues peers' certificates, a PEM file; empty means that none is asked for
    gateway_identity: str  # the URI SAN by which a gateway is known, where peers show certificates
    certificates: tuple[str, ...]  # files and directories of certificates of other parts, for the inventory
    trusted_peers: str  # the addresses from which gateways call, where peers show no certificates
    sandbox_url: str  # where the simulator is that companies get in the sandbox without asking; empty means none
    kms: str  # which KMS wraps data keys: `local` or `transit`
    kms_url: str  # of the transit engine's server
    kms_key: str  # the name of the key in the transit engine
    kms_token_file: str  # holds the token for the transit engine
    kms_ca_file: str  # by what its certificate is verified; empty means the usual authorities
    kms_key_file: str  # rotated keys of the local KMS; empty means a file in data_dir
    key_cache_seconds: float  # how long a data key stays in memory, and serves while the KMS is away


def from_environment() -> Settings:
    """The settings in the environment. Raises `SettingsError` for a value that cannot be used."""
    env = os.environ
    threads = _whole("CORRIDOR_THREADS", 8, 1, 1024)
    return Settings(
        database_url=env.get("CORRIDOR_DATABASE_URL", ""),
        owner_database_url=env.get("CORRIDOR_OWNER_DATABASE_URL", ""),
        data_dir=Path(env.get("CORRIDOR_DATA_DIR", ".corridor")).absolute(),
        master_key=env.get("CORRIDOR_MASTER_KEY", ""),
        threads=threads,
        pool_size=_whole("CORRIDOR_POOL_SIZE", min(threads + 2, 256), 1, 256),
        # So that a provider that is slow leaves half of the threads to the others.
        provider_calls=_whole("CORRIDOR_PROVIDER_CALLS", max(2, min(threads // 2, 64)), 1, 1024),
        rate_limits=_switch("CORRIDOR_RATE_LIMITS", True),
        region=env.get("CORRIDOR_REGION", ""),
        rate_allowances=_allowances("CORRIDOR_RATE_ALLOWANCES"),
        lease_seconds=_seconds("CORRIDOR_LEASE_SECONDS", 60.0),
        poll_seconds=_seconds("CORRIDOR_POLL_SECONDS", 1.0),
        unknown_seconds=_seconds("CORRIDOR_UNKNOWN_SECONDS", 2.0),
        poll_provider_seconds=_seconds("CORRIDOR_POLL_PROVIDER_SECONDS", 600.0),
        sweep_seconds=_seconds("CORRIDOR_SWEEP_SECONDS", 3600.0),
        breaker_open_seconds=_seconds("CORRIDOR_BREAKER_OPEN_SECONDS", 5.0),
        breaker_longest_seconds=_seconds("CORRIDOR_BREAKER_LONGEST_SECONDS", 300.0),
        allow_private_endpoints=_switch("CORRIDOR_ALLOW_PRIVATE_ENDPOINTS", False),
        environments=_environments(),
        silence_days=_whole("CORRIDOR_SILENCE_DAYS", 90, 1, 3650),
        audit_checkpoints=env.get("CORRIDOR_AUDIT_CHECKPOINTS", ""),
        audit_seal_seconds=_seconds("CORRIDOR_AUDIT_SEAL_SECONDS", 60.0),
        audit_keep_months=_whole("CORRIDOR_AUDIT_KEEP_MONTHS", 84, 12, 1200),
        issuer=_issuer(),
        token_algorithm=_one_of("CORRIDOR_TOKEN_ALGORITHM", "EdDSA", ("EdDSA", "ES256")),
        token_seconds=_whole("CORRIDOR_TOKEN_SECONDS", 600, 300, 900),
        signing_key_days=_whole("CORRIDOR_SIGNING_KEY_DAYS", 30, 1, 365),
        log_level=env.get("CORRIDOR_LOG_LEVEL", "info"),
        test_provider=_switch("CORRIDOR_TEST_PROVIDER", False),
        sandbox_url=_sandbox_url(),
        reflection=_switch("CORRIDOR_REFLECTION", False),
        **_transport(),
        **_kms(),
    )


def _kms() -> dict[str, Any]:
    env = os.environ
    kms = env.get("CORRIDOR_KMS", "local").lower()
    if kms not in {"local", "transit"}:
        raise SettingsError(f"CORRIDOR_KMS={kms!r} is not usable: set local or transit.")
    needed = [f"CORRIDOR_KMS_{name}" for name in ("URL", "KEY", "TOKEN_FILE") if not env.get(f"CORRIDOR_KMS_{name}")]
    if kms == "transit" and needed:
        raise SettingsError(f"CORRIDOR_KMS=transit needs {', '.join(needed)} as well.")
    return {
        "kms": kms,
        "kms_url": env.get("CORRIDOR_KMS_URL", ""),
        "kms_key": env.get("CORRIDOR_KMS_KEY", ""),
        "kms_token_file": env.get("CORRIDOR_KMS_TOKEN_FILE", ""),
        "kms_ca_file": env.get("CORRIDOR_KMS_CA_FILE", ""),
        "kms_key_file": env.get("CORRIDOR_KMS_KEY_FILE", ""),
        "key_cache_seconds": _seconds("CORRIDOR_KEY_CACHE_SECONDS", 600.0),
    }


def _transport() -> dict[str, Any]:
    env = os.environ
    certificate, key = env.get("CORRIDOR_TLS_CERTIFICATE", ""), env.get("CORRIDOR_TLS_KEY", "")
    client_ca = env.get("CORRIDOR_TLS_CLIENT_CA", "")
    if bool(certificate) != bool(key) or (client_ca and not certificate):
        raise SettingsError(
            "CORRIDOR_TLS_CERTIFICATE and CORRIDOR_TLS_KEY go together, and CORRIDOR_TLS_CLIENT_CA needs both."
        )
    trusted = env.get("CORRIDOR_TRUSTED_PEERS", peers.LOOPBACK)
    try:
        peers.trusted(trusted)
    except ValueError as error:
        raise SettingsError(f"CORRIDOR_TRUSTED_PEERS is not usable: {error}.") from None
    return {
        "tls_certificate": certificate,
        "tls_key": key,
        "tls_client_ca": client_ca,
        "gateway_identity": env.get("CORRIDOR_GATEWAY_IDENTITY", "spiffe://corridor/gateway"),
        "certificates": tuple(path for path in env.get("CORRIDOR_CERTIFICATES", "").split(",") if path),
        "trusted_peers": trusted,
    }


def _environments() -> str:
    text = os.environ.get("CORRIDOR_ENVIRONMENTS", "both").lower()
    if text not in {"both", "sandbox", "live"}:
        raise SettingsError(f"CORRIDOR_ENVIRONMENTS={text!r} is not usable: set both, sandbox or live.")
    return text


def _whole(name: str, default: int, low: int, high: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text!r} is not usable: set a whole number from {low} to {high}.")
    return int(text)


def _allowances(name: str) -> Mapping[str, Allowance]:
    try:
        return allowances.parse(os.environ.get(name, ""))
    except ValueError as error:
        raise SettingsError(f"{name} is not usable: {error}.") from None


def _seconds(name: str, default: float) -> float:
    text = os.environ.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 86_400:
        raise SettingsError(f"{name}={text!r} is not usable: set a number of seconds greater than 0.")
    return value


def _switch(name: str, default: bool) -> bool:
    text = os.environ.get(name, "on" if default else "off").lower()
    if text not in {"on", "off"}:
        raise SettingsError(f"{name}={text!r} is not usable: set on or off.")
    return text == "on"


def _issuer() -> str:
    """RFC 8414, 2: a URL without query or fragment. Plain http is for a machine that talks to itself."""
    text = os.environ.get("CORRIDOR_ISSUER", "http://127.0.0.1:8080").rstrip("/")
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", text):
        raise SettingsError(f"CORRIDOR_ISSUER={text!r} is not usable: set a URL such as https://api.example.com.")
    return text


def _sandbox_url() -> str:
    text = os.environ.get("CORRIDOR_SANDBOX_URL", "").rstrip("/")
    if text and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?", text):
        raise SettingsError(f"CORRIDOR_SANDBOX_URL={text!r} is not usable: set a URL such as http://127.0.0.1:8090.")
    return text


def _one_of(name: str, default: str, admitted: tuple[str, ...]) -> str:
    text = os.environ.get(name, default)
    if text not in admitted:
        raise SettingsError(f"{name}={text!r} is not usable: set one of {', '.join(admitted)}.")
    return text
