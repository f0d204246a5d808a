"""`corridor serve`: one part of Corridor as a process of its own, until SIGTERM or Ctrl-C.

Each prints one line of JSON on standard output when it is ready; logs are JSON lines on standard error.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from server.cli import processes
from server.cli.processes import Processes

if TYPE_CHECKING:
    from server.parts import Parts

_PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.group()
@click.option("--parent", type=int, help="End when this process does, whose child it is. Linux alone can do this.")
def serve(parent: int | None) -> None:
    """Run one part: server, worker, gateway or sandbox.

    \b
    Example, each in a terminal of its own:
      corridor db migrate
      corridor serve server
      corridor serve worker
      corridor serve gateway
    """
    if parent is not None:
        processes.end_with(parent)


@serve.command()
@click.option("--port", default=50051, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--processes", "count", default=1, show_default=True, type=click.IntRange(1, 128),
              help="Processes that share the port.")  # fmt: skip
@click.option("--metrics-port", type=click.IntRange(0, 65535),
              help="Answer /metrics here; further processes on the ports after it.")  # fmt: skip
@click.option("--reuse-port", is_flag=True, help="Join servers that already listen on the port, as when replacing one.")
def server(port: int, host: str, count: int, metrics_port: int | None, reuse_port: bool) -> None:
    """Serve gRPC. SIGTERM lets calls that were taken finish, for up to 30 seconds.

    \b
    Example: corridor serve server --processes 4 --metrics-port 9464
    """
    from server.cli import ports

    if not reuse_port and port:
        ports.require_free(host, port, "--port")
    if count > 1:
        _several(host, port, count, metrics_port)
    else:
        _server(host, port, metrics_port)


@serve.command()
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Answer /metrics here; 0 takes a free one.")
def worker(metrics_port: int | None) -> None:
    """Do the work that calls leave behind: dispatch to providers, look-ups, webhooks in and out.

    Start as many as needed, on any machine: work is leased, and what a dead worker held is taken over.

    \b
    Example: corridor serve worker --metrics-port 9474
    """
    stop = processes.stopping()
    with _parts("corridor-worker") as parts:
        from server import worker as workers

        metrics = _metrics(parts, "127.0.0.1", metrics_port)
        runner = workers.build(parts)
        runner.start()
        _ready({"worker": "ready", **metrics})
        stop.wait()
        runner.stop()
        parts.close()


@serve.command(context_settings=_PASSED_ON)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def gateway(options: tuple[str, ...]) -> None:
    """Serve HTTP: /v1, webhooks of providers, /docs. `corridor serve gateway --help` shows its options.

    \b
    Example: corridor serve gateway --port 8080 --upstream 127.0.0.1:50051
    """
    _become("gateway", *options)


@serve.command()
@click.argument("name", default="sandbox")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--state", type=click.Path(dir_okay=False), help="A file that keeps its state over restarts.")
def sandbox(name: str, port: int, state: str | None) -> None:
    """Run the stand-in for provider NAME: its wire format over HTTP, without money.

    \b
    Example: corridor serve sandbox --port 8090 --state sandbox.json
    """
    _become("adapters.kit.simulator", name, "--port", str(port), *(["--state", state] if state else []))


def _server(host: str, port: int, metrics_port: int | None) -> None:
    stop = processes.stopping()
    with _parts("corridor-server") as parts:
        from server import app

        metrics = _metrics(parts, host, metrics_port)
        serving = app.Server(parts, _address(host, port))
        serving.start()
        _ready({"address": _address(host, serving.port), **metrics})
        stop.wait()
        serving.stop()


@contextmanager
def _parts(service_name: str) -> "Iterator[Parts]":
    from server import parts, settings
    from server.cli import database, telemetry
    from server.kit import logs

    found = settings.from_environment()
    logs.configure(found.log_level)
    with database.opened(found) as opened:
        database.require_current(opened)
        with telemetry.exported(service_name):
            yield parts.build(found, opened.url)


def _metrics(parts: "Parts", host: str, port: int | None) -> dict[str, str]:
    if port is None:
        return {}
    try:
        return {"metrics": f"http://{_address(host, parts.metrics.serve(port, host))}/metrics"}
    except OSError as error:
        raise click.ClickException(
            f"port {port} cannot be used for metrics ({error.strerror}): choose another with --metrics-port."
        ) from None


def _several(host: str, port: int, count: int, metrics_port: int | None) -> None:
    """Run some servers on one port. A child that ends is replaced; one that cannot even start ends them all."""
    from server.cli import ports

    stop = processes.stopping()
    reserved = ports.Reserved(host, port)
    commands = [
        processes.serve("server", "--reuse-port", f"--host={host}", f"--port={reserved.port}")
        + ([f"--metrics-port={metrics_port and metrics_port + number}"] if metrics_port is not None else [])
        for number in range(count)
    ]
    with Processes() as children:
        started = [children.start(f"server-{number}", command) for number, command in enumerate(commands)]
        for child in started:
            children.ready(child)
        _ready({"address": _address(host, reserved.port), "processes": count})
        while (ended := processes.wait_until(stop, children)) is not None:
            click.echo(json.dumps({"event": "server_replaced", "how": processes.told(ended)}), err=True)
            number = int(ended.name.rpartition("-")[2])
            children.forget(ended)
            children.ready(children.start(ended.name, commands[number]))
        children.signal_all(processes.TERMINATE)
    reserved.close()


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ready(facts: dict[str, str | int]) -> None:
    click.echo(json.dumps({**facts, "pid": os.getpid()}))
    sys.stdout.flush()


def _become(module: str, *arguments: str) -> None:
    """Run another of our programs in place of this one, so that signals reach it directly."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - ourselves, with words of ours
