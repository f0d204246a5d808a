"""Who is told, and when, of something that ends and that they still use: once for each level, by whichever process."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import psycopg
import pytest

from corridor.events.v1 import event_service_pb2
from corridor.options.v1 import method_pb2
from corridor.usage.v1 import deprecated_usage_pb2 as pb
from server.kit.context import Caller as Who
from server.platform.usage import warning
from server.platform.usage.counting import Use, Uses
from server.platform.usage.deprecated import Deprecated
from server.platform.usage.warning import Warnings
from tests.server import people
from tests.server.usage import trials
from tests.server.usage.trials import SUNSET, Moved
from tests.serving import LIVE, SANDBOX, Client, Running

READ = "corridor.trials.v1.TrialService.ReadTrial"
NINETY, THIRTY = pb.DEPRECATION_LEVEL_NINETY_DAYS, pb.DEPRECATION_LEVEL_THIRTY_DAYS
SEVEN, ONE = pb.DEPRECATION_LEVEL_SEVEN_DAYS, pb.DEPRECATION_LEVEL_ONE_DAY


def before(days: float) -> datetime:
    """A time so many days before the sunset."""
    return SUNSET - timedelta(days=days)


def warn(corridor: Running, when: datetime) -> None:
    """Do the chore at a time."""
    Warnings(corridor.parts.store, Deprecated(trials.methods()), Moved(when)).warn()


def used(
    corridor: Running, client: Client, when: datetime, environment: int = SANDBOX, caller_id: str = "key_a"
) -> None:
    """Count a call of the deprecated method, made at a time."""
    uses = Uses(corridor.parts.store, Moved(when))
    who = Who(method_pb2.CALLER_KIND_API_KEY, caller_id, people.company_of(corridor, client), environment)  # type: ignore[arg-type] # one of the enum
    uses.note(Use(who, "/corridor.trials.v1.TrialService/ReadTrial"))
    uses.close()


def told(client: Client) -> list[tuple[str, int]]:
    """What the company was told: of what, and how soon; the first first."""
    found = []
    for event in client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest()).events:
        data = pb.DeprecatedUsageEnding()
        if event.data.Unpack(data):
            found.append((data.deprecated_usage.element, data.level))
    return found[::-1]


@pytest.mark.parametrize(
    ("left", "level"),
    [(91, 0), (90, NINETY), (31, NINETY), (30, THIRTY), (8, THIRTY), (7, SEVEN), (2, SEVEN), (1, ONE), (0, 0), (-1, 0)],
)
def test_levels(left: int, level: int) -> None:
    assert level == warning.level(date(2026, 12, 31), date(2026, 12, 31) - timedelta(days=left))


def test_a_company_is_told_once_at_each_level(corridor: Running) -> None:
    client = corridor.client()
    for days in (100, 90, 89.5, 60, 30, 29, 7, 6, 1, 0.1, -1):
        used(corridor, client, before(days))
        warn(corridor, before(days))

    assert [(READ, level) for level in (NINETY, THIRTY, SEVEN, ONE)] == told(client)


def test_who_begins_late_is_told_how_late_it_is_alone(corridor: Running) -> None:
    client = corridor.client()
    used(corridor, client, before(5))
    warn(corridor, before(5))

    assert [(READ, SEVEN)] == told(client)


def test_who_has_stopped_is_not_told(corridor: Running) -> None:
    client = corridor.client()
    used(corridor, client, before(120))
    warn(corridor, before(30))

    assert [] == told(client)


def test_processes_that_look_at_the_same_time_tell_once(corridor: Running) -> None:
    client = corridor.client()
    used(corridor, client, before(30))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: warn(corridor, before(30)), range(8)))

    assert [(READ, THIRTY)] == told(client)


def test_a_company_that_cannot_be_told_holds_no_other_back(corridor: Running) -> None:
    broken, other = corridor.client(), corridor.client()
    company_id = people.company_of(corridor, broken)
    assert company_id < people.company_of(corridor, other)  # they are told in this order
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        row = owner.execute(
            "UPDATE corridor.api_keys SET title = overlay(title PLACING 'AAAA' FROM 20) WHERE company_id = %s "
            "RETURNING api_key_id",
            (company_id,),
        ).fetchone()
    assert row is not None
    used(corridor, broken, before(30), caller_id=row[0])
    used(corridor, other, before(30))

    warn(corridor, before(30))
    assert ([], [(READ, THIRTY)]) == (told(broken), told(other))

    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("UPDATE corridor.api_keys SET title = 'mended' WHERE company_id = %s", (company_id,))
    warn(corridor, before(30))
    assert [(READ, THIRTY)] == told(broken)


def test_each_environment_is_told_by_itself(corridor: Running) -> None:
    company_id = corridor.company()
    sandbox, live = corridor.client(company_id), corridor.client(company_id, LIVE)
    used(corridor, live, before(30), LIVE)
    warn(corridor, before(30))

    assert ([], [(READ, THIRTY)]) == (told(sandbox), told(live))


def test_the_event_says_what_a_company_has_to_know(corridor: Running) -> None:
    client = corridor.client()
    used(corridor, client, before(31))
    used(corridor, client, before(30))
    warn(corridor, before(30))

    (event,) = client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest()).events
    data = pb.DeprecatedUsageEnding()
    event.data.Unpack(data)

    assert "deprecated_usage.ending" == event.type
    usage = data.deprecated_usage
    assert ("2026-06-01", "2026-12-31", 30, 2) == (
        usage.deprecated_since, usage.sunset_date, usage.days_left, usage.calls,
    )  # fmt: skip
    assert ("2026-12-01", "corridor.trials.v1.TrialService.GetTrial") == (usage.last_date, usage.replacement)
    assert ["key_a"] == [each.caller.caller_id for each in usage.callers]
