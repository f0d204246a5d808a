"""Starts the gateway: one process, or several that share the port by SO_REUSEPORT.

It prints one JSON line with its address once it listens, and ends calls in progress before it ends itself.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import uvicorn

from gateway.app import Gateway
from gateway.contract import Contract
from gateway.protocol import guarded
from gateway.routes import RouteError
from gateway.settings import Settings, contract_image, parse
from gateway.tls import ChannelFiles, TlsError, listener, warn


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process by the signal after a clean stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Returns the exit code."""
    settings = parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        listener(settings)
        ChannelFiles(settings).credentials()
        sock = listen(settings)
        if settings.processes > 1:
            return _several(replace(settings, port=sock.getsockname()[1]), sock)
        contract = Contract.load(Path(settings.contract) if settings.contract else contract_image())
        gateway = Gateway(contract, settings)
    except (OSError, RouteError, TlsError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    import uvloop

    uvloop.run(serve(gateway, sock))
    return 0


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the address. Raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        sock.bind((settings.host, settings.port))
    except OSError as error:
        sock.close()
        raise OSError(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from None
    return sock


async def serve(gateway: Gateway, sock: socket.socket, stop: asyncio.Event | None = None) -> None:
    """Serves until SIGTERM, SIGINT or `stop`; then ends calls in progress and closes."""
    limits = gateway.limits
    tls = listener(gateway.settings)
    gateway.open()
    server = _Server(
        uvicorn.Config(
            gateway,
            http=guarded(limits, gateway.problems),
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # `trusted_hops` decides, not uvicorn's trust in whoever is on loopback
            ws="none",
            interface="asgi3",
            ssl_context_factory=(lambda *_: tls.context) if tls is not None else None,
            timeout_keep_alive=int(limits.idle_seconds),
            timeout_graceful_shutdown=gateway.settings.drain_seconds,
        )
    )
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(ValueError, RuntimeError):  # not the main thread: `stop` is the way
            loop.add_signal_handler(number, stop.set)
    sock.listen(2048)
    host, port = sock.getsockname()[:2]
    running = loop.create_task(server.serve(sockets=[sock]))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    if not running.done():
        print(json.dumps({"url": _url(host, port, tls is not None), "pid": os.getpid()}), flush=True)
    warning = loop.create_task(_warn_daily(gateway.settings))
    stopping = loop.create_task(stop.wait())
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await running
    stopping.cancel()
    warning.cancel()
    await gateway.close()


async def _warn_daily(settings: Settings) -> None:
    while True:
        warn(settings)
        await asyncio.sleep(86_400)


def _several(settings: Settings, sock: socket.socket) -> int:
    """Starts the processes and ends them all when one ends or a signal comes. The socket only keeps the port."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        for child in children:
            child.send_signal(signal.SIGTERM)

    with tempfile.TemporaryDirectory(prefix="corridor-gateway-") as shared:
        environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": shared}
        command = [sys.executable, "-m", "gateway", *_options(settings)]
        children: list[subprocess.Popen[str]] = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ourselves
            for _ in range(settings.processes)
        ]
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        lines = [child.stdout.readline() if child.stdout else "" for child in children]
        if all(lines):
            print(json.dumps({"url": json.loads(lines[0])["url"], "pid": os.getpid()}), flush=True)
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        failed = not stopped
        stop()
        for child in children:
            child.wait()
    sock.close()
    return 1 if failed else 0


def _options(settings: Settings) -> list[str]:
    """The command line that makes a process with these settings, alone."""
    found = []
    for holder in (replace(settings, processes=1), settings.limits):
        for name in holder.__slots__:
            value = getattr(holder, name)
            if name != "limits":
                found.append(f"--{name.replace('_', '-')}={value}")
    return found


def _url(host: str, port: int, tls: bool) -> str:
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
