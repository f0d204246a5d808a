"""The installation's keys for access tokens: next, current and retiring, told by time alone, so that no state sticks.

A key is published before it signs, and until the last token that it signed has ended: rotation refuses no valid token.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey

from server.kit import clock
from server.platform.access.oauth import jose
from server.store.engine import Store
from server.store.secrets import Keyring

LEAD_SECONDS = 900.0  # three times as long as others may keep the published keys
PUBLISHED_SECONDS = 300  # for how long others may keep them
KEPT_SECONDS = 7200.0  # after the successor has begun to sign; the longest token lives a quarter of an hour
_AT_ONCE_SECONDS = 60.0  # in which no second key is made, when several processes find that there is none

_ALL = "SELECT * FROM corridor.oauth_signing_keys()"
_ADD = "SELECT corridor.add_oauth_signing_key(%s, %s, %s, %s, %s, %s)"
_FORGET = "SELECT corridor.forget_oauth_signing_keys(%s)"

Signer = Callable[[Mapping[str, Any], Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. The private part stays encrypted until it signs."""

    kid: str
    algorithm: str
    public: Key
    sealed: bytes
    create_time: datetime
    start_time: datetime

    def __repr__(self) -> str:
        return f"SigningKey({self.kid}, {self.algorithm})"


@dataclass(frozen=True, slots=True)
class _Known:
    keys: Mapping[str, SigningKey]
    order: Sequence[SigningKey]  # by falling start
    database_time: datetime
    read_at: float

    def now(self) -> datetime:
        """The database's time, by which all processes agree on which key is the current one."""
        return self.database_time + timedelta(seconds=clock.monotonic() - self.read_at)


class SigningKeys:
    """Signs with the current key, and knows all that may have signed. What it knows is a few seconds old at most."""

    def __init__(self, store: Store, ring: Keyring, algorithm: str, *, fresh_seconds: float = 5.0) -> None:
        self._store = store
        self._ring = ring
        self._algorithm = algorithm
        self._fresh = fresh_seconds
        self._known: _Known | None = None
        self._opened: tuple[str, Key] | None = None
        self._lock = threading.Lock()

    def signer(self) -> Signer:
        """Signs with the current key. Asked for before a transaction: it may need a connection of its own."""
        current = self._current()
        opened = self._opened
        if opened is None or opened[0] != current.kid:
            secret = json.loads(self._ring.decrypt(current.sealed, _owner(current.kid)))
            opened = current.kid, (OKPKey if secret["kty"] == "OKP" else ECKey).import_key(secret)
            self._opened = opened
        key = opened[1]
        return lambda headers, claims: jose.sign({**headers, "kid": current.kid}, claims, key, current.algorithm)

    def find(self, kid: str) -> SigningKey | None:
        """The key with an id. One that is not known yet is looked for in the database before it is refused."""
        return self._keys().keys.get(kid) or self._keys(anew=True).keys.get(kid)

    def published(self) -> Sequence[Mapping[str, Any]]:
        """Every key as a public JWK, the latest first."""
        return [
            {**key.public.as_dict(private=False), "kid": key.kid, "alg": key.algorithm, "use": "sig"}
            for key in self._keys().order
        ]

    def states(self) -> Sequence[tuple[SigningKey, str]]:
        """Every key, and whether it is next, current or retiring."""
        known = self._keys(anew=True)
        current = self._choose(known)
        return [
            (key, "current" if key is current else "next" if key.start_time > known.now() else "retiring")
            for key in known.order
        ]

    def rotate(self, lead_seconds: float = LEAD_SECONDS) -> str:
        """Make the next key, which signs after the lead; its id."""
        kid = self._add(lead_seconds, unless_since=0.0)
        self._keys(anew=True)
        return kid

    def tend(self, every_days: float) -> None:
        """Rotate when the latest key has signed long enough, and forget those of which no token is left."""
        known = self._keys(anew=True)
        mine = [key for key in known.order if key.algorithm == self._algorithm]
        if not known.order:
            self._current()
        elif not mine or mine[0].start_time < known.now() - timedelta(days=every_days):
            self._add(LEAD_SECONDS, unless_since=_AT_ONCE_SECONDS)
        with self._store.anyone() as connection:
            connection.execute(_FORGET, (KEPT_SECONDS,))

    def _current(self) -> SigningKey:
        found = self._choose(self._keys())
        if found is None:
            self._add(0.0, unless_since=_AT_ONCE_SECONDS)
            known = self._keys(anew=True)
            found = self._choose(known) or known.order[-1]  # where there is but a next one, it starts early
        return found

    def _choose(self, known: _Known) -> SigningKey | None:
        started = [key for key in known.order if key.start_time <= known.now()]
        mine = [key for key in started if key.algorithm == self._algorithm]
        return next(iter(mine or started), None)  # another algorithm's, for as long as there is none of the set one

    def _add(self, lead_seconds: float, *, unless_since: float) -> str:
        key = OKPKey.generate_key("Ed25519") if self._algorithm == "EdDSA" else ECKey.generate_key("P-256")
        kid = key.thumbprint()  # RFC 7638
        sealed = self._ring.encrypt(json.dumps(key.as_dict(private=True)), _owner(kid))
        public = json.dumps(key.as_dict(private=False))
        with self._store.anyone() as connection:
            connection.execute(_ADD, (kid, self._algorithm, public, sealed, lead_seconds, unless_since))
        return kid

    def _keys(self, *, anew: bool = False) -> _Known:
        known = self._known
        if known is not None and not anew and clock.monotonic() < known.read_at + self._fresh:
            return known
        asked = clock.monotonic()
        with self._store.anyone() as connection:
            rows = connection.execute(_ALL).fetchall()
        found = [
            SigningKey(kid, algorithm, jose.public_key(json.loads(public)), bytes(sealed), created, start)
            for kid, algorithm, public, sealed, created, start, end, _ in rows
            if end is None
        ]
        read = _Known({key.kid: key for key in found}, found, rows[0][-1] if rows else _long_ago(), asked)
        with self._lock:
            if self._known is None or read.read_at >= self._known.read_at:
                self._known = read
        return read


def _long_ago() -> datetime:
    return datetime.min.replace(year=2000).astimezone()


def _owner(kid: str) -> str:
    return f"oauth signing key {kid}"
