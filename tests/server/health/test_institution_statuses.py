"""What is known of banks and rails: said by people and by providers, with an age, and never believed for too long."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from corridor.events.v1 import event_service_pb2 as events
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.providers.v1 import health_service_pb2 as api
from corridor.providers.v1 import provider_health_pb2 as health
from corridor.type.v1.rail_pb2 import RAIL_SEPA
from server.platform.health.polling import Polling
from server.platform.providers.gates import Destination
from tests.server import people
from tests.server.flows.stage import Stage, Vendor
from tests.server.health import fleet
from tests.server.health.processes import seen_by
from tests.serving import until

BANK = "DEUTDEFF"
UP, DEGRADED, DOWN = health.INSTITUTION_LEVEL_UP, health.INSTITUTION_LEVEL_DEGRADED, health.INSTITUTION_LEVEL_DOWN


@pytest.fixture
def vendor(flow: Stage) -> Vendor:
    """A vendor over which a payout went."""
    made = flow.vendor()
    flow.route(made)
    flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    return made


def listed(flow: Stage) -> list[health.InstitutionStatus]:
    """What is known, the newest first."""
    found = flow.client.call("HealthService/ListInstitutionStatuses", api.ListInstitutionStatusesRequest())
    return list(found.institution_statuses)


def levels(flow: Stage) -> dict[tuple[str, str], int]:
    """The levels that count, by bank and by who says so."""
    return {(each.institution_id, each.source): each.level for each in listed(flow) if each.level and not each.stale}


def seen(flow: Stage, vendor: Vendor, rail: int = 0) -> health.InstitutionStatus:
    """What a decision sees of the bank."""
    to = Destination(flow.company_id, 1, vendor.connection_id, "sandbox", vendor.simulator.url, "create_payout")
    return seen_by(flow.corridor.parts.health.view, to, BANK, rail).institution


def ask(flow: Stage, **changes: Any) -> None:
    """Let every provider be asked now."""
    parts = flow.corridor.parts
    Polling(parts.store, parts.invoker, parts.providers, every_seconds=0.0, **changes).schedule()
    parts.waker.wake()


def test_what_a_person_says_is_seen_by_decisions_with_its_age(flow: Stage, vendor: Vendor) -> None:
    said = fleet.say(flow.client, vendor.connection_id, BANK, DOWN, reason="their notice")

    assert (BANK, DOWN, "their notice", False) == (said.institution_id, said.level, said.reason, said.stale)
    found = until(lambda: seen(flow, vendor) if seen(flow, vendor).level == DOWN else None)
    assert 0 <= found.age.ToTimedelta().total_seconds() < 30


def test_a_rail_is_seen_by_its_name(flow: Stage, vendor: Vendor) -> None:
    fleet.say(flow.client, vendor.connection_id, "rail:sepa", DEGRADED)

    until(lambda: seen(flow, vendor, RAIL_SEPA).level == DEGRADED)
    assert health.INSTITUTION_LEVEL_UNSPECIFIED == seen(flow, vendor).level


def test_a_change_is_an_event_and_a_repetition_is_none(flow: Stage, vendor: Vendor) -> None:
    first = fleet.say(flow.client, vendor.connection_id, BANK, DOWN)
    fleet.say(flow.client, vendor.connection_id, BANK, DOWN)
    fleet.say(flow.client, vendor.connection_id, BANK, UP)
    request = events.ListEventsRequest(resource_id=first.institution_status_id)
    found = flow.client.call("EventService/ListEvents", request).events

    assert [1, 2] == sorted(event.sequence for event in found)
    assert {"institution_status.changed"} == {event.type for event in found}


def test_what_is_cleared_counts_no_more(flow: Stage, vendor: Vendor) -> None:
    fleet.say(flow.client, vendor.connection_id, BANK, DOWN)
    until(lambda: seen(flow, vendor).level == DOWN)
    request = api.ClearInstitutionStatusRequest(connection_id=vendor.connection_id, institution_id=BANK)
    flow.client.call("HealthService/ClearInstitutionStatus", request, key=people.new_key())

    until(lambda: not seen(flow, vendor).level)
    refused = people.refused(flow.client, "HealthService/ClearInstitutionStatus", request, key=people.new_key())
    assert "NOT_FOUND" == refused.reason


def test_what_has_expired_is_shown_as_stale_and_counts_for_nothing(flow: Stage, vendor: Vendor) -> None:
    fleet.say(flow.client, vendor.connection_id, BANK, DOWN, valid_for=timedelta(milliseconds=50))

    until(lambda: listed(flow)[0].stale)
    assert health.INSTITUTION_LEVEL_UNSPECIFIED == seen(flow, vendor).level


def test_a_provider_is_asked_and_what_it_says_no_more_is_over(flow: Stage, vendor: Vendor) -> None:
    vendor.simulator.move(f"institution:{BANK}", "down")
    ask(flow)
    until(lambda: levels(flow) == {(BANK, "provider"): DOWN})
    vendor.simulator.move(f"institution:{BANK}", "operational")
    until(lambda: _asked_again(flow) and levels(flow) == {(BANK, "provider"): UP})


def _asked_again(flow: Stage) -> bool:
    ask(flow)
    return True


def test_a_person_goes_before_the_provider(flow: Stage, vendor: Vendor) -> None:
    vendor.simulator.move(f"institution:{BANK}", "down")
    ask(flow)
    until(lambda: seen(flow, vendor).level == DOWN)
    fleet.say(flow.client, vendor.connection_id, BANK, UP)

    until(lambda: seen(flow, vendor).level == UP)


def test_what_a_provider_said_too_long_ago_counts_for_nothing(flow: Stage, vendor: Vendor) -> None:
    vendor.simulator.move(f"institution:{BANK}", "down")
    ask(flow)
    until(lambda: seen(flow, vendor).level == DOWN)
    with psycopg.connect(flow.corridor.parts.store.url, autocommit=True) as owner:
        owner.execute(
            "UPDATE corridor.institution_statuses SET expire_time = clock_timestamp() - interval '1 second' "
            "WHERE connection_id = %s", (vendor.connection_id,),
        )  # fmt: skip

    until(lambda: not seen(flow, vendor).level)
    assert [True] == [each.stale for each in listed(flow)]


def test_of_an_unknown_word_nothing_is_believed(flow: Stage, vendor: Vendor) -> None:
    vendor.simulator.move(f"institution:{BANK}", "on_holiday")
    ask(flow)

    with people.rows(flow.corridor, flow.client) as rows:
        until(lambda: rows.execute(
            "SELECT 1 FROM corridor.attempts WHERE operation = 'institution_statuses' AND end_time IS NOT NULL"
        ).fetchone())  # fmt: skip
    assert {} == levels(flow)
