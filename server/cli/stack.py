"""All parts of Corridor on one machine: database, server, worker, gateway and sandbox, each a process of its own.

Rule: whoever leaves the block leaves nothing running.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import database, ports, processes
from server.cli.processes import Child, Processes
from server.cli.rest import Rest
from server.cli.screen import Screen

if TYPE_CHECKING:
    from server.cli.database import Database
    from server.settings import Settings

HOST = "127.0.0.1"
_READY_SECONDS = 90.0  # machines that do much else are slow to import


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen. 0 takes a free one."""

    gateway: int = 0
    grpc: int = 0
    sandbox: int = 0
    metrics: int = 0  # the server's; the worker's is the one after it

    @property
    def worker_metrics(self) -> int:
        """Where the worker answers /metrics."""
        return self.metrics + 1 if self.metrics else 0

    def require_free(self) -> None:
        """Refuse to start where another program listens."""
        for port, option in (
            (self.gateway, "--port"),
            (self.grpc, "--grpc-port"),
            (self.sandbox, "--sandbox-port"),
            (self.metrics, "--metrics-port"),
            (self.worker_metrics, "--metrics-port"),
        ):
            if port:
                ports.require_free(HOST, port, option)


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where."""

    settings: "Settings"
    database: "Database"
    children: Processes
    gateway_url: str
    grpc_address: str
    sandbox_url: str
    server_metrics_url: str
    worker_metrics_url: str
    others: Mapping[str, str] = field(default_factory=dict)  # where further simulators are, by provider

    def failed(self) -> str:
        """What has ended, and how, once a part has; empty while all are running."""
        if child := self.children.dead():
            return processes.told(child)
        pid = self.database.embedded_pid
        if pid is not None and not processes.runs(pid):
            return f"PostgreSQL has ended (its log: {self.settings.data_dir / 'postgres' / 'postgres.log'})."
        return ""


@contextmanager
def running(
    settings: "Settings",
    wanted: Ports,
    environment: Mapping[str, str],
    screen: Screen,
    state: Path | None,
    *,
    provide: bool = False,
    others: Sequence[str] = (),
) -> Iterator[Stack]:
    """Everything, ready to be called, while the block runs. `state` is the file that keeps the sandbox's state.

    With `provide` every company gets a connection to the sandbox. `others` are providers whose simulators run as well.
    """
    wanted.require_free()
    with ExitStack() as stack:
        reserved = stack.enter_context(ports.Reserved(HOST, wanted.grpc))
        with screen.step("database"):
            opened = stack.enter_context(database.opened(settings, exclusive=True))
        children = stack.enter_context(
            Processes(settings.data_dir / "logs", {"CORRIDOR_DATA_DIR": str(settings.data_dir), **environment})
        )
        with screen.step("schema"):
            # These two need no database, and start while it gets its tables.
            sandbox, gateway = _outer(children, wanted, state, f"{HOST}:{reserved.port}")
            _migrate(opened.owner_url)
        with screen.step("server, worker, gateway, sandbox"):
            gateway_url = children.ready(gateway)["url"]
            sandbox_url = children.ready(sandbox)["url"]
            named = {"CORRIDOR_SANDBOX_URL": sandbox_url} if provide else {}
            server, worker = _inner(children, wanted, reserved.port, gateway, {"CORRIDOR_ISSUER": gateway_url, **named})
            found = Stack(
                settings=settings,
                database=opened,
                children=children,
                gateway_url=gateway_url,
                grpc_address=f"{HOST}:{reserved.port}",
                sandbox_url=sandbox_url,
                server_metrics_url=children.ready(server)["metrics"],
                worker_metrics_url=children.ready(worker)["metrics"],
                others=_others(children, wanted, state, others),
            )
            _await_ready(found)
        yield found


def _outer(children: Processes, wanted: Ports, state: Path | None, upstream: str) -> tuple[Child, Child]:
    """The sandbox and the gateway."""
    kept = [f"--state={state}"] if state else []
    sandbox = children.start("sandbox", processes.serve("sandbox", f"--port={wanted.sandbox}", *kept))
    options = (f"--host={HOST}", f"--port={wanted.gateway}", f"--upstream={upstream}")
    return sandbox, children.start("gateway", processes.serve("gateway", *options))


def _others(children: Processes, wanted: Ports, state: Path | None, names: Sequence[str]) -> dict[str, str]:
    """Further simulators, on the ports after the sandbox's."""
    started = {}
    for number, name in enumerate(names, start=1):
        kept = [f"--state={state.with_name(f'{name}.jsonl')}"] if state else []
        port = f"--port={wanted.sandbox and wanted.sandbox + number}"
        started[name] = children.start(name, processes.serve("sandbox", name, port, *kept))
    return {name: children.ready(child)["url"] for name, child in started.items()}


def _inner(
    children: Processes, wanted: Ports, port: int, gateway: Child, issuer: Mapping[str, str]
) -> tuple[Child, Child]:
    """The server and the worker. They outlive the gateway, so that it can finish its calls.

    Tokens, pages and webhooks name the `issuer`: the address at which people reach the gateway.
    """
    options = ("--reuse-port", f"--host={HOST}", f"--port={port}", f"--metrics-port={wanted.metrics}")
    server = children.start("server", processes.serve("server", *options), gateway, issuer)
    command = processes.serve("worker", f"--metrics-port={wanted.worker_metrics}")
    return server, children.start("worker", command, server, issuer)


def _migrate(owner_url: str) -> None:
    from server.store import migrate

    migrate.upgrade(owner_url)


def _await_ready(stack: Stack) -> None:
    rest = Rest(stack.gateway_url)
    deadline = time.monotonic() + _READY_SECONDS
    while not rest.is_ready():
        if failed := stack.failed():
            raise click.ClickException(failed)
        if time.monotonic() > deadline:
            raise click.ClickException(f"the gateway at {stack.gateway_url} is not ready after {_READY_SECONDS:.0f} s.")
        time.sleep(0.02)
    rest.close()
