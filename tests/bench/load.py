"""The bundled load generator (`python -m tests.bench.load`): closed loops over a few connections, in one process.

It checks the end of every call and leaves none behind, so that its successes can be held against committed rows.
"""

import json
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.frames import GrpcConnection, HttpConnection

_DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is called: `grpc` with a message or `http` with JSON, always the same except for the key."""

    protocol: str
    address: str  # host:port
    path: str
    metadata: tuple[tuple[str, str], ...]
    message: bytes
    keyed: bool = False  # whether each call gets a new idempotency key
    connections: int = 4
    streams: int = 8  # calls under way at the same time per connection; HTTP/1.1 has one


@dataclass(frozen=True, slots=True)
class Load:
    """What became of the calls of one run. Rates are of the measured time; `ok` and `failed` are of the whole run."""

    per_second: float
    ok: int
    failed: int
    p50_ms: float
    p99_ms: float
    own_cpu: float  # CPU of the generator, as a share of one core
    body_bytes: int


def drive(target: Target, seconds: float, *, warm_up: float = 0.3) -> Load:
    """Load the target from another process. Raises RuntimeError when the generator fails."""
    plan = asdict(target) | {"message": target.message.hex(), "seconds": seconds, "warm_up": warm_up}
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the load generator failed: {done.stderr.strip().splitlines()[-1:]}")
    return Load(**json.loads(done.stdout))


def run(target: Target, seconds: float, warm_up: float) -> Load:
    """Load the target from this process."""
    wires = [_Wire(target) for _ in range(target.connections)]
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            selector.register(wire.socket, selectors.EVENT_READ, wire)
        for wire in wires:
            wire.fill()
        _turn(selector, wires, time.perf_counter() + warm_up)
        for wire in wires:
            wire.connection.seconds.clear()
        before, cpu_before, began = sum(wire.ended for wire in wires), _cpu(), time.perf_counter()
        _turn(selector, wires, began + seconds)
        took = time.perf_counter() - began
        cpu, ended = _cpu() - cpu_before, sum(wire.ended for wire in wires) - before
        durations = sorted(duration for wire in wires for duration in wire.connection.seconds)
        for wire in wires:
            wire.open = False
        _turn(selector, wires, time.perf_counter() + _DRAIN_SECONDS, until_idle=True)
    ok = sum(wire.connection.ok for wire in wires)
    failed = sum(wire.connection.failed + wire.connection.in_flight for wire in wires)
    return Load(
        per_second=ended / took,
        ok=ok,
        failed=failed,
        p50_ms=1000 * statistics.median(durations) if durations else 0.0,
        p99_ms=1000 * durations[int(len(durations) * 0.99)] if durations else 0.0,
        own_cpu=cpu / took,
        body_bytes=sum(wire.connection.body_bytes for wire in wires),
    )


class _Wire:
    """One connection and its socket."""

    def __init__(self, target: Target) -> None:
        host, _, port = target.address.rpartition(":")
        kind: Any = GrpcConnection if target.protocol == "grpc" else HttpConnection
        self.connection = kind(target.address, target.path, target.metadata, target.message)
        self.socket = socket.create_connection((host, int(port)), timeout=_DRAIN_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self.connection.opening)
        self.open = True
        self._keyed = target.keyed
        self._streams = target.streams if target.protocol == "grpc" else 1

    @property
    def ended(self) -> int:
        return int(self.connection.ok + self.connection.failed)

    def fill(self, first: bytes = b"") -> None:
        """Send what must be answered, and as many calls as may be under way."""
        parts = [first] if first else []
        while self.open and self.connection.in_flight < self._streams:
            part = self.connection.request(str(uuid.uuid4()) if self._keyed else "")
            if not part:
                break
            parts.append(part)
        if parts:
            self.socket.sendall(b"".join(parts))

    def read(self) -> None:
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.fill(self.connection.received(data))


def _turn(selector: selectors.BaseSelector, wires: list[_Wire], until: float, *, until_idle: bool = False) -> None:
    while (left := until - time.perf_counter()) > 0:
        if until_idle and not any(wire.connection.in_flight for wire in wires):
            return
        for key, _ in selector.select(left):
            key.data.read()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read a plan from standard input, write what became of it to standard output."""
    plan = json.load(sys.stdin)
    seconds, warm_up = plan.pop("seconds"), plan.pop("warm_up")
    plan["message"] = bytes.fromhex(plan["message"])
    plan["metadata"] = tuple(tuple(pair) for pair in plan["metadata"])
    json.dump(asdict(run(Target(**plan), seconds, warm_up)), sys.stdout)


if __name__ == "__main__":
    main()
