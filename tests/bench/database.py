"""The database of a run: embedded PostgreSQL as in production, durable, with one company, its key and a beneficiary."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil  # type: ignore[import-untyped] # its stubs are a package of their own
import psycopg
from psycopg import sql

from corridor.payouts.v1 import beneficiary_service_pb2, payout_service_pb2
from corridor.type.v1 import bank_account_pb2, environment_pb2, money_pb2, party_pb2
from server import parts, settings
from server.platform.access import admin
from server.store import embedded, migrate, postmaster
from server.store.embedded import Embedded

SANDBOX = environment_pb2.ENVIRONMENT_SANDBOX

# What one accepted payout writes, apart from work, which workers take away again.
TABLES = ("idempotency", "payouts", "audit", "events")

# The accept statement with values of the sizes that the server sends: ids in order of time, keys at random.
# The role and the way of binding the company are the server's own.
_SCRIPT = """
SELECT * FROM corridor.accept_payout(
    '{company}', {environment}::smallint, '/corridor.payouts.v1.PayoutService/CreatePayout', gen_random_uuid()::text,
    '{fingerprint}'::bytea, '{response}'::bytea, 'po_' || uuidv7(), 1::smallint, '{beneficiary}', '{message}'::bytea,
    now(), 'evt_' || uuidv7(), 'payout.accepted', '{event}'::bytea, 'aud_' || uuidv7(), 'payout.create', '{caller}',
    gen_random_uuid()::text, gen_random_uuid()::text, '', 'payouts.dispatch', 1::smallint, '', '127.0.0.1', '', '',
    '{digest}'::bytea);
"""


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database and the company that the run works for."""

    embedded: Embedded
    directory: Path
    company_id: str
    key: str

    @property
    def url(self) -> str:
        """Where servers and workers connect."""
        return self.embedded.owner_dsn

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which server and worker processes are started."""
        return {
            "CORRIDOR_DATABASE_URL": self.url,
            "CORRIDOR_DATA_DIR": str(self.directory),
            "CORRIDOR_RATE_LIMITS": "off",
            "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
            "CORRIDOR_LOG_LEVEL": "warning",
        }

    def counts(self) -> dict[str, int]:
        """Rows of each table that accepting a payout writes to."""
        with psycopg.connect(self.url) as connection:
            return {name: self._count(connection, name) for name in TABLES}

    def cpu_seconds(self) -> float:
        """CPU that PostgreSQL has used so far, in processes that run and in those that have ended."""
        postmaster = psutil.Process(self.embedded.pid)
        used = 0.0
        for process in (*postmaster.children(), postmaster):  # the postmaster last: it inherits from those that end
            with contextlib.suppress(psutil.NoSuchProcess):
                used += sum(process.cpu_times()[:4])
        return used

    def forget_work(self) -> None:
        """Drop the dispatches that accepting payouts has scheduled: no vendor is called in a run."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DELETE FROM corridor.work WHERE kind = 'payouts.dispatch'")

    def settle(self) -> None:
        """Write out what is dirty, so that no round pays for the one before."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def _count(self, connection: psycopg.Connection[tuple[int]], table: str) -> int:
        query = sql.SQL("SELECT count(*) FROM corridor.{}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
        return row[0] if row else 0


def create_request(beneficiary_id: str) -> payout_service_pb2.CreatePayoutRequest:
    """The payout that a run creates over and over."""
    return payout_service_pb2.CreatePayoutRequest(
        beneficiary_id=beneficiary_id,
        amount=money_pb2.Money(currency_code="EUR", amount_minor=12_345),
        reference="Invoice 2026-1187",
        metadata={"invoice": "1187", "tenant": "north"},
    )


def beneficiary_request() -> beneficiary_service_pb2.CreateBeneficiaryRequest:
    """Whom the run pays."""
    return beneficiary_service_pb2.CreateBeneficiaryRequest(
        party=party_pb2.Party(person=party_pb2.Person(given_name="Ada", family_name="Lovelace")),
        bank_account=bank_account_pb2.BankAccount(
            iban=bank_account_pb2.Iban(iban="DE89370400440532013000"), currency_code="EUR"
        ),
    )


@contextlib.contextmanager
def prepared(directory: Path) -> Iterator[Database]:
    """A new database in the directory, stopped at the end of the block."""
    with embedded.start(directory / "postgres", durable=True) as server:
        migrate.upgrade(server.owner_dsn)
        yield with_company(Database(server, directory, "", ""))


def with_company(database: Database) -> Database:
    """The same database, for a new company."""
    made = parts.build(replace(settings.from_environment(), data_dir=database.directory), database.url)
    try:
        company_id = admin.create_company(made.store, "Bench", SANDBOX)
        _, key = admin.create_key(made.store, made.keys, company_id, SANDBOX, "bench")
    finally:
        made.close()
    return replace(database, company_id=company_id, key=key)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the server wrote for one payout: the sizes that pgbench writes too."""

    fingerprint: bytes
    response: bytes
    message: bytes
    event: bytes
    beneficiary_id: str
    caller_id: str


def accepted(database: Database) -> Accepted:
    """The values of the last payout that the server accepted."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "SELECT i.fingerprint, i.response, p.message, e.message, p.beneficiary_id, a.caller_id "
            "FROM corridor.payouts p JOIN corridor.events e ON e.resource_id = p.payout_id "
            "JOIN corridor.idempotency i ON i.resource_id = p.payout_id "
            "JOIN corridor.audit a ON a.resource_id = p.payout_id ORDER BY p.payout_id DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    return Accepted(*row)


def script(database: Database) -> Path:
    """The pgbench script of the accept statement."""
    values = accepted(database)
    text = _SCRIPT.format(
        company=database.company_id, environment=int(SANDBOX), fingerprint="\\x" + values.fingerprint.hex(),
        response="\\x" + values.response.hex(), message="\\x" + values.message.hex(),
        event="\\x" + values.event.hex(), digest="\\x" + "5a" * 32,
        beneficiary=values.beneficiary_id, caller=values.caller_id,
    )  # fmt: skip
    path = database.directory / "accept.sql"
    path.write_text(" ".join(text.split()) + "\n")
    return path


@dataclass(frozen=True, slots=True)
class Pgbench:
    """What one run of pgbench did."""

    per_second: float
    done: int
    failed: int
    own_cpu_seconds: float = 0.0


def pgbench(database: Database, path: Path, clients: int, seconds: float) -> Pgbench:
    """Run the script with that many clients. Raises RuntimeError when pgbench fails."""
    command = [
        str(postmaster.binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={clients}",
        f"--jobs={min(clients, 2)}", f"--time={max(1, round(seconds))}", f"--file={path}", database.url,
    ]  # fmt: skip
    before = os.times()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PGOPTIONS": "-c role=corridor_app"}
    )
    if done.returncode != 0:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip().splitlines()[-1:]}")
    after = os.times()
    own = after.children_user + after.children_system - before.children_user - before.children_system
    return replace(parsed(done.stdout), own_cpu_seconds=own)


def parsed(output: str) -> Pgbench:
    """What pgbench says that it did."""
    found: dict[str, str] = {}
    for line in output.splitlines():
        name, separator, value = line.partition(":" if ":" in line else "=")
        if separator:
            found[name.strip()] = value.strip()
    return Pgbench(
        per_second=float(found["tps"].split()[0]),
        done=int(found["number of transactions actually processed"].split("/")[0]),
        failed=int(found.get("number of failed transactions", "0").split()[0]),
    )
