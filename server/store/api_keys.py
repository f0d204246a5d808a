"""API keys: looked up by their public prefix, compared by a keyed hash, never stored.

A key is `ck_test_` or `ck_live_`, 16 characters of public prefix, an underscore, and 256 bits of secret.
A key that is not right costs one look-up and one comparison, whether its prefix exists or not: time tells nothing.
"""

import hashlib
import hmac
import math
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corridor.access.v1.api_key_pb2 import (
    API_KEY_STATE_ACTIVE,
    API_KEY_STATE_EXPIRED,
    API_KEY_STATE_REVOKED,
    API_KEY_STATE_ROTATED,
    ApiKeyState,
)
from corridor.options.v1 import method_pb2
from corridor.type.v1 import environment_pb2
from server.kit import clock, ids, networks
from server.kit.context import Caller
from server.kit.networks import Network
from server.store.engine import Store

_NAMES: Mapping[int, str] = {environment_pb2.ENVIRONMENT_SANDBOX: "test", environment_pb2.ENVIRONMENT_LIVE: "live"}
_KEY = re.compile(r"(ck_(?:test|live)_[0-9a-z]{16})_([0-9a-z]{52})")
_FIND = """
SELECT company_id, environment, api_key_id, secret_hash, scopes, state, allowed_methods, allowed_ranges,
    expire_time, used_time
FROM corridor.find_api_key(%s)
"""
_CACHED_AT_MOST = 10_000
_DIGEST_BYTES = 32
_WORKING = frozenset({API_KEY_STATE_ACTIVE, API_KEY_STATE_ROTATED})


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the moment of its making, the only one at which the secret is known."""

    prefix: str
    secret: str
    secret_hash: bytes

    def __repr__(self) -> str:
        return f"NewKey({self.prefix})"


@dataclass(frozen=True, slots=True)
class Known:
    """What a process knows of a key."""

    prefix: str
    caller: Caller
    secret_hash: bytes = field(repr=False)
    state: "ApiKeyState.ValueType"  # as it was set; see `state_at`
    allowed_methods: frozenset[str]  # paths, or a service's path with `/*`; empty means every one
    allowed_ranges: tuple[Network, ...]  # empty means every one
    expires: float  # seconds since 1970
    used: float  # when it was last used before, or else made

    def state_at(self, now: float) -> "ApiKeyState.ValueType":
        """Where the key stands at a time."""
        ended = now >= self.expires and self.state != API_KEY_STATE_REVOKED
        return API_KEY_STATE_EXPIRED if ended else self.state

    def works_at(self, now: float) -> bool:
        """Whether the key opens anything at a time."""
        return self.state in _WORKING and now < self.expires

    def calls(self, path: str) -> bool:
        """Whether the key may call the RPC with a path."""
        allowed = self.allowed_methods
        return not allowed or path in allowed or f"{path[: path.rindex('/')]}/*" in allowed

    def comes_from(self, address: str) -> bool:
        """Whether the key may be used from an address."""
        return not self.allowed_ranges or networks.contains(self.allowed_ranges, address)


class Found(NamedTuple):
    """Whose key it pretends to be, where the prefix is known; and whether the secret is right."""

    known: Known | None
    right: bool


class _Proven(NamedTuple):
    """A key whose secret was shown. It is known again by a digest that costs a fifth of the stored one."""

    known: Known
    shown: bytes  # under a key of this process alone
    fresh_until: float  # by clock.monotonic()


class ApiKeys:
    """Makes keys, and tells whose a key is. What it knows is at most `fresh_seconds` old, revocations included."""

    def __init__(self, store: Store, pepper: bytes, *, fresh_seconds: float = 0.5) -> None:
        self._store = store
        self._pepper = pepper
        self._fresh = fresh_seconds
        self._nobodys_hash = os.urandom(hashlib.sha256().digest_size)
        self._mine = os.urandom(_DIGEST_BYTES)
        self._proven: OrderedDict[str, _Proven] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, environment: int) -> NewKey:
        """A new key for an environment. Nothing is stored by this."""
        prefix = f"ck_{_NAMES[environment]}_{ids.secret(80)}"
        secret = f"{prefix}_{ids.secret(260)}"
        return NewKey(prefix, secret, self._hash(secret))

    def find(self, key: str) -> Found | None:
        """What is known of a key; None for what cannot be a key by its form."""
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        shown = hashlib.blake2b(key.encode(), key=self._mine, digest_size=_DIGEST_BYTES).digest()
        proven = self._proven.get(match[1])
        if proven is not None and clock.monotonic() < proven.fresh_until and hmac.compare_digest(proven.shown, shown):
            return Found(proven.known, right=True)
        # The database is asked for whatever is not right too, so that a prefix that is cached shows no difference.
        asked = clock.monotonic()
        known = self._look_up(match[1])
        right = hmac.compare_digest(self._nobodys_hash if known is None else known.secret_hash, self._hash(key))
        if known is None or not right:
            return Found(known, right=False)
        with self._lock:
            self._proven[known.prefix] = _Proven(known, shown, asked + self._fresh)
            while len(self._proven) > _CACHED_AT_MOST:
                self._proven.popitem(last=False)
        return Found(known, right=True)

    def caller(self, key: str) -> tuple[Caller | None, Caller | None]:
        """The caller whose key it is, if it works now; beside it, whose it pretends to be, where that is known."""
        found = self.find(key)
        if found is None or found.known is None:
            return None, None
        works = found.right and found.known.works_at(clock.epoch())
        return (found.known.caller if works else None), found.known.caller

    def forget(self, prefix: str) -> None:
        """Look the key up anew at its next use."""
        with self._lock:
            self._proven.pop(prefix, None)

    def _look_up(self, prefix: str) -> Known | None:
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (prefix,)).fetchone()
        return None if row is None else _known(prefix, row)

    def _hash(self, key: str) -> bytes:
        return hmac.digest(self._pepper, key.encode(), hashlib.sha256)


def _known(prefix: str, row: tuple[Any, ...]) -> Known:
    company_id, environment, api_key_id, secret_hash, scopes, state, methods, ranges, expire_time, used_time = row
    return Known(
        prefix=prefix,
        caller=Caller(method_pb2.CALLER_KIND_API_KEY, api_key_id, company_id, environment, frozenset(scopes)),
        secret_hash=secret_hash,
        state=state,
        allowed_methods=frozenset(f"/{name}" for name in methods),
        allowed_ranges=tuple(networks.network(text) for text in ranges),
        expires=expire_time.timestamp() if expire_time else math.inf,
        used=used_time.timestamp(),
    )
