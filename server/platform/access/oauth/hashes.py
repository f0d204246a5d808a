"""What lets its holder act (client secrets, codes, refresh tokens, request references) is stored as a keyed hash only.

Each has 256 random bits, so that one keyed hash is enough; the kind is part of what is hashed.
"""

import hashlib
import hmac
from dataclasses import dataclass

from server.kit import ids

CLIENT_SECRET = "cs"  # noqa: S105 - how such secrets begin
CODE = "code"
REFRESH_TOKEN = "rt"  # noqa: S105 - how such secrets begin
REQUEST = "req"

_BITS = 260  # whole characters of base 32


@dataclass(frozen=True, slots=True)
class New:
    """A secret at the moment of its making, the only one at which it is known."""

    value: str
    hash: bytes

    def __repr__(self) -> str:
        return "New(…)"


class Hashes:
    """Makes secrets and recognises them, with one key of the installation."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def make(self, kind: str) -> New:
        """A new secret of a kind, such as `rt_…`."""
        value = f"{kind}_{ids.secret(_BITS)}"
        return New(value, self.hash(kind, value))

    def hash(self, kind: str, value: str) -> bytes:
        """The hash under which a secret of a kind is stored."""
        return hmac.digest(self._pepper, f"{kind}\0{value}".encode(errors="replace"), hashlib.sha256)
