"""A server, a worker and the simulator that every company gets in the sandbox, as an installation has them."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from adapters.sandbox import scenarios
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.sandbox.v1 import clock_service_pb2 as api
from corridor.sandbox.v1.clock_pb2 import Clock
from tests.server import people
from tests.server.flows.stage import bridged
from tests.serving import Client, Running, running, until

DAY = 86_400


@dataclass(frozen=True)
class Scene:
    """What runs."""

    corridor: Running
    simulator: Simulator

    def client(self) -> Client:
        """A test key of a new company: nothing else is set up."""
        return self.corridor.client()


@contextlib.contextmanager
def scene(database_url: str, directory: Path, **changes: Any) -> Iterator[Scene]:
    """Everything, with webhooks coming in."""
    simulator: Any = providers()["sandbox"].simulator(step_seconds=0.02)
    port = _free_port()
    with simulator:
        wanted = {"sandbox_url": simulator.url, "issuer": f"http://127.0.0.1:{port}", "poll_provider_seconds": 600.0}
        with (
            running(database_url, directory, work=True, threads=8, **wanted | changes) as corridor,
            bridged(corridor, port),
        ):
            yield Scene(corridor, simulator)


def advance(client: Client, seconds: float, *, key: str = "", **metadata: str) -> api.AdvanceClockResponse:
    """Put the company's time forward."""
    duration = Duration()
    duration.FromMilliseconds(int(seconds * 1000))
    request = api.AdvanceClockRequest(duration=duration)
    answer: api.AdvanceClockResponse = client.call("ClockService/AdvanceClock", request, key=key, **metadata)
    return answer


def clock(client: Client) -> Clock:
    """The company's time."""
    found: Clock = client.call("ClockService/GetClock", api.GetClockRequest()).clock
    return found


def pay(client: Client, scenario: str = "", *, by_header: bool = True, **changes: Any) -> Payout:
    """A payout with a scenario, by the header or by its amount."""
    to = people.beneficiary(client)
    minor = 12_50 if by_header or not scenario else scenarios.amount(scenario)
    how = {"corridor_sandbox_scenario": scenario} if scenario and by_header else {}
    request = people.create(to, minor, **changes)
    made: Payout = client.call("PayoutService/CreatePayout", request, key=people.new_key(), **how).payout
    return made


def now(client: Client, payout: Payout) -> Payout:
    """A payout as it is now."""
    found: Payout = client.call("PayoutService/GetPayout", payouts.GetPayoutRequest(payout_id=payout.payout_id)).payout
    return found


def reaches(client: Client, payout: Payout, state: "PayoutState.ValueType", seconds: float = 10.0) -> Payout:
    """The payout once it is in a state."""

    def there() -> Payout | None:
        found = now(client, payout)
        return found if found.state == state else None

    found: Payout = until(there, seconds=seconds, what=PayoutState.Name(state))
    return found


def eventually(condition: Callable[[], Any], what: str = "") -> Any:
    """What the condition gives once it is true."""
    return until(condition, seconds=10.0, what=what)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
