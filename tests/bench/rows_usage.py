"""What counting costs a call, by CPU: in the call, adding up, and writing, with PostgreSQL's part of it."""

import time
from collections.abc import Sequence

from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import ENVIRONMENT_SANDBOX
from server.interceptors.usage import Usage
from server.kit import context as contexts
from server.kit import contract
from server.kit.context import Caller, Context
from server.platform.usage.counting import Uses
from tests.bench import database
from tests.bench.calls import CREATE, SETTINGS, request
from tests.bench.database import Database
from tests.bench.rows_invoke import parts_on
from tests.bench.run import ReconcileError, Run, answered, rounds
from tests.bench.table import Row, spread

CALLERS = 20
_AT_ONCE = 15_000  # calls between two writes: what one process does in five seconds at 3,000 a second


def costs(run: Run) -> Sequence[Row]:
    """Counting CreatePayout of twenty callers, against a bare echo of a small call."""
    tenant = database.with_company(run.database)
    echo, calls = run.echo(), run.calls()

    def bare(seconds: float) -> float:
        used = echo.cpu_seconds()
        load = answered(calls.grpc(SETTINGS, echo.address), seconds)
        return 1e6 * (echo.cpu_seconds() - used) / load.ok

    with parts_on(run, tenant) as here:
        uses = Uses(here.store, here.machine_clock)
        uses.close()  # no thread: what it does is done, and measured, here
        found = rounds(run.scale, {"counting": lambda seconds: _counted(run, uses, tenant, seconds), "bare": bare})
    shares = [mine / other for mine, other in zip(found["counting"], found["bare"], strict=True)]
    return [
        Row("usage counting / bare echo, by CPU", spread(shares),
            sides={"counting µs": spread(found["counting"]), "bare call µs": spread(found["bare"])},
            note="aim: at most 0.02"),
    ]  # fmt: skip


def _counted(run: Run, uses: Uses, tenant: Database, seconds: float) -> float:
    counting, method = Usage(uses), contract.methods()[CREATE]
    message = request(CREATE, "ben_" + "0" * 26)
    callers = [
        Caller(method_pb2.CALLER_KIND_API_KEY, f"key_{number}", tenant.company_id, ENVIRONMENT_SANDBOX)
        for number in range(CALLERS)
    ]
    used, count, ends = 0.0, 0, time.monotonic() + seconds
    while not count or time.monotonic() < ends:
        for caller in callers:
            with contexts.bound(Context("request", "bench", method=method, caller=caller)):
                began = time.thread_time()
                for _ in range(_AT_ONCE // CALLERS):
                    _nothing(message, None)
                idle = time.thread_time()
                for _ in range(_AT_ONCE // CALLERS):
                    counting.intercept(_nothing, message, None, CREATE)  # type: ignore[arg-type] # nothing asks it
                used += (time.thread_time() - idle) - (idle - began)
        besides, began = run.database.cpu_seconds(), time.thread_time()
        uses.flush()
        used += time.thread_time() - began + run.database.cpu_seconds() - besides
        count += _AT_ONCE
        if uses.waiting:
            raise ReconcileError("what was counted could not be written")
    return 1e6 * used / count


def _nothing(_request: object, _context: object) -> None:
    pass
