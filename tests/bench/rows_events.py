"""Rows about what is not a ratio: events out and their lag, memory and start-up of each process."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

import grpc
import psycopg

from corridor.webhooks.v1 import endpoint_service_pb2
from tests.bench import database
from tests.bench.calls import CREATE, Calls, call, recorded, request
from tests.bench.database import Database
from tests.bench.run import ReconcileError, Run, answered
from tests.bench.table import Row, spread

_ENDPOINT = "/corridor.webhooks.v1.WebhookEndpointService/CreateWebhookEndpoint"
_DRAIN_SECONDS = 60.0
_PACED_PER_SECOND = 25.0

_OPEN = "SELECT count(*) FROM corridor.deliveries WHERE company_id = %s AND end_time IS NULL"
_RATE = """
SELECT count(*) / greatest(extract(epoch FROM max(end_time) - min(end_time)), 0.001)
FROM corridor.deliveries WHERE company_id = %s
"""
_LAG = """
SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM d.end_time - e.create_time))
FROM corridor.deliveries d JOIN corridor.events e USING (company_id, environment, event_id)
WHERE d.company_id = %s AND e.create_time > %s
"""


def deliveries(run: Run) -> Sequence[Row]:
    """Events delivered from a backlog, and the lag from accept to delivered at a steady trickle; one worker."""
    server = run.server()
    tenant = database.with_company(run.database)
    calls = recorded(tenant, server.address)
    with run.child("receiver") as receiver, grpc.insecure_channel(server.address) as channel:
        url = f"http://{receiver.address}/"
        call(channel, calls.key, _ENDPOINT, endpoint_service_pb2.CreateWebhookEndpointRequest(url=url), "endpoint")
        backlog = answered(calls.grpc(CREATE, server.address, keyed=True), run.scale.seconds).ok
        run.database.forget_work()
        with run.serve("worker"):
            _drained(tenant, backlog)
            rate = _value(tenant, _RATE, tenant.company_id)
            since = _value(tenant, "SELECT clock_timestamp()")
            paced = _trickle(channel, calls, max(40, int(run.scale.seconds * 2 * _PACED_PER_SECOND)))
            _drained(tenant, backlog + paced)
            p50, p99 = _value(tenant, _LAG, tenant.company_id, since)
    return [
        Row("events delivered", spread([float(rate)]), unit="per second", note=f"a backlog of {backlog}, one worker"),
        Row(
            "lag accept to delivered, p50", spread([p50]), unit="ms", note=f"{paced} at {_PACED_PER_SECOND:g} a second"
        ),
        Row("lag accept to delivered, p99", spread([p99]), unit="ms"),
    ]


def processes(run: Run) -> Sequence[Row]:
    """Resident memory and start-up of server, worker and gateway; the first and last have served what went before."""
    server = run.server()
    gateway = run.gateway(server)
    rows = []
    with run.serve("worker") as worker:
        for name, running in (("server", server), ("worker", worker), ("gateway", gateway)):
            rows.append(Row(f"{name} memory", spread([running.memory_mib()]), unit="MiB"))
            rows.append(Row(f"{name} start-up", spread([running.start_seconds]), unit="s"))
    return rows


def _trickle(channel: grpc.Channel, calls: Calls, count: int) -> int:
    """Create payouts at a steady pace, whatever the answers take."""
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / _PACED_PER_SECOND - time.monotonic()))
        call(channel, calls.key, CREATE, request(CREATE, calls.beneficiary_id), str(uuid.uuid4()))
    return count


def _drained(tenant: Database, expected: int) -> None:
    """Return once everything is delivered. Raises ReconcileError if it is not, or if it is not as many as expected."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    while left := _value(tenant, _OPEN, tenant.company_id):
        if time.monotonic() > deadline:
            raise ReconcileError(f"{left} of {expected} events were not delivered within {_DRAIN_SECONDS:g} s")
        time.sleep(0.05)
    delivered = _value(tenant, "SELECT count(*) FROM corridor.deliveries WHERE company_id = %s", tenant.company_id)
    if delivered < expected:
        raise ReconcileError(f"{expected} payouts were accepted, but {delivered} events delivered")


def _value(tenant: Database, query: str, *values: object) -> Any:
    with psycopg.connect(tenant.url) as connection:
        row = connection.execute(query, values).fetchone()
    return row[0] if row else None
