"""Reads the whole trail again and compares it with its seals: what was edited, deleted, inserted, reordered or cut off.

Needs the owner's connection, as it reads every company. Each lane tells the first row that is wrong, and where its
tail was cut.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import IsolationLevel

from server.platform.audit import rows, walk
from server.platform.audit.rows import Connection, Lane
from server.platform.audit.second_store import SecondStore, SecondStoreError
from server.platform.audit.signing import CHECKPOINT, KEPT_FROM, AuditSigner, SignatureError, digest
from server.platform.audit.walk import Seal, Walk

_LATE = timedelta(hours=1)  # after which a checkpoint must stand in the second store

_LANES = """
SELECT company_id, environment FROM corridor.audit_checkpoints
UNION SELECT company_id, environment FROM corridor.audit_chain
"""
_NUMBER = "SELECT count(*) FROM corridor.audit_checkpoints WHERE company_id = %s AND environment = %s"
_CHECKPOINTS = """
SELECT number, jws, first_position, entries, root, head, create_time FROM corridor.audit_checkpoints
WHERE company_id = %s AND environment = %s AND number >= %s ORDER BY number
"""
_COLUMNS = ("first_position", "entries", "root", "head", "create_time")
_HORIZON = """
(a.xid < (SELECT h.horizon FROM corridor.audit_horizon h, pg_control_system() s
        WHERE h.system_identifier = s.system_identifier)
    OR a.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
"""
# How many entries should be in the chain; and one whose owner is not the one of its digest: only the operator sees
# owners, and only the digest is sealed.
_ENTRIES = f"""
SELECT count(*) FILTER (WHERE {_HORIZON}), min(a.audit_entry_id) FILTER (WHERE
    (a.owner_salt <> '' OR a.owner_company_id <> '')
    AND a.owner_digest <> sha256(a.owner_salt || convert_to(a.owner_company_id, 'UTF8')))
FROM corridor.audit a WHERE a.company_id = %s AND a.environment = %s
"""
# Entries that no chain knows, though everything of their time is sealed; or of a transaction that never was.
_UNKNOWN = f"""
SELECT a.audit_entry_id FROM corridor.audit a
WHERE a.company_id = %s AND a.environment = %s AND {_HORIZON} AND NOT EXISTS (SELECT FROM corridor.audit_chain c
        WHERE c.company_id = a.company_id AND c.environment = a.environment AND c.audit_entry_id = a.audit_entry_id
            AND c.create_time = a.create_time)
ORDER BY a.audit_entry_id LIMIT 1
"""


@dataclass(slots=True)
class Report:
    """What verification found."""

    entries: int = 0
    checkpoints: int = 0
    lanes: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(owner_url: str, signer: AuditSigner, second: SecondStore, company_id: str | None = None) -> Report:
    """Verify every lane, or those of one company."""
    report, began = Report(), time.perf_counter()
    with rows.session(owner_url) as connection:
        walk.plan(connection)
        # Each lane as it stands at one moment, whoever seals meanwhile.
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        found = {Lane(*row) for row in connection.execute(_LANES).fetchall()} | set(second.lanes())
        for lane in sorted(found):
            if company_id in {None, lane.company_id}:
                _Verification(connection, signer, second, lane, report).run()
                report.lanes += 1
    report.seconds = time.perf_counter() - began
    return report


class _Verification:
    """Of one lane."""

    def __init__(
        self, connection: Connection, signer: AuditSigner, second: SecondStore, lane: Lane, report: Report
    ) -> None:
        self._connection = connection
        self._signer = signer
        self._second = second
        self._lane = lane
        self._report = report
        self._broken = False

    def run(self) -> None:
        """Compare the lane with everything that vouches for it."""
        where = (self._lane.company_id, self._lane.environment)
        # First the second store: what it has was committed before.
        known = self._connection.execute(_NUMBER, where).fetchone()
        there: Mapping[int, str] | None = None
        try:
            there = self._second.read(self._lane, known[0] if known else 0)
        except SecondStoreError as error:
            self._finding(f"{error}: whether the tail was cut off cannot be told")
        with self._connection.transaction():
            self._compare_all(where, there)

    def _compare_all(self, where: tuple[str, int], there: Mapping[int, str] | None) -> None:
        first_position, first_number = self._kept_from()
        stored = self._connection.execute(_CHECKPOINTS, (*where, first_number)).fetchall()
        here: dict[int, str] = {row[0]: row[1] for row in stored}
        copies = {number: jws for number, jws in (there or {}).items() if number >= first_number}
        seals = list(self._seals(here, copies, first_number))
        if there is not None:
            self._compare(here, copies)
        self._compare_columns(stored, seals)
        self._report.checkpoints += len(seals)
        walked = Walk(self._connection, self._lane)
        for problem in walked.run(seals, first_position):
            self._finding(problem)
        self._report.entries += walked.entries
        count, other = self._connection.execute(_ENTRIES, where).fetchone() or (0, None)
        if other:
            self._finding(f"{other} was edited: its owner is not the one that was sealed")
        # Where all of the chain was walked, equal numbers say that nothing was inserted.
        if first_position > 1 or self._broken or count != walked.entries:
            self._look_for_unknown(where)

    def _kept_from(self) -> tuple[int, int]:
        """From which position and checkpoint on the lane is kept, after retention."""
        try:
            noted = self._second.kept_from(self._lane)
        except SecondStoreError:  # told already, or about to be: as if everything were kept
            noted = ""
        if not noted:
            return 1, 1
        try:
            payload = self._signer.read(KEPT_FROM, noted)
        except SignatureError:
            self._finding("what retention noted is not signed by this installation")
            return 1, 1
        if (payload["company_id"], payload["environment"]) != (self._lane.company_id, self._lane.environment):
            self._finding("what retention noted is of another company")
            return 1, 1
        return int(payload["first_position"]), int(payload["number"])

    def _seals(self, here: Mapping[int, str], there: Mapping[int, str], first: int) -> Iterator[Seal]:
        """The checkpoints as far as they are whole; where both places have one, the second store's counts."""
        before = ""
        for number in range(first, max([*here, *there], default=first - 1) + 1):
            jws = there.get(number) or here.get(number)
            if jws is None:
                self._finding(f"checkpoint {number} is missing in both places")
                return
            try:
                payload = self._signer.read(CHECKPOINT, jws)
            except SignatureError:
                self._finding(f"checkpoint {number} is not signed by this installation")
                return
            mine = (payload["company_id"], payload["environment"], payload["number"])
            if mine != (self._lane.company_id, self._lane.environment, number):
                self._finding(f"checkpoint {number} was made for {mine}")
                return
            if number > first and payload["previous"] != digest(before):
                self._finding(f"checkpoint {number} does not follow checkpoint {number - 1}")
                return
            before = jws
            yield Seal(payload)

    def _compare(self, here: Mapping[int, str], there: Mapping[int, str]) -> None:
        for number in sorted(set(there) - set(here)):
            self._finding(f"checkpoint {number} was deleted from the database: the tail was cut off there")
            break
        for number in sorted(set(there) & set(here)):
            if there[number] != here[number]:
                self._finding(f"checkpoint {number} is another one in the database than in the second store")
                break
        for number in sorted(set(here) - set(there)):
            try:
                made = datetime.fromisoformat(self._signer.read(CHECKPOINT, here[number])["time"])
            except SignatureError:
                break  # told already
            late = number < max(there, default=0) or datetime.now(UTC) - made > _LATE
            text = f"checkpoint {number} is not in the second store"
            (self._finding if late else self._note)(text)
            break

    def _compare_columns(self, stored: Sequence[tuple[Any, ...]], seals: Sequence[Seal]) -> None:
        """What the database says of a checkpoint beside what was signed."""
        signed = {int(seal.payload["number"]): seal.payload for seal in seals}
        for number, _, *columns in stored:
            payload = signed.get(number)
            if payload is None:
                continue  # told already
            expected = [
                int(payload["first_position"]), int(payload["entries"]), bytes.fromhex(payload["root"]),
                bytes.fromhex(payload["head"]), datetime.fromisoformat(payload["time"]),
            ]  # fmt: skip
            for name, found, right in zip(_COLUMNS, columns, expected, strict=True):
                if found != right:
                    self._finding(f"checkpoint {number} was edited in the database: {name} is not what was signed")
                    return

    def _look_for_unknown(self, where: tuple[str, int]) -> None:
        unknown = self._connection.execute(_UNKNOWN, where).fetchone()
        if unknown:
            self._finding(f"{unknown[0]} was inserted: no checkpoint has it")

    def _finding(self, text: str) -> None:
        self._broken = True
        self._report.findings.append(f"{self._lane.name}: {text}.")

    def _note(self, text: str) -> None:
        self._report.notes.append(f"{self._lane.name}: {text}.")
