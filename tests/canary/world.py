"""Everything in which a planted value could turn up, and the calls that are made in it."""

import io
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import Message
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from server.kit import contract
from tests.canary import searching
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.webhooks.receiver import Receiver
from tests.serving import Client, Refused, Running

SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass
class World:
    """Everything in which a planted value could turn up."""

    corridor: Running
    canaries: dict[str, str]
    hook: Receiver
    flow: Stage
    log: io.StringIO
    exporter: InMemorySpanExporter
    postgres_log: Path
    errors: list[tuple[str, object]] = field(default_factory=list)
    planted: set[str] = field(default_factory=set)  # RPCs that took a planted text
    accepted: int = 0
    refused: int = 0

    def call(self, client: Client, name: str, request: Message) -> Message | None:
        """Call, and keep how it was refused, if it was."""
        method = next(m for path, m in contract.methods().items() if path.endswith("." + name))
        try:
            answer: Message = client.call(
                name, request, key=people.new_key() if method.writes else "", traceparent=SAMPLED
            )
        except Refused as refused:
            self.refused += 1
            self.errors.append((f"error of {name}", [refused.status.SerializeToString(), str(refused.trailers)]))
            return None
        self.accepted += 1
        return answer

    def search(self) -> searching.Search:
        """Search all of it."""
        found = searching.Search(self.canaries)
        columns = found.tables(self.corridor.parts.store.url)
        for line in self.log.getvalue().splitlines():
            found.look(f"log {line[:80]}", line)
        for place, said in searching.spans(self.exporter.get_finished_spans()):
            found.look(place, said)
        found.look("metrics", generate_latest(self.corridor.parts.metrics.registry))
        for place, shown in self.errors:
            found.look(place, shown)
        for request in self.hook.received:
            found.look("webhook", [str(request.headers), request.body])
        kept = self.corridor.parts.settings.data_dir
        found.files(path for path in kept.rglob("*"))
        found.files([self.postgres_log])
        print(f"searched {found.searched} bytes, {columns} columns, {len(self.errors)} errors,",
              f"{len(self.hook.received)} webhooks, {len(self.log.getvalue().splitlines())} log lines")  # fmt: skip
        return found
