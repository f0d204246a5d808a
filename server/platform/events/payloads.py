"""In which version the data of an event is told. What is stored has one form, that of the first version.

Rule: rendering happens when an event is shown or delivered, and is pure: the same event in the same version is the same
bytes, however often it is delivered.
"""

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.events.v1.event_pb2 import Event
from server.kit import contract
from server.kit.errors import Violation, fail
from server.kit.versions import Version, VersionError

_FIRST = 1


class Payloads:
    """Every version of every event's data."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._steps: dict[str, list[tuple[int, Callable[[Any], Message]]]] = {}
        self.newest = _FIRST
        for version in sorted(versions, key=lambda each: -each.number):
            for name, translated in version.events.items():
                if name not in contract.event_types():
                    raise VersionError(f"{version.package} tells of {name}, and there is no such event type.")
                self._steps.setdefault(name, []).append((version.number, translated))
                self.newest = max(self.newest, version.number)

    def wanted(self, word: str, usual: int = _FIRST) -> int:
        """The version that a request names, such as `v2`; `usual` if it names none. Raises INVALID_ARGUMENT."""
        number = int(word[1:]) if word else usual
        if number > self.newest:
            why = f"must be one of {', '.join(f'v{each}' for each in range(_FIRST, self.newest + 1))}"
            violation = Violation("payload_version", why, "payload_version")
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"payload_version {why}.", violations=[violation])
        return number

    def rendered(self, event: Event, wanted: int) -> Event:
        """The event with its data in a version, or in the newest below it. Raises LookupError for one to come.

        A process that does not know a version yet must not deliver another one in its place.
        """
        if wanted > self.newest:
            raise LookupError(f"this process knows no payload version v{wanted}: it waits for one that does")
        for number, translated in self._steps.get(event.type, ()):
            if number <= wanted:
                data = translated(contract.event_types()[event.type].FromString(event.data.value))
                found = Event()
                found.CopyFrom(event)
                found.data.Pack(data, deterministic=True)
                found.payload_version = f"v{number}"
                return found
        return event
