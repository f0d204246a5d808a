"""A primary that fails under load, in each way in which one can: how much fails before traffic moves, and how soon.

`python -m tests.chaos.failing_primary` measures every way, with the breakers of production, and prints a table.
"""

import contextlib
import importlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.kit.discovery import providers
from adapters.kit.simulator import Fault, Simulator
from corridor.providers.v1 import connection_service_pb2, route_pb2, route_service_pb2
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.store import embedded, migrate
from server.store.attempts import Outcome
from tests.server import people
from tests.serving import SANDBOX, Client, Running, running, until

BREAKERS: Mapping[str, Any] = {"breaker_open_seconds": 5.0, "breaker_longest_seconds": 300.0}
"""As in production."""

_ALWAYS = 100_000
_PROVIDER = "sandbox"

Breaking = Callable[[Simulator], None]


def _fault(kind: Any, **more: Any) -> Breaking:
    return lambda simulator: simulator.fault(Fault(kind, **more), "create_transfer", times=_ALWAYS)


def _gone(simulator: Simulator) -> None:
    simulator.__exit__(None, None, None)


WAYS: Mapping[str, Breaking] = {
    "connections refused": _gone,
    "503 before acting":   _fault("refuse"),
    "reset":               _fault("reset"),
    "500 after acting":    _fault("error_after"),
    "half a body":         _fault("half_body"),
    "answer lost":         _fault("lost_answer"),
    "hang":                _fault("slow", seconds=30.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of failing did. Seconds are from the moment at which the primary failed."""

    way: str
    failed: int
    """Calls that failed before the breaker opened."""
    calls: int
    """Calls of the time that was measured."""
    open_seconds: float | None
    moved_seconds: float | None
    """When the first payout was settled by the standby."""
    elsewhere: tuple[str, ...]
    """Payouts that may have been paid by one vendor, and were sent to another. Nothing may ever be in it."""
    doubled: tuple[str, ...]
    """Payouts that stand in the books of both vendors."""

    @property
    def share(self) -> float:
        """The share of the calls that failed before the breaker opened."""
        return self.failed / max(self.calls, 1)


class World:
    """A company with a primary and a standby, round a server and a worker."""

    def __init__(self, corridor: Running) -> None:
        self.corridor = corridor
        self.company_id = corridor.company()
        self.client = corridor.client(self.company_id, SANDBOX)
        self._open = contextlib.ExitStack()
        self.primary, self.primary_id = self._vendor("primary")
        self.standby, self.standby_id = self._vendor("standby")
        route = route_service_pb2.SetRouteRequest(
            domain="payouts", mode=route_pb2.ROUTE_MODE_ON,
            primary_connection_id=self.primary_id, standby_connection_id=self.standby_id,
        )  # fmt: skip
        self.client.call("RouteService/SetRoute", route)
        self.beneficiary = people.beneficiary(self.client)

    def attempts(self) -> list[tuple[str, str, Outcome, float, float | None]]:
        """Payout, connection, outcome, start and end of every attempt to pay, in order."""
        with self.corridor.parts.store.of(self.company_id, SANDBOX) as connection:
            rows = connection.execute(
                "SELECT resource_id, connection_id, outcome, extract(epoch FROM start_time)::float8, "
                "extract(epoch FROM end_time)::float8 FROM corridor.attempts "
                "WHERE operation = 'create_payout' ORDER BY attempt_id"
            ).fetchall()
        return [(row[0], row[1], Outcome(row[2]), row[3], row[4]) for row in rows]

    def opened_at(self) -> float | None:
        """When the company's first incident began."""
        with self.corridor.parts.store.of(self.company_id, SANDBOX) as connection:
            row = connection.execute(
                "SELECT min(extract(epoch FROM open_time))::float8 FROM corridor.provider_incidents "
                "WHERE operation = 'create_payout'"
            ).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Stop the vendors."""
        self._open.close()
        self.client.close()

    def _vendor(self, title: str) -> tuple[Simulator, str]:
        given = importlib.import_module(f"tests.adapters.{_PROVIDER}.fixtures").FIXTURES.credentials
        simulator: Any = providers()[_PROVIDER].simulator(step_seconds=0.02)
        simulator.__enter__()
        self._open.callback(_stopped, simulator)
        request = connection_service_pb2.CreateConnectionRequest(
            provider=_PROVIDER, title=title, base_url=simulator.url, credentials=given
        )
        made = self.client.call("ConnectionService/CreateConnection", request, key=people.new_key())
        return simulator, made.connection.connection_id


def _stopped(simulator: Simulator) -> None:
    with contextlib.suppress(Exception):  # it may be gone already: that is one of the ways
        simulator.__exit__(None, None, None)


@contextlib.contextmanager
def load(world: World, per_second: float) -> Iterator[None]:
    """Payouts at a steady rate, until the block ends."""
    ending = threading.Event()

    def pay() -> None:
        client = Client(world.corridor.address, world.client.key)
        while not ending.wait(1 / per_second):
            people.payout(client, world.beneficiary)
        client.close()

    thread = threading.Thread(target=pay, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def measure(world: World, way: str, *, per_second: float = 20.0, after_seconds: float = 3.0) -> Measured:
    """Let the primary fail under load, and see what becomes of it."""
    with load(world, per_second):
        until(lambda: sum(each[2] == Outcome.ANSWERED for each in world.attempts()) >= 5)
        failed_at = time.time()
        WAYS[way](world.primary)
        until(lambda: _moved(world, failed_at) is not None, seconds=60.0, what=f"the standby takes over: {way}")
        until(lambda: time.time() > failed_at + after_seconds)
    opened = until(world.opened_at, what=f"an incident: {way}")
    made = world.attempts()
    moved = _moved(world, failed_at)
    since = [each for each in made if each[3] >= failed_at]
    failed = [
        each for each in since
        if each[1] == world.primary_id and each[2] != Outcome.ANSWERED and each[3] <= opened
    ]  # fmt: skip
    return Measured(
        way, len(failed), len(since), opened - failed_at, moved - failed_at if moved else None,
        tuple(_elsewhere(made)), tuple(_doubled(world)),
    )  # fmt: skip


def _moved(world: World, since: float) -> float | None:
    ends = [
        each[4] for each in world.attempts()
        if each[1] == world.standby_id and each[2] == Outcome.ANSWERED and each[4] and each[4] >= since
    ]  # fmt: skip
    return min(ends, default=None)


def _elsewhere(made: list[tuple[str, str, Outcome, float, float | None]]) -> Iterator[str]:
    may_have: dict[str, str] = {}
    for payout_id, connection_id, outcome, _, _ in made:
        if may_have.get(payout_id, connection_id) != connection_id:
            yield payout_id
        if outcome in MAY_HAVE_ACTED:
            may_have[payout_id] = connection_id


def _doubled(world: World) -> Iterator[str]:
    books = [{entry.reference for entry in vendor.books()} for vendor in (world.primary, world.standby)]
    yield from sorted(books[0] & books[1])


def table(found: list[Measured]) -> str:
    """What was measured, a line each."""
    lines = ["way of failing         failed  of calls   share   opens after   standby pays after  sent elsewhere"]
    for each in found:
        opened, moved = (f"{value:.2f} s" if value is not None else "-" for value in (
            each.open_seconds, each.moved_seconds))  # fmt: skip
        lines.append(
            f"{each.way:<22} {each.failed:>6} {each.calls:>9} {each.share:>7.1%} {opened:>13} {moved:>20} "
            f"{len(each.elsewhere) + len(each.doubled):>15}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure every way, or those that are named."""
    found = []
    with tempfile.TemporaryDirectory() as folder, embedded.start(Path(folder) / "pg", durable=False) as postgres:
        url = postgres.dsn(embedded.OWNER, "postgres")
        migrate.upgrade(url)
        with running(url, Path(folder), work=True, threads=16, log_level="error", **BREAKERS) as corridor:
            for way in sys.argv[1:] or WAYS:
                world = World(corridor)
                try:
                    found.append(measure(world, way, after_seconds=10.0))
                finally:
                    world.close()
    print(table(found))


if __name__ == "__main__":
    main()
