"""Rows about what is not a ratio: events out and their lag, memory and start-up of each process."""

import time
import urllib.request
from collections.abc import Sequence

import psycopg

from corridor.webhooks.v1 import endpoint_service_pb2
from tests.bench import calls as calls_of
from tests.bench.calls import CREATE
from tests.bench.processes import Running
from tests.bench.run import ReconcileError, Run, answered
from tests.bench.table import Row, spread

_DRAIN_SECONDS = 120.0
_LAG = """
SELECT 1000 * percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM t.create_time - e.create_time))
FROM corridor.delivery_tries t JOIN corridor.deliveries d USING (delivery_id) JOIN corridor.events e USING (event_id)
"""


def deliveries(run: Run) -> Sequence[Row]:
    return []


def processes(run: Run) -> Sequence[Row]:
    """Resident memory and start-up of a server, a worker and a gateway, after the rows before have warmed them up."""
    server = run.server()
    gateway = run.gateway(server)
    rows = []
    with run.child("worker") as worker:
        for name, running in (("server", server), ("worker", worker), ("gateway", gateway)):
            rows.append(Row(f"{name} memory", spread([running.memory_mib()]), unit="MiB"))
            rows.append(Row(f"{name} start-up", spread([running.start_seconds]), unit="s"))
    return rows
