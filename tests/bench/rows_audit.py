"""Rows about the audit trail: its share of a write and of a read, and how fast it is sealed and verified.

Shares are of CPU, which is steadier than rates where others use the machine too.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from server import settings
from server.platform.audit.seal import Sealer
from server.platform.audit.second_store import Directory
from server.platform.audit.signing import AuditSigner
from server.platform.audit.verify import verify
from server.store import secrets
from tests.bench import database
from tests.bench.calls import CREATE, LIST
from tests.bench.run import ReconcileError, Run, answered, rounds
from tests.bench.table import Row, ratio, spread

_CLIENTS = 4
_SEALED_ROWS = 25_000  # for each second that a side of a round takes
_AUDIT = re.compile(r"INSERT INTO corridor\.audit VALUES \(.*?\);", re.DOTALL)
_DEFINITION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'accept_payout'"
_FENCED = """
SELECT relname FROM pg_class WHERE relnamespace = 'corridor'::regnamespace AND relrowsecurity AND relkind IN ('r', 'p')
"""
# Calls as the server records them, of one company.
_FILL = """
INSERT INTO corridor.audit
SELECT %s, 1, 'aud_' || uuidv7(), 'payout.create', '/corridor.payouts.v1.PayoutService/CreatePayout',
    'key_' || repeat('1', 26), 'po_' || uuidv7(), 1, '', gen_random_uuid(), gen_random_uuid(), clock_timestamp(), 1, '',
    '127.0.0.1', '', '', sha256(int4send(n)), '', '', '', ''
FROM generate_series(1, %s) n
"""


def shares(run: Run) -> Sequence[Row]:
    """What the audit row, and row security, add to the CPU of an accepted payout."""
    calls, server = run.calls(), run.server()
    script = database.script(run.database)

    def statement(seconds: float) -> float:
        run.database.forget_work()
        run.database.settle()
        used = run.database.cpu_seconds()
        done = database.pgbench(run.database, script, _CLIENTS, seconds)
        return 1e6 * (run.database.cpu_seconds() - used) / done.done

    def bare(seconds: float) -> float:
        with _without_audit(run), _without_row_security(run):
            return statement(seconds)

    def unaudited(seconds: float) -> float:
        with _without_audit(run):
            return statement(seconds)

    def write(seconds: float) -> float:
        run.database.forget_work()
        run.database.settle()
        used = server.cpu_seconds() + run.database.cpu_seconds()
        load = answered(calls.grpc(CREATE, server.address, keyed=True), seconds)
        return 1e6 * (server.cpu_seconds() + run.database.cpu_seconds() - used) / load.ok

    sides: dict[str, Callable[[float], float]] = {
        "statement µs": statement, "without audit µs": unaudited, "nor row security µs": bare, "whole write µs": write,
    }  # fmt: skip
    found = rounds(run.scale, sides)
    whole, audited, plain = found["whole write µs"], found["statement µs"], found["nor row security µs"]
    both = [(a - b) / w for a, b, w in zip(audited, plain, whole, strict=True)]
    audit = [(a - b) / w for a, b, w in zip(audited, found["without audit µs"], whole, strict=True)]
    return [
        Row("audit and row security / write, by CPU", spread(both), sides={n: spread(f) for n, f in found.items()},
            note="aim: at most 0.15"),
        Row("audit / write, by CPU", spread(audit)),
    ]  # fmt: skip


def reads(run: Run) -> Sequence[Row]:
    """A page of payouts with its audit row, against the same server without one."""
    calls = run.calls()
    sides = {
        "recorded per second": run.server().address,
        "unrecorded per second": run.server("unaudited").address,
    }

    def load(address: str) -> Callable[[float], float]:
        return lambda seconds: answered(calls.grpc(LIST, address), seconds).per_second

    found = rounds(run.scale, {name: load(address) for name, address in sides.items()})
    labels = ("recorded per second", "unrecorded per second")
    return [ratio("recorded list / unrecorded", found[labels[0]], found[labels[1]], aim=None, goal=None, labels=labels)]


def chain(run: Run) -> Sequence[Row]:
    """Rows sealed and verified a second, each by one process, against payouts accepted a second."""
    company = database.with_company(run.database)
    chosen = settings.from_environment()
    signer = AuditSigner(secrets.keyring(chosen.master_key, run.database.directory))
    count = int(_SEALED_ROWS * run.scale.seconds)
    second = Directory(run.database.directory / f"checkpoints-{company.company_id}")
    Sealer(company.url, signer, second).run()  # what earlier rows have left
    with psycopg.connect(company.url, autocommit=True) as connection:
        connection.execute(_FILL, (company.company_id, count))
        connection.execute("ANALYZE corridor.audit")
    run.scale.say(f"  sealing {count} rows")
    began = time.perf_counter()
    sealed = Sealer(company.url, signer, second).run()
    sealing = sealed.entries / (time.perf_counter() - began)
    with psycopg.connect(company.url, autocommit=True) as connection:
        connection.execute("ANALYZE corridor.audit_chain")
    cpu, began = time.process_time(), time.perf_counter()
    report = verify(company.url, signer, second, company.company_id)
    verifying, busy = report.entries / (time.perf_counter() - began), time.process_time() - cpu
    if sealed.entries < count or report.entries < count or report.findings:
        raise ReconcileError(f"{count} rows, {sealed.entries} sealed, {report.entries} verified: {report.findings}")
    calls = run.calls()
    writes = answered(calls.grpc(CREATE, run.server().address, keyed=True), run.scale.seconds).per_second
    return [
        Row("rows sealed / payouts accepted", spread([sealing / writes]), aim=5.0,
            sides={"rows per second": spread([sealing]), "payouts per second": spread([writes])}),
        Row("rows verified", spread([verifying]), unit="per second", aim=100_000.0,
            note=f"{count} rows; the verifying process used {busy / report.seconds:.0%} of a core"),
    ]  # fmt: skip


@contextmanager
def _without_audit(run: Run) -> Iterator[None]:
    with psycopg.connect(run.database.url, autocommit=True) as connection:
        row = connection.execute(_DEFINITION).fetchone()
        assert row is not None
        without, count = _AUDIT.subn("", row[0])
        if count != 1:
            raise ReconcileError("accept_payout does not have the audit row where it is looked for")
        connection.execute(without.encode())
        try:
            yield
        finally:
            connection.execute(row[0].encode())


@contextmanager
def _without_row_security(run: Run) -> Iterator[None]:
    with psycopg.connect(run.database.url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(_FENCED).fetchall()]
        try:
            for table in tables:
                connection.execute(f"ALTER TABLE corridor.{table} DISABLE ROW LEVEL SECURITY".encode())
            yield
        finally:
            for table in tables:
                connection.execute(f"ALTER TABLE corridor.{table} ENABLE ROW LEVEL SECURITY".encode())
