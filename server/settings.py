"""What an installation can set, read once from `CORRIDOR_…` environment variables. Each has a default that works."""

import os
from dataclasses import dataclass
from pathlib import Path


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
    rate_limits: bool  # whether callers' allowances are enforced
    lease_seconds: float  # how long a worker may hold a piece of work before another takes over
    poll_seconds: float  # how often workers look for work when nothing wakes them
    unknown_seconds: float  # how long after a lost answer a provider is first asked what became of it
    poll_provider_seconds: float  # how long a provider may work on something before it is first asked about it
    allow_private_endpoints: bool  # whether webhook endpoints may have private addresses; for development only
    log_level: str


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
        rate_limits=_switch("CORRIDOR_RATE_LIMITS", True),
        lease_seconds=_seconds("CORRIDOR_LEASE_SECONDS", 60.0),
        poll_seconds=_seconds("CORRIDOR_POLL_SECONDS", 1.0),
        unknown_seconds=_seconds("CORRIDOR_UNKNOWN_SECONDS", 2.0),
        poll_provider_seconds=_seconds("CORRIDOR_POLL_PROVIDER_SECONDS", 600.0),
        allow_private_endpoints=_switch("CORRIDOR_ALLOW_PRIVATE_ENDPOINTS", False),
        log_level=env.get("CORRIDOR_LOG_LEVEL", "info"),
    )


def _whole(name: str, default: int, low: int, high: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text!r} is not usable: set a whole number from {low} to {high}.")
    return int(text)


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
