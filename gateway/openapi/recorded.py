"""Examples that were recorded: requests and answers of a running Corridor, scrubbed, one file for each tag.

They are written by `tests/journeys/tour`, never by hand; a test holds each against its schema.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "recordings"
EVENTS = "Webhooks"


class Recorded:
    """The recorded examples. What was not recorded is None, and is made up from the contract."""

    def __init__(self, exchanges: Mapping[str, Json], events: Mapping[str, Json]) -> None:
        self._exchanges = exchanges
        self._events = events

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Recorded":
        """Everything in the folder."""
        exchanges: dict[str, Json] = {}
        events: dict[str, Json] = {}
        for path in sorted(folder.glob("*.json")):
            (events if path.stem == EVENTS else exchanges).update(json.loads(path.read_text(encoding="utf-8")))
        return cls(exchanges, events)

    def request(self, operation_id: str) -> Any:
        """The body of a request."""
        return self._exchanges.get(operation_id, {}).get("body")

    def answer(self, operation_id: str) -> Any:
        """The body of the answer to it."""
        return self._exchanges.get(operation_id, {}).get("answer")

    def parameter(self, operation_id: str, place: str, name: str) -> Any:
        """What stood in the path or query under a name."""
        return self._exchanges.get(operation_id, {}).get(place, {}).get(name)

    def event(self, event_type: str) -> Any:
        """An event as an endpoint got it."""
        return self._events.get(event_type)

    @property
    def operation_ids(self) -> frozenset[str]:
        """The operations that were recorded."""
        return frozenset(self._exchanges)

    @property
    def event_types(self) -> frozenset[str]:
        """The events that were recorded."""
        return frozenset(self._events)
