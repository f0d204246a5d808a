"""Seals made with data keys (AES-256-GCM), which a KMS wraps: each company has its own per environment and purpose.

A nonce is 96 random bits, so a key is replaced long before 2^32 uses (NIST SP 800-38D, section 8.3).
Form of a seal: 1, the key's number (4 bytes), nonce (12), ciphertext with its tag (16). No protobuf begins with 1.
"""

import itertools
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import clock
from server.kit.errors import Failure, fail
from server.store.engine import Store
from server.store.kms import Kms, KmsAway
from server.store.seals import SealError

_log = structlog.get_logger("corridor.seals")

VERSION = b"\x01"
KEY_BYTES = 32
_NUMBER_BYTES = 4
_NONCE_BYTES = 12
_HEAD_BYTES = len(VERSION) + _NUMBER_BYTES
_CACHED_AT_MOST = 20_000
_USES_AT_ONCE = 1 << 20  # how many uses a process counts by itself before it tells the others
USES_AT_MOST = 1 << 30  # far enough below 2^32 for what processes had not told when they died
CURRENT_SECONDS = 30.0  # how long a process takes a key for the current one without asking again

_STALE_SECONDS = 3.0  # how much longer, while nobody can be asked
_RENEW_SECONDS = 5.0  # after which the KMS is asked again for a key that is known


class State(IntEnum):
    """Where a data key stands. The numbers are stored."""

    CURRENT = 1
    RETIRED = 2  # opens what it sealed, seals nothing new
    DESTROYED = 3  # gone: what it sealed never opens again


_CURRENT = """
UPDATE corridor.data_keys SET uses = uses + %s
WHERE company_id = %s AND environment = %s AND purpose = %s AND state = 1
RETURNING data_key_number, kek_id, wrapped, uses
"""
_BY_NUMBER = """
SELECT data_key_number, kek_id, wrapped, purpose FROM corridor.data_keys
WHERE company_id = %s AND environment = %s AND data_key_number = %s
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('data_keys/' || %s || '/' || %s::text, 0))"
_RETIRE = """
UPDATE corridor.data_keys SET state = 2, retire_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND purpose = %s AND state = 1 AND data_key_number = %s
"""
_INSERT = """
INSERT INTO corridor.data_keys
SELECT %(company_id)s, %(environment)s, coalesce(max(data_key_number), 0) + 1, %(purpose)s, 1, %(kek_id)s, %(wrapped)s,
    0, clock_timestamp(), NULL, NULL
FROM corridor.data_keys WHERE company_id = %(company_id)s AND environment = %(environment)s
ON CONFLICT (company_id, environment, purpose) WHERE state = 1 DO NOTHING
"""


@dataclass(slots=True)
class _Current:
    """The key by which a purpose is sealed now, as this process knows it."""

    number: int
    head: bytes
    cipher: AESGCM = field(repr=False)
    bound: str
    fresh_until: float
    stale_at: float  # what it sealed later might be lost: a rotation does not wait for longer
    # Counts from 1: whoever looks the key up uses it.
    uses: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    """An unwrapped key, and until when it may stay in memory."""

    cipher: AESGCM = field(repr=False)
    renew_at: float
    forget_at: float


class DataKeySeals:
    """Seals and opens. Keys are looked up over connections of its own, so that it can be used inside transactions."""

    def __init__(
        self, store: Store, kms: Kms, *, cache_seconds: float = 600.0, current_seconds: float = CURRENT_SECONDS
    ) -> None:
        self._store = store
        self._kms = kms
        self._cache_seconds = cache_seconds
        self._current_seconds = current_seconds
        self._current: dict[tuple[str, int, str], _Current] = {}
        self._keys: OrderedDict[tuple[str, int, int], _Known] = OrderedDict()
        self._lock = threading.Lock()

    def seal(self, company_id: str, environment: int, purpose: str, bound: str, data: bytes) -> bytes:
        """The data, sealed with the company's current data key of the purpose. Raises UNAVAILABLE without a KMS."""
        current = self._current.get((company_id, environment, purpose))
        if current is None or clock.monotonic() >= current.fresh_until or next(current.uses) >= _USES_AT_ONCE:
            current = self._refreshed(company_id, environment, purpose, current)
        nonce = os.urandom(_NONCE_BYTES)
        return current.head + nonce + current.cipher.encrypt(nonce, data, (current.bound + bound).encode())

    def open(self, company_id: str, environment: int, purpose: str, bound: str, sealed: bytes) -> bytes:
        """What was sealed. Raises `SealError`, and UNAVAILABLE if the KMS is needed and away."""
        if not is_seal(sealed):
            raise SealError(f"what is stored for {purpose} of {company_id} is no seal.")
        number = key_number(sealed)
        known = self._keys.get((company_id, environment, number))
        if known is None or clock.monotonic() >= known.renew_at:
            known = self._by_number(company_id, environment, number, purpose, known)
        nonce, data = sealed[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES], sealed[_HEAD_BYTES + _NONCE_BYTES :]
        try:
            return known.cipher.decrypt(nonce, data, (_bound(company_id, environment, purpose) + bound).encode())
        except (InvalidTag, ValueError):
            raise SealError(f"a seal of {company_id} for {bound.partition('/')[0]} does not open.") from None

    def rotate(self, company_id: str, environment: int, purpose: str) -> int:
        """Retire the current data key of a purpose and make a new one; its number."""
        key = (company_id, environment, purpose)
        current = self._refreshed(*key, self._current.get(key))
        self._replace(*key, retire=current.number)
        self._current.pop(key, None)
        return self._refreshed(*key, None).number

    def forget(self) -> None:
        """Look every key up anew at its next use."""
        with self._lock:
            self._current.clear()
            self._keys.clear()

    def close(self) -> None:
        """Let go of connections, and of every key."""
        self.forget()
        self._store.close()
        self._kms.close()

    def _refreshed(self, company_id: str, environment: int, purpose: str, before: _Current | None) -> _Current:
        key = (company_id, environment, purpose)
        used = 0
        if before is not None:  # others go on with it while this thread asks
            before.fresh_until = min(clock.monotonic() + 2.0, before.stale_at)
            used, before.uses = next(before.uses), itertools.count()
        asked = clock.monotonic()
        row = self._find(key, used)
        if row is None or row[3] >= USES_AT_MOST:
            self._replace(*key, retire=row[0] if row else 0)
            row = self._find(key, 0)
            assert row is not None  # made just now, by this process or by another
        number, kek_id, wrapped, _ = row
        known = self._unwrapped(company_id, environment, number, purpose, kek_id, wrapped)
        head = VERSION + number.to_bytes(_NUMBER_BYTES)
        fresh_until = asked + self._current_seconds
        current = _Current(number, head, known.cipher, _bound(*key), fresh_until, fresh_until + _STALE_SECONDS)
        with self._lock:
            if len(self._current) >= _CACHED_AT_MOST:
                self._current.clear()
            self._current[key] = current
        return current

    def _find(self, key: tuple[str, int, str], used: int) -> tuple[int, str, bytes, int] | None:
        with self._store.of(key[0], key[1]) as connection:
            return connection.execute(_CURRENT, (used, *key)).fetchone()

    def _replace(self, company_id: str, environment: int, purpose: str, *, retire: int) -> None:
        """Make a current key where there is none, after retiring the one with the number `retire`."""
        with _reaching():
            kek_id = self._kms.current_key_id()
            data_key = AESGCM.generate_key(KEY_BYTES * 8)
            wrapped = self._kms.wrap(kek_id, data_key, wrap_context(company_id, environment, purpose))
        values = {"company_id": company_id, "environment": environment, "purpose": purpose}
        with self._store.transaction(company_id, environment) as connection:
            connection.execute(_LOCK, (company_id, environment))
            connection.execute(_RETIRE, (company_id, environment, purpose, retire))
            connection.execute(_INSERT, values | {"kek_id": kek_id, "wrapped": wrapped})
        _log.info("data_key_made", company_id=company_id, purpose=purpose, replaces=retire)

    def _by_number(self, company_id: str, environment: int, number: int, purpose: str, known: _Known | None) -> _Known:
        with self._store.of(company_id, environment) as connection:
            row = connection.execute(_BY_NUMBER, (company_id, environment, number)).fetchone()
        if row is None or row[2] is None:
            gone = "is unknown" if row is None else "is destroyed"
            raise SealError(f"data key {number} of {company_id} {gone}.")
        if row[3] != purpose:
            raise SealError(f"data key {number} of {company_id} is for {row[3]}, not for {purpose}.")
        return self._unwrapped(company_id, environment, number, purpose, row[1], row[2])

    def _unwrapped(
        self, company_id: str, environment: int, number: int, purpose: str, kek_id: str, wrapped: bytes
    ) -> _Known:
        """The key, from memory or the KMS. One that gets old is renewed early, so that a short absence is not felt."""
        key, now = (company_id, environment, number), clock.monotonic()
        known = self._keys.get(key)
        if known is not None and now < known.renew_at:
            return known
        if known is not None and now < known.forget_at:  # others go on with it, also if the KMS is away
            self._keys[key] = replace(known, renew_at=min(now + _RENEW_SECONDS, known.forget_at))
        try:
            with _reaching():
                data_key = self._kms.unwrap(kek_id, wrapped, wrap_context(company_id, environment, purpose))
        except Failure:
            if known is None or now >= known.forget_at:
                raise
            return known
        known = _Known(AESGCM(data_key), now + self._cache_seconds / 2, now + self._cache_seconds)
        with self._lock:
            self._keys[key] = known
            while len(self._keys) > _CACHED_AT_MOST:
                self._keys.popitem(last=False)
        return known


def is_seal(stored: bytes) -> bool:
    """Whether stored bytes are a seal. Bytes of a protobuf message never are: no field has the number 0."""
    return stored[:1] == VERSION and len(stored) >= _HEAD_BYTES + _NONCE_BYTES


def key_number(sealed: bytes) -> int:
    """The number of the data key that made a seal."""
    return int.from_bytes(sealed[len(VERSION) : _HEAD_BYTES])


def wrap_context(company_id: str, environment: int, purpose: str) -> str:
    """What a wrapped data key is bound to."""
    return f"corridor data key {company_id}/{environment}/{purpose}"


def _bound(company_id: str, environment: int, purpose: str) -> str:
    return f"{company_id}/{environment}/{purpose}/"


class _reaching:  # noqa: N801 - reads as a word of the statement it stands in
    """Around calls to the KMS: that it is away is a failure that callers may repeat."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, KmsAway):
            _log.warning("kms_away", why=str(error))
            raise fail(
                reasons.ERROR_REASON_UNAVAILABLE, "The keys are not available at the moment.", retry_after_seconds=2.0
            ) from None
