"""The hashes of the audit trail: leaves and trees as in RFC 6962, section 2.1, and the link from row to row.

Everything is SHA-256. A leaf is the hash of a row as PostgreSQL's COPY writes it (see rows.py).
"""

from collections.abc import Sequence
from hashlib import sha256

START = bytes(32)  # the link before the first row


def leaf(line: bytes) -> bytes:
    """The hash of a row's canonical line, without its line end."""
    return sha256(b"\x00" + line).digest()


def link(before: bytes, of: bytes) -> bytes:
    """The link of a row: over the link before and the row's leaf."""
    return sha256(before + of).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over leaves (RFC 6962, 2.1); there is at least one."""
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes by which the leaf at an index leads to the root (RFC 6962, 2.1.1), the lowest first."""
    found: list[bytes] = []
    level = leaves
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            found.append(level[sibling])
        level, index = _above(level), index // 2
    return found


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: pairs become their node, and a last one alone goes up as it is.

    This is the same tree as the recursive definition, which splits at the largest power of two.
    """
    pairs = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]
