"""A provider's simulator that can be lost and found again: killed, or told to answer badly.

Rule: what it did is in its books, on disk, also after it was killed.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from adapters.kit.discovery import Provider
from server.cli import processes, provision
from server.cli.drills.modes import Mode
from server.cli.processes import Child, Processes
from server.cli.provision import Connection
from server.cli.rest import Rest

_HOST = "127.0.0.1"
_BACK_SECONDS = 20.0


@dataclass(slots=True)
class Vendor:
    """One account at a simulator of its own."""

    name: str
    """How it is called here: the provider's name, and where both are the same, which of the two it is."""
    provider: Provider
    children: Processes
    state: Path
    port: int = 0
    connection: Connection | None = None
    _child: Child | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.port}"

    @property
    def connection_id(self) -> str:
        """The company's connection to it."""
        assert self.connection is not None
        return self.connection.connection_id

    def start(self) -> None:
        """Listen: at first on a free port, then on the same one again."""
        command = processes.serve("sandbox", self.provider.name, f"--port={self.port}", f"--state={self.state}")
        self._child = self.children.start(f"{self.name}-{self.port}", command)
        ready = self.children.ready(self._child)
        self.port = int(str(ready["url"]).rpartition(":")[2])

    def connect(self, rest: Rest, gateway_url: str) -> None:
        """Make the company's connection to it, with webhooks that come back to the gateway."""
        self.connection = provision.simulated(rest, self.provider.name, self.url)
        body = {"url": gateway_url + self.connection.inbound_path, "secret": self.connection.webhook_secret}
        self._control("POST", "webhook", body)

    def lose(self, mode: Mode) -> None:
        """Let it fail from now on."""
        if mode.fault is not None:
            self._control("POST", "fault", dict(mode.fault))
            return
        assert self._child is not None
        self.children.forget(self._child)  # its end is no accident
        self._child.process.kill()
        self._child.process.wait()

    def find(self, mode: Mode) -> None:
        """Let it work again."""
        if mode.fault is not None:
            self._control("POST", "clear", {})
        else:
            self.start()

    def retire(self) -> None:
        """Stop it for good."""
        if self._child is not None:
            self.children.forget(self._child)
            self._child.process.terminate()
            self._child.process.wait()

    def books(self, kind: str) -> list[dict[str, Any]]:
        """What it was told to move."""
        entries = self._control("GET", "books", None)["entries"]
        return [entry for entry in entries if entry["kind"] == kind]

    def _control(self, method: str, name: str, body: Any) -> Any:
        rest = Rest(self.url)
        deadline = time.monotonic() + _BACK_SECONDS
        try:
            while True:
                try:
                    return rest.send(method, f"/_control/{name}", body).body
                except click.ClickException:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.1)
        finally:
            rest.close()
