"""What a provider call costs besides the call: the attempt before it, what is observed after it, metrics.

By CPU of the thread that makes the call, so that neither waiting nor the vendor's stand-in counts.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import grpc

from adapters.kit.discovery import providers
from adapters.kit.http import Http
from adapters.kit.simulator import Simulator
from corridor.options.v1 import method_pb2
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2
from server import parts, settings
from server.kit import context as contexts
from server.kit.context import Caller, Context
from server.parts import Parts
from server.platform.providers.sending import Sending
from server.store import work
from server.store.work import Done, Job
from tests.bench import database
from tests.bench.calls import CREATE, Calls, call, recorded
from tests.bench.database import Database
from tests.bench.run import ReconcileError, Run, rounds
from tests.bench.table import Row, spread

PROVIDER = "sandbox"
_CONNECT = "/corridor.providers.v1.ConnectionService/CreateConnection"
_ROUTE = "/corridor.providers.v1.RouteService/SetRoute"
_COUNT = 150  # of calls for each second that a side of a round takes


@dataclass
class _Clock:
    """CPU of this thread, in seconds, that one part of a dispatch has used."""

    used: float = 0.0

    def round(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its use counted."""

        def counted(*values: Any, **more: Any) -> Any:
            began = time.thread_time()
            try:
                return act(*values, **more)
            finally:
                self.used += time.thread_time() - began

        return counted


def overheads(run: Run) -> Sequence[Row]:
    """A dispatched payout without its HTTP call, against the HTTP call."""
    server = run.server()
    tenant = database.with_company(run.database)
    calls = recorded(tenant, server.address)
    with _vendor() as simulator, parts_on(run, tenant) as here:
        _connected(calls, server.address, simulator)
        bare = _bare(simulator, lambda: _measured(run, here, calls, server.address, 0.0))
        sides: dict[str, list[float]] = {"dispatch": [], "invoke": []}

        def ours(seconds: float) -> float:
            whole, alone = _measured(run, here, calls, server.address, seconds)
            sides["dispatch"].append(whole)
            return alone

        found = rounds(run.scale, {"invoke": ours, "http": bare})
    http, dispatch = found["http"], sides["dispatch"][1:]  # the first round warms up
    invoke = [mine / other for mine, other in zip(found["invoke"], http, strict=True)]
    whole = [mine / other for mine, other in zip(dispatch, http, strict=True)]
    told = {"bare HTTP call µs": spread(http)}
    return [
        Row("invoke (attempt, observe, metrics) / bare HTTP call, by CPU", spread(invoke),
            sides={"invoke µs": spread(found["invoke"]), **told}, note="aim: at most 1.0"),
        Row("dispatch besides the adapter / bare HTTP call, by CPU", spread(whole),
            sides={"dispatch µs": spread(dispatch), **told}),
    ]  # fmt: skip


def _measured(run: Run, here: Parts, calls: Calls, address: str, seconds: float) -> tuple[float, float]:
    """Microseconds of a dispatch without its provider call, and of what stands right round the call."""
    jobs = _accepted(run, here, calls, address, int(_COUNT * seconds) + 1)
    sending, inside, call_itself = here.flows.sending, _Clock(), _Clock()

    class Watched(type(sending.domain)):  # type: ignore[misc] # the domain's own, with its calls counted
        send = call_itself.round(type(sending.domain).send)

    class Timed(Sending[Any]):
        _send = inside.round(Sending._send)

    domain = Watched(*(getattr(sending.domain, field.name) for field in fields(sending.domain)))
    timed = Timed(sending.store, sending.invoker, sending.timing, sending.clock, domain)
    began = time.thread_time()
    for job in jobs:
        if not isinstance(_done(timed, job), Done):
            raise ReconcileError("a payout was not sent")
    whole = time.thread_time() - began - call_itself.used
    return 1e6 * whole / len(jobs), 1e6 * (inside.used - call_itself.used) / len(jobs)


def _bare(simulator: Simulator, first: Callable[[], object]) -> Callable[[float], float]:
    """One POST like that of the `first` payout, over the client that adapters use."""
    first()
    _, real = next(pair for pair in simulator.requests if pair[1].method == "POST")
    headers = {name: value for name, value in real.headers.items() if name not in {"host", "content-length"}}
    http = Http()

    def measure(seconds: float) -> float:
        count = int(_COUNT * seconds) + 1
        began = time.thread_time()
        for _ in range(count):
            http.exchange(
                "POST", simulator.url + real.path, headers=headers, content=real.body, ends_at=time.monotonic() + 5
            )
        return 1e6 * (time.thread_time() - began) / count

    return measure


def _done(sending: Sending[Any], job: Job) -> work.Outcome:
    caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", job.company_id, job.environment)
    context = Context("request", job.correlation_id, job.traceparent, caller=caller)
    with contexts.bound(context):
        outcome: work.Outcome = sending.dispatch(context, job)
    return outcome


def _accepted(run: Run, here: Parts, calls: Calls, address: str, count: int) -> list[Job]:
    """So many payouts, claimed as a worker claims them."""
    run.database.forget_work()
    with grpc.insecure_channel(address) as channel:
        for _ in range(count):
            call(channel, calls.key, CREATE, database.create_request(calls.beneficiary_id), f"invoke-{time.time_ns()}")
    with here.store.anyone() as connection:
        return work.claim(connection, ["payouts.dispatch"], count, 600.0)


def _connected(calls: Calls, address: str, simulator: Simulator) -> None:
    """A connection to the vendor, a route over it, and one payout sent, so that all is warm."""
    with grpc.insecure_channel(address) as channel:
        made: Any = call(channel, calls.key, _CONNECT, connection_service_pb2.CreateConnectionRequest(
            provider=PROVIDER, title="Bench", base_url=simulator.url,
            credentials={"api_key": "sk_bench", "webhook_secret": "whsec_YmVuY2g="},
        ), "invoke-connection")  # fmt: skip
        call(channel, calls.key, _ROUTE, route_service_pb2.SetRouteRequest(
            domain="payouts", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=made.connection.connection_id,
        ), "invoke-route")  # fmt: skip


@contextmanager
def _vendor() -> Iterator[Simulator]:
    """A simulator whose transfers stand still."""
    simulator = providers()[PROVIDER].simulator(step_seconds=3600.0)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()


@contextmanager
def parts_on(run: Run, tenant: Database) -> Iterator[Parts]:
    """What a worker of the tenant's database is made of."""
    chosen = replace(settings.from_environment(), data_dir=run.database.directory, allow_private_endpoints=True)
    made = parts.build(chosen, tenant.url)
    try:
        yield made
    finally:
        made.close()
