"""The world of the canary: a server and a worker, after everything was planted and every journey was made."""

import contextlib
import io
import os
import random
import sys
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.kit import logs
from server.store.embedded import Embedded
from tests.canary import journeys, planting, sowing
from tests.canary.world import World
from tests.database import fresh_database, run_directory, worker
from tests.server.flows.stage import bridged, stage
from tests.server.webhooks.receiver import receiver
from tests.serving import running, until


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """What the process logs, at the most talkative level, rendered as in any entry point."""
    captured, before = io.StringIO(), sys.stderr
    sys.stderr = captured
    try:
        logs.configure("debug")
        structlog.configure(cache_logger_on_first_use=False)
    finally:
        sys.stderr = before
    yield captured
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Keeps the spans of the process."""
    found = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(found))
    return found


@pytest.fixture(scope="module")
def world(
    postgres: Embedded,
    migrated: str,
    tmp_path_factory: pytest.TempPathFactory,
    log: io.StringIO,
    exporter: InMemorySpanExporter,
) -> Iterator[World]:
    """A server and a worker, after everything was planted and every journey was made."""
    seed = int(os.environ.get("CORRIDOR_SEED", random.SystemRandom().randrange(2**32)))
    print(f"canaries of CORRIDOR_SEED={seed}")
    url = fresh_database(postgres, f"canary_{worker()}", template=migrated)
    directory = tmp_path_factory.mktemp("canary")
    postgres_log = run_directory(tmp_path_factory) / "postgres.log"
    with contextlib.ExitStack() as open_:
        corridor = open_.enter_context(running(url, directory, work=True, threads=8))
        hook = open_.enter_context(receiver())
        bridge = open_.enter_context(bridged(corridor))
        flow = stage(corridor, bridge)
        open_.callback(flow.close)
        found = World(corridor, planting.canaries(seed), hook, flow, log, exporter, postgres_log)
        journeys.journeys(found)
        sowing.plant_everywhere(found)
        sowing.unknown_callers(found)
        until(lambda: sowing.idle(corridor), seconds=30, what="work is done")
        yield found
