"""Ids: a short prefix and a UUIDv7 (RFC 9562) in lower-case base 32, so that they sort by the time of their making."""

import contextlib
import re
import secrets
import uuid
from collections.abc import Callable, Iterator

import uuid_utils

# Crockford's alphabet in lower case: digits before letters, so that text order is numeric order.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID = re.compile(r"[a-z]+_[0-9a-z]{26}")
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def _uuid7() -> int:
    return uuid_utils.uuid7().int


_number: Callable[[], int] = _uuid7


def new(prefix: str) -> str:
    """A new id, such as `po_01jd…`: 26 characters after the underscore."""
    return f"{prefix}_{encode(_number())}"


@contextlib.contextmanager
def drawn_from(source: Callable[[], int]) -> Iterator[None]:
    """Take the 128 bits of new ids from a source of one's own, so that what follows from ids can be repeated."""
    global _number
    before, _number = _number, source
    try:
        yield
    finally:
        _number = before


def encode(value: int) -> str:
    """128 bits as 26 characters, most significant first."""
    pairs = _PAIRS
    return "".join([pairs[(value >> shift) & 1023] for shift in range(120, -1, -10)])


def since(resource_id: str, seconds: int) -> str:
    """The first id of the same kind that can have been made within so many seconds before an id was."""
    prefix, _, text = resource_id.rpartition("_")
    value = 0
    for character in text:
        value = value << 5 | _ALPHABET.index(character)
    made_ms = value >> 80  # RFC 9562, section 5.7: the first 48 bits are the time
    return f"{prefix}_{encode(max(made_ms - seconds * 1000, 0) << 80)}"


def is_id(text: str, prefix: str = "") -> bool:
    """Whether the text has the form of an id, of the kind with the prefix if one is given."""
    return _ID.fullmatch(text) is not None and text.startswith(f"{prefix}_" if prefix else "")


def secret(bits: int = 256) -> str:
    """A new secret of that many random bits, in base 32."""
    value = secrets.randbits(bits)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(0, bits, 5))


def request_id() -> str:
    """A new id for a request that came without one."""
    return str(uuid.uuid4())
