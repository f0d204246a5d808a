"""A trail to be tampered with: rows of a company, sealed, with the owner's own hands on the tables."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_DONE
from server.kit import ids
from server.platform.audit import verify
from server.platform.audit.rows import Lane
from server.platform.audit.seal import Sealed, Sealer
from server.platform.audit.second_store import Directory, SecondStore
from server.platform.audit.signing import AuditSigner
from server.platform.audit.verify import Report
from server.store import audit
from server.store.audit import Row
from server.store.engine import Store
from server.store.secrets import Keyring
from tests.serving import until

COMPANY = "co_" + "1" * 26
OTHER = "co_" + "2" * 26
LANE = Lane(COMPANY, 1)


@dataclass
class Trail:
    """A migrated database, its store of checkpoints, and the key."""

    url: str
    directory: Path
    store: Store
    signer: AuditSigner
    second: SecondStore

    def write(self, count: int, company_id: str = COMPANY) -> list[str]:
        """Record so many calls; the ids of their rows."""
        made = [row(company_id, number) for number in range(count)]
        with self.store.anyone() as connection:
            audit.record_calls(connection, made)
        return [each.audit_entry_id for each in made]

    def seal(self) -> Sealed:
        """Seal all that was written, as a process that has just begun."""
        self.settle()
        return self.seal_now()

    def seal_now(self) -> Sealed:
        """Seal what can be sealed now: nothing that is younger than a transaction under way, of any database."""
        return Sealer(self.url, self.signer, self.second).run()

    def settle(self) -> None:
        """Wait until nothing older than the rows is under way in the server, be it other tests' or PostgreSQL's own."""
        last = self.owner("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")[0][0]
        xmin = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %s"
        until(lambda: self.owner(xmin, last)[0][0], seconds=60.0, what="transactions under way end")

    def verify(self) -> Report:
        """Compare everything with its seals."""
        return verify.verify(self.url, self.signer, self.second)

    def findings(self) -> str:
        """What verification finds, in one text."""
        return "\n".join(self.verify().findings)

    def owner(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement as the owner of the tables."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql.SQL(statement), values)  # type: ignore[arg-type] # tests' own text
            return cursor.fetchall() if cursor.description else []


def trail_in(url: str, directory: Path) -> Trail:
    """A trail in a migrated database."""
    signer = AuditSigner(Keyring(b"k" * 32))
    return Trail(url, directory, Store(url), signer, Directory(directory / "checkpoints"))


def row(company_id: str = COMPANY, number: int = 0) -> Row:
    """A row of a call that was done."""
    request_id = ids.request_id()
    return Row(
        company_id=company_id,
        environment=1 if company_id else 0,
        audit_entry_id=ids.new("aud"),
        action="payout.get",
        method="/corridor.payouts.v1.PayoutService/GetPayout",
        caller_id="key_" + "3" * 26,
        resource_id=ids.new("po"),
        outcome=AUDIT_OUTCOME_DONE,
        reason="",
        request_id=request_id,
        correlation_id=request_id,
        caller_kind=1,
        subject="",
        client_ip="192.0.2.7",
        claimed="tab\tnewline\nbackslash\\ é",
        approval_id="",
        request_digest=bytes([number % 256]) * 32,
    )
