"""What people and providers say of connections that this process uses: statuses of banks and rails, and overrides.

Rule: read in the background, once a second; decisions and gates look into memory.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from corridor.providers.v1.provider_health_pb2 import InstitutionStatus
from corridor.type.v1.rail_pb2 import Rail
from server.kit import clock
from server.platform.providers.gates import Destination

_READ = "SELECT * FROM corridor.health_words(%s::text[], %s::smallint[], %s::text[])"
_FORGOTTEN_AFTER_SECONDS = 600.0

Place = tuple[str, int, str]
"""A company, environment and connection."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a bank or rail. Times are by clock.monotonic()."""

    institution_id: str
    level: int
    source: str
    by_person: bool
    since: float
    checked: float
    ends: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """Everything that is said of a connection."""

    institutions: Mapping[str, Said]
    overrides: Mapping[str, float]
    """By operation, empty for all: until when it is treated as open, by clock.monotonic()."""

    def open_until(self, operation: str, now: float) -> float:
        """Until when the company treats an operation as open, by clock.monotonic(); 0 where it does not."""
        until = max(self.overrides.get("", 0.0), self.overrides.get(operation, 0.0))
        return until if until > now else 0.0

    def institution(self, institution_id: str, rail: int, now: float) -> InstitutionStatus | None:
        """The worse of what is said of a bank and of a rail, where it still counts."""
        names = [institution_id] if institution_id else []
        names += [rail_name(rail)] if rail else []
        found = [said for name in names if (said := self.institutions.get(name)) and said.ends > now]
        if not found:
            return None
        worst = max(found, key=lambda said: said.level)
        status = InstitutionStatus(institution_id=worst.institution_id, source=worst.source)
        status.level = worst.level  # type: ignore[assignment] # a number of the enum, as it was stored
        status.age.FromNanoseconds(int(max(now - worst.checked, 0.0) * 1e9))
        status.since_time.FromNanoseconds(int((clock.epoch() - (now - worst.since)) * 1e9))
        return status


_NOTHING = Spoken({}, {})


class Words:
    """What is said of the connections that are used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[Place, float] = {}
        self._spoken: Mapping[Place, Spoken] = {}

    def of(self, to: Destination, now: float) -> Spoken:
        """What is said of a connection. `now` is by clock.monotonic()."""
        place = (to.company_id, to.environment, to.connection_id)
        self._used[place] = now
        return self._spoken.get(place, _NOTHING)

    def read(self, session: psycopg.Connection[TupleRow]) -> None:
        """Read what is said of everything that was used lately."""
        now = clock.monotonic()
        for place, used in list(self._used.items()):
            if now - used > _FORGOTTEN_AFTER_SECONDS:
                self._used.pop(place, None)
        places = list(self._used)
        if not places:
            self._spoken = {}
            return
        rows = session.execute(_READ, tuple(list(column) for column in zip(*places, strict=True))).fetchall()
        spoken: dict[Place, Spoken] = {}
        for company_id, environment, connection_id, name, level, source, by_person, since, age, left in rows:
            each = spoken.setdefault((company_id, environment, connection_id), Spoken({}, {}))
            kind, _, what = name.partition("/")
            if kind == "operation":
                assert isinstance(each.overrides, dict)
                each.overrides[what] = now + left
            elif by_person or what not in each.institutions:  # a person's word goes before the provider's
                assert isinstance(each.institutions, dict)
                each.institutions[what] = Said(what, level, source, by_person, now - since, now - age, now + left)
        self._spoken = spoken


def rail_name(rail: int) -> str:
    """The name under which a rail's status is kept, such as `rail:rtp`."""
    return "rail:" + Rail.Name(rail).removeprefix("RAIL_").lower()  # type: ignore[arg-type] # a number of the enum
