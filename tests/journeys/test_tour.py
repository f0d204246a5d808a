"""The tour: every operation over HTTP, on a server, worker and gateway that run. Its exchanges are the API's examples.

`CORRIDOR_RECORD=1` writes them to gateway/openapi/recordings; without it the tour only proves that it can be walked.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.kit.discovery import providers
from gateway.openapi.recorded import EVENTS, FOLDER
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.journeys.tour import access_stops, browser_stops, money_stops, provider_stops
from tests.journeys.tour.scrubbing import Scrubber
from tests.journeys.tour.tour import DOCUMENT, Tour
from tests.server.sign_in.sign_in_scene import scene
from tests.server.webhooks.receiver import receiver
from tests.serving import until

# Operations that need more of the world than one company in a sandbox has. Their examples are made from the contract.
NOT_ON_THE_TOUR = {
    "ReceiveInboundDelivery": "a provider calls it, with a body of its own",
    "GetProviderIncident": "needs a provider that fails for a while",
    "GetProviderIncidentTimeline": "needs a provider that fails for a while",
    "SetProviderStage": "is refused without a full certification of the adapter that runs",
}


@pytest.fixture(scope="module")
def tour(
    postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Tour, datetime]]:
    """A tour that has been walked, and when it began."""
    url = fresh_database(postgres, f"tour_{worker()}", template=migrated)
    began = datetime.now(UTC)
    with contextlib.ExitStack() as open_:
        stage = open_.enter_context(scene(url, tmp_path_factory.mktemp("tour"), work=True, threads=8))
        vendors = [open_.enter_context(providers()["sandbox"].simulator(step_seconds=0.02)) for _ in range(2)]
        hook = open_.enter_context(receiver())
        company = stage.running.company("Analytical Engines")
        made = Tour(stage.url, stage.running.client(company).key)
        colleague = stage.running.client(company, scopes=None).key
        provider_stops.webhooks(made, hook.url)
        usual = provider_stops.repairs(made, vendors[0])
        other = provider_stops.connect(made, "Second bank", vendors[1])
        money_stops.payouts(made)
        money_stops.payments(made, usual)
        money_stops.disputes(made)
        provider_stops.routing(made, usual, other)
        provider_stops.health(made, usual)
        provider_stops.catalogue(made)
        provider_stops.deliveries(made)
        provider_stops.clock(made)
        access_stops.keys(made)
        access_stops.people(made)
        access_stops.own_provider(made, stage.url)
        browser_stops.sign_in(made)
        access_stops.programs(made)
        access_stops.consents(made, usual)
        access_stops.vault(made)
        access_stops.approvals(made, colleague)
        access_stops.audit(made)
        made.read_the_rest()
        until(lambda: hook.received, what="events")
        made.events.update({event["type"]: event for event in (json.loads(each.body) for each in list(hook.received))})
        yield made, began


def test_every_operation_is_on_the_tour(tour: tuple[Tour, datetime]) -> None:
    walked, began = tour
    if os.environ.get("CORRIDOR_RECORD"):
        record(walked, Scrubber(began))

    missing = {name for name, found in walked.operations.items() if not found.raw} - walked.exchanges.keys()

    assert missing <= NOT_ON_THE_TOUR.keys(), missing - NOT_ON_THE_TOUR.keys()


def record(walked: Tour, scrubber: Scrubber) -> None:
    """Write what was exchanged, one file for each tag, in the order of the document."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    files: dict[str, dict[str, object]] = {}
    for name, found in walked.operations.items():
        if name in walked.exchanges:
            files.setdefault(found.tag, {})[name] = scrubber.value(walked.exchanges[name])
    files[EVENTS] = {
        kind: scrubber.value(walked.events[kind]) for kind in document["webhooks"] if kind in walked.events
    }
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for tag, exchanges in sorted(files.items()):
        write(FOLDER / f"{tag}.json", exchanges)


def write(path: Path, exchanges: dict[str, object]) -> None:
    """One file, as a person would like to read its changes."""
    path.write_text(json.dumps(exchanges, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
