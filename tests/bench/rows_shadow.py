"""What a shadow at 100 % adds to a caller: CreatePayout with a worker that sends everything, with and without one.

Two companies take turns in one run, on the same server, worker and vendors; afterwards the shadowed vendor's books are
looked at, which have to be empty.
"""

import contextlib
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2
from tests.bench import database, processes
from tests.bench.calls import CREATE, Calls, call, recorded
from tests.bench.run import ReconcileError, Run
from tests.bench.table import Row, spread

PROVIDER = "sandbox"
_CALLERS = 2
_PAUSE_SECONDS = 0.03  # between two calls of a caller
_LEAST = 4  # of a caller in a round
_DRAIN_SECONDS = 60.0
_CONNECT = "/corridor.providers.v1.ConnectionService/CreateConnection"
_ROUTE = "/corridor.providers.v1.RouteService/SetRoute"


@dataclass(frozen=True)
class _Side:
    """One company's calls."""

    calls: Calls
    address: str


def callers(run: Run) -> Sequence[Row]:
    """The p99 of callers with a shadow, against that without: their calls alternate."""
    server = run.server()
    environment = run.database.environment
    found: dict[str, list[float]] = {"without": [], "with": []}
    with contextlib.ExitStack() as stack:
        primary, shadow = (stack.enter_context(_vendor()) for _ in range(2))
        sides = {"without": _side(run, server.address, primary, None)}
        sides["with"] = _side(run, server.address, primary, shadow)
        log = run.log("worker")
        stack.enter_context(processes.python("server.cli", "serve", "worker", environment=environment, log=log))
        for number in range(run.scale.rounds + 1):
            took = _alternating(sides, f"{number}", run.scale.seconds)
            for name, seconds in took.items() if number else ():
                found[name].append(1000 * statistics.quantiles(seconds, n=100)[98])
                run.scale.say(f"  round {number} of {run.scale.rounds}: {name} {found[name][-1]:,.1f} ms")
        asked = _asked(shadow)
    ratios = [mine / other for mine, other in zip(found["with"], found["without"], strict=True)]
    told = {f"{name} ms": spread(figures) for name, figures in found.items()}
    note = f"aim: 1.0 within the spread; the shadowed vendor was asked {asked} times, and its books are empty"
    return [Row("p99 of CreatePayout with a shadow at 100 % / without", spread(ratios), sides=told, note=note)]


def _alternating(sides: Mapping[str, _Side], number: str, seconds: float) -> dict[str, list[float]]:
    """How long each call took, of either side in turn, at a rate that the worker keeps up with."""
    ends = time.monotonic() + seconds

    def loop(caller: int) -> list[tuple[str, float]]:
        took: list[tuple[str, float]] = []
        with contextlib.ExitStack() as stack:
            channels = {name: stack.enter_context(grpc.insecure_channel(side.address)) for name, side in sides.items()}
            while time.monotonic() < ends or len(took) < _LEAST:
                for name, side in sides.items():
                    request = database.create_request(side.calls.beneficiary_id)
                    key = f"shadow-{number}-{caller}-{len(took)}"
                    began = time.perf_counter()
                    call(channels[name], side.calls.key, CREATE, request, key)
                    took.append((name, time.perf_counter() - began))
                    time.sleep(_PAUSE_SECONDS)
        return took

    with ThreadPoolExecutor(_CALLERS) as pool:
        all_of_them = [each for part in pool.map(loop, range(_CALLERS)) for each in part]
    return {name: [seconds for whose, seconds in all_of_them if whose == name] for name in sides}


def _asked(shadow: Simulator) -> int:
    """How often the shadowed vendor was asked. Raises where it was not, or where its books are not empty."""
    ends = time.monotonic() + _DRAIN_SECONDS
    while not shadow.requests and time.monotonic() < ends:
        time.sleep(0.1)
    with shadow.store.lock:
        if shadow.books():
            raise ReconcileError("the shadowed vendor's books are not empty")
        if not shadow.requests:
            raise ReconcileError("nothing was tried at the shadowed vendor")
        return len(shadow.requests)


def _side(run: Run, address: str, primary: Simulator, shadow: Simulator | None) -> _Side:
    tenant = database.with_company(run.database)
    calls = recorded(tenant, address)
    with grpc.insecure_channel(address) as channel:
        first = _connection(channel, calls, primary)
        exposure = None
        if shadow is not None:
            exposure = route_pb2.Exposure(
                connection_id=_connection(channel, calls, shadow), stage=route_pb2.EXPOSURE_STAGE_SHADOW
            )
        route = route_service_pb2.SetRouteRequest(
            domain="payouts", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=first, exposure=exposure
        )
        call(channel, calls.key, _ROUTE, route, "shadow-route")
    return _Side(calls, address)


def _connection(channel: grpc.Channel, calls: Calls, simulator: Simulator) -> str:
    request = connection_service_pb2.CreateConnectionRequest(
        provider=PROVIDER, title="Bench", base_url=simulator.url,
        credentials={"api_key": "sk_bench", "webhook_secret": "whsec_YmVuY2g="},
    )  # fmt: skip
    made: Any = call(channel, calls.key, _CONNECT, request, f"shadow-{simulator.url}")
    return str(made.connection.connection_id)


@contextlib.contextmanager
def _vendor() -> Iterator[Simulator]:
    """A simulator whose transfers stand still."""
    simulator = providers()[PROVIDER].simulator(step_seconds=3600.0)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()
