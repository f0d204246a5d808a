"""Walks along a chain, from checkpoint to checkpoint, and tells the first row that is not what was sealed.

A stretch is compared as a whole first: the rows come as PostgreSQL finds them and are hashed as they come, leaves and
links of the chain come as one value each. Only a stretch that does not agree is looked at row by row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from server.platform.audit import hashing, rows
from server.platform.audit.rows import Connection, Lane

_AT_ONCE = 50_000  # entries of a stretch
_BYTES = 32  # of a leaf or link

# The chain's side of a stretch: what its rows are expected to be, and how to place them as they come by their ids.
_SEALED = """
SELECT count(*), min(position), max(position), string_agg(leaf, '' ORDER BY position),
    string_agg(link, '' ORDER BY position), array_agg((position - %(first)s)::int4 ORDER BY audit_entry_id),
    min(audit_entry_id), max(audit_entry_id), min(create_time), max(create_time)
FROM corridor.audit_chain
WHERE company_id = %(company)s AND environment = %(environment)s AND position BETWEEN %(first)s AND %(last)s
"""
# Bounds for the entries let PostgreSQL look where they are.
_ENTRIES = """
corridor.audit a ON a.company_id = c.company_id AND a.environment = c.environment
    AND a.audit_entry_id = c.audit_entry_id AND a.create_time = c.create_time
    AND a.audit_entry_id BETWEEN %(low)s AND %(high)s AND a.create_time BETWEEN %(since)s AND %(until)s
WHERE c.company_id = %(company)s AND c.environment = %(environment)s AND c.position BETWEEN %(first)s AND %(last)s
"""
_ROWS = f"""
SELECT {rows.columns()} FROM corridor.audit_chain c JOIN {_ENTRIES}
AND c.audit_entry_id BETWEEN %(low)s AND %(high)s ORDER BY c.audit_entry_id
"""
# Row by row; what is missing comes as NULL.
_BESIDE = f"""
SELECT c.position, c.leaf, c.link, {rows.columns()} FROM corridor.audit_chain c LEFT JOIN {_ENTRIES} ORDER BY c.position
"""
_BOUNDS = ("low", "high", "since", "until")
_AT = "SELECT audit_entry_id FROM corridor.audit_chain WHERE company_id = %s AND environment = %s AND position = %s"
_THERE = "SELECT FROM corridor.audit WHERE company_id = %s AND environment = %s AND audit_entry_id = %s"
_OUTSIDE = """
SELECT position, audit_entry_id FROM corridor.audit_chain
WHERE company_id = %s AND environment = %s AND (position < 1 OR position >= %s) ORDER BY position LIMIT 1
"""
# How PostgreSQL reads a stretch. Ids and times go together, which it does not know: its guesses about such a range
# are far off, so it is told to follow both tables' indexes.
_PLAN = {
    "enable_hashjoin": "off",
    "enable_nestloop": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
    "work_mem": "256MB",
}


@dataclass(frozen=True, slots=True)
class Seal:
    """The checkpoint that a part of the chain must end in."""

    payload: dict[str, Any]

    @property
    def first_position(self) -> int:
        """The position of its first entry."""
        return int(self.payload["first_position"])

    @property
    def entries(self) -> int:
        """How many entries it seals."""
        return int(self.payload["entries"])

    @property
    def end(self) -> int:
        """The position after its last entry."""
        return self.first_position + self.entries


def plan(connection: Connection) -> None:
    """Have a connection read stretches in the way that suits them."""
    for name, value in _PLAN.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))


class Walk:
    """Along one lane. Ends at the first row that is wrong."""

    def __init__(self, connection: Connection, lane: Lane) -> None:
        self._connection = connection
        self._where = (lane.company_id, lane.environment)
        self.entries = 0

    def run(self, seals: list[Seal], first_position: int) -> Iterator[str]:
        """What is wrong first, and what stands outside of all that was sealed."""
        position, link = first_position, hashing.START if first_position == 1 else b""
        for stretch in _stretches(seals):
            after, problem = self._agrees(stretch, position, link), ""
            if not after:
                after, problem = self._row_by_row(stretch, position, link)
            if problem:
                yield problem
                break
            position, link = stretch[-1].end, after
        end = seals[-1].end if seals else first_position
        if outside := self._connection.execute(_OUTSIDE, (*self._where, end)).fetchone():
            yield f"{outside[1]} is in the chain (position {outside[0]}), and no checkpoint seals it"

    def _agrees(self, stretch: list[Seal], first: int, link: bytes) -> bytes:
        """The link after a stretch that is as it was sealed, by chain, rows and checkpoints; else nothing."""
        expected, values = stretch[-1].end - first, self._values(first, stretch[-1].end - 1)
        with self._connection.cursor(binary=True) as cursor:
            sealed = cursor.execute(_SEALED, values).fetchone()
        if sealed is None or sealed[:3] != (expected, first, first + expected - 1):
            return b""
        _, _, _, stored_leaves, stored_links, places, *bounds = sealed
        by_id = rows.leaves(self._connection, _ROWS, values | dict(zip(_BOUNDS, bounds, strict=True)))
        if len(by_id) != len(places):
            return b""
        leaves = [leaf for _, leaf in sorted(zip(places, by_id, strict=True))]
        links, before = [], link
        for leaf in leaves:
            # Without a link before the first one, as after retention, the first one's own is taken for what it is.
            before = sha256(before + leaf).digest() if before else stored_links[:_BYTES]
            links.append(before)
        if b"".join(leaves) != stored_leaves or b"".join(links) != stored_links:
            return b""
        for seal in stretch:
            start, end = seal.first_position - first, seal.end - first
            if _unlike(seal, leaves[start:end], links[end - 1]):
                return b""
        self.entries += len(leaves)
        return before

    def _row_by_row(self, stretch: list[Seal], position: int, link: bytes) -> tuple[bytes, str]:
        """The link after a stretch, and what is wrong with it first."""
        values = self._values(position, stretch[-1].end - 1)
        sealed = self._connection.execute(_SEALED, values).fetchone()
        assert sealed is not None  # an aggregate always gives a row
        values |= dict(zip(_BOUNDS, sealed[-4:], strict=True))
        lines = rows.lines(self._connection, _BESIDE, values)
        for seal in stretch:
            leaves: list[bytes] = []
            while len(leaves) < seal.entries and (line := next(lines, b"")):
                stands_at, stored_leaf, stored_link, row = line.split(b"\t", 3)
                leaf = hashing.leaf(row)
                stored = _Stored(int(stands_at), _bytes(stored_leaf), _bytes(stored_link))
                after = hashing.link(link, leaf) if link else stored.link
                if stored != _Stored(position, leaf, after):
                    for _ in lines:  # COPY is read to its end before the connection is asked anything else
                        pass
                    return after, self._wrong(stored, row, _Stored(position, leaf, after), link)
                leaves.append(leaf)
                position, link = position + 1, after
            self.entries += len(leaves)
            if problem := _unlike(seal, leaves, link):
                for _ in lines:
                    pass
                return link, problem
        return link, ""

    def _values(self, first: int, last: int) -> dict[str, object]:
        return dict(zip(("company", "environment", "first", "last"), (*self._where, first, last), strict=True))

    def _wrong(self, stored: "_Stored", row: bytes, made: "_Stored", before: bytes) -> str:
        """What is wrong with a row of which the chain has something else than can be computed."""
        found = self._connection.execute(_AT, (*self._where, stored.position)).fetchone()
        entry_id = found[0] if found else "an entry"
        if stored.position != made.position:
            what = "stands where another entry was deleted from the chain"
        elif row.startswith(b"\\N\t"):
            there = self._connection.execute(_THERE, (*self._where, entry_id)).fetchone() is not None
            what = "was edited: trail and chain do not have it at the same time" if there else "was deleted"
        elif stored.leaf != made.leaf and stored.link == made.link:
            what = "was edited in the chain: its leaf is not the entry's"
        elif stored.leaf != made.leaf and before and hashing.link(before, stored.leaf) == stored.link:
            what = "was edited"
        elif stored.leaf != made.leaf:
            what = "was edited or replaced"
        else:
            what = "does not follow the entry before it: entries were reordered or replaced"
        return f"{entry_id} {what} (position {made.position})"


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row of the chain, as it stands there or as it is computed."""

    position: int
    leaf: bytes
    link: bytes


def _bytes(field: bytes) -> bytes:
    """Bytes as COPY writes them: \\x and hexadecimal digits, the backslash escaped. What is no such thing is none."""
    return bytes.fromhex(field[3:].decode()) if field.startswith(b"\\\\x") else b""


def _stretches(seals: list[Seal]) -> Iterator[list[Seal]]:
    """Checkpoints that follow each other, so many that their entries are worth a query."""
    found: list[Seal] = []
    for seal in seals:
        found.append(seal)
        if seal.end - found[0].first_position >= _AT_ONCE:
            yield found
            found = []
    if found:
        yield found


def _unlike(seal: Seal, leaves: list[bytes], link: bytes) -> str:
    """What is wrong with a part of the chain that agrees with itself, but not with what was signed."""
    if len(leaves) < seal.entries:
        return f"the tail is cut off: position {seal.first_position + len(leaves)} and what follows is missing"
    if hashing.root(leaves).hex() == seal.payload["root"] and link.hex() == seal.payload["head"]:
        return ""
    return (
        f"positions {seal.first_position} to {seal.end - 1} were rewritten, chain and all: "
        f"they are not what checkpoint {seal.payload['number']} sealed"
    )
