"""Access tokens of providers, kept for the life of the process: fetched once at a time, renewed before they end.

Rule: a token is found only by the address and the very credentials that it was issued for, so new credentials never
meet an old token.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.kit.errors import Unavailable

TOKENS_AT_MOST = 10_000
UNTOLD_SECONDS = 300.0
"""How long a token is used whose provider does not say when it ends."""

EARLY_SECONDS = 30.0
EARLY_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as a provider issued it. `expires_in` is in seconds, None where the provider does not tell."""

    value: str = field(repr=False)
    expires_in: float | None = None


@dataclass(slots=True)
class _Kept:
    """One token and the lock of whoever fetches it."""

    fetching: threading.Lock = field(default_factory=threading.Lock)
    value: str = field(default="", repr=False)
    renew_at: float = 0.0


Key = tuple[str, str, str]


def key(name: str, address: str, credentials: Mapping[str, str]) -> Key:
    """What a token is found by: its name, where it is fetched, and a digest of all of the connection's credentials."""
    whole = json.dumps(sorted(credentials.items())).encode()
    return name, address, hashlib.sha256(whole).hexdigest()


class TokenCache:
    """The tokens of a process, safe to share between threads."""

    def __init__(self, *, at_most: int = TOKENS_AT_MOST, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._at_most = at_most
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    def get(self, key: Key, fetch: Callable[[], Token], seconds: float) -> tuple[str, bool]:
        """The token, and whether it was fetched just now. Others who want it meanwhile wait for it.

        Raises `Unavailable` where another's fetch takes longer than `seconds`; what `fetch` raises is passed on.
        """
        kept = self._of(key)
        value = self._usable(kept)
        if value:
            return value, False
        if not kept.fetching.acquire(timeout=max(0.0, seconds)):
            raise Unavailable("the deadline was over while another call fetched the token")
        try:
            value = self._usable(kept)
            if value:
                return value, False
            asked_at = self._monotonic()
            token = fetch()
            lasts = UNTOLD_SECONDS if token.expires_in is None else max(0.0, token.expires_in)
            with self._lock:
                kept.value = token.value
                kept.renew_at = asked_at + lasts - min(EARLY_SECONDS, lasts * EARLY_SHARE)
            return token.value, True
        finally:
            kept.fetching.release()

    def forget(self, key: Key, value: str) -> None:
        """Use this token no more. One that has taken its place since stays."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.value == value:
                kept.value = ""

    def _of(self, key: Key) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > self._at_most:
                self._kept.popitem(last=False)
            return kept

    def _usable(self, kept: _Kept) -> str:
        with self._lock:
            return kept.value if self._monotonic() < kept.renew_at else ""
