"""API keys: looked up by their public prefix, compared by a keyed hash, never stored.

A key is `ck_test_` or `ck_live_`, 16 characters of public prefix, an underscore, and 256 bits of secret.
"""

import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from corridor.options.v1 import method_pb2
from corridor.type.v1 import environment_pb2
from server.kit import clock, ids
from server.kit.context import Caller
from server.store.engine import Store

_NAMES: Mapping[int, str] = {environment_pb2.ENVIRONMENT_SANDBOX: "test", environment_pb2.ENVIRONMENT_LIVE: "live"}
_KEY = re.compile(r"(ck_(?:test|live)_[0-9a-z]{16})_([0-9a-z]{52})")
_FIND = "SELECT company_id, environment, api_key_id, secret_hash, scopes, revoked FROM corridor.find_api_key(%s)"
_CACHED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the moment of its making, the only one at which the secret is known."""

    prefix: str
    secret: str
    secret_hash: bytes

    def __repr__(self) -> str:
        return f"NewKey({self.prefix})"


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    secret_hash: bytes
    revoked: bool
    fresh_until: float


class ApiKeys:
    """Makes keys, and tells whose a key is. What it knows is at most `fresh_seconds` old, revocations included."""

    def __init__(self, store: Store, pepper: bytes, *, fresh_seconds: float = 0.5) -> None:
        self._store = store
        self._pepper = pepper
        self._fresh = fresh_seconds
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, environment: int) -> NewKey:
        """A new key for an environment. Nothing is stored by this."""
        prefix = f"ck_{_NAMES[environment]}_{ids.secret(80)}"
        secret = f"{prefix}_{ids.secret(260)}"
        return NewKey(prefix, secret, self._hash(secret))

    def caller(self, key: str) -> tuple[Caller | None, Caller | None]:
        """The caller whose key it is; beside it, whose key it pretends to be, where the prefix is known.

        The first is None for a key that is malformed, unknown, revoked or wrong.
        """
        match = _KEY.fullmatch(key)
        if match is None:
            return None, None
        known = self._look_up(match[1])
        if known is None:
            return None, None
        right = hmac.compare_digest(known.secret_hash, self._hash(key))
        return (known.caller if right and not known.revoked else None), known.caller

    def forget(self, prefix: str) -> None:
        """Look the key up anew at its next use."""
        with self._lock:
            self._known.pop(prefix, None)

    def _look_up(self, prefix: str) -> _Known | None:
        known = self._known.get(prefix)
        if known is not None and clock.monotonic() < known.fresh_until:
            return known
        asked = clock.monotonic()
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (prefix,)).fetchone()
        if row is None:
            return None
        company_id, environment, api_key_id, secret_hash, scopes, revoked = row
        caller = Caller(method_pb2.CALLER_KIND_API_KEY, api_key_id, company_id, environment, frozenset(scopes))
        known = _Known(caller, secret_hash, revoked, asked + self._fresh)
        with self._lock:
            self._known[prefix] = known
            while len(self._known) > _CACHED_AT_MOST:
                self._known.popitem(last=False)
        return known

    def _hash(self, key: str) -> bytes:
        return hmac.digest(self._pepper, key.encode(), hashlib.sha256)
