"""An outage as a company sees it: held back, told of, probed, and over; each part of it told once."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from adapters.kit.simulator import Fault
from corridor.events.v1 import event_service_pb2 as events
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.providers.v1 import health_service_pb2 as api
from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1 import provider_incident_pb2 as incident
from corridor.providers.v1.operation_health_pb2 import OperationHealth
from corridor.type.v1 import timeline_pb2
from server.platform.health import incidents
from server.platform.providers.gates import Destination
from tests.server import people
from tests.server.flows.stage import Stage, Vendor
from tests.server.health import fleet
from tests.server.health.processes import seen_by
from tests.serving import until

OPEN = incident.PROVIDER_INCIDENT_STATE_OPEN
CLOSED = incident.PROVIDER_INCIDENT_STATE_CLOSED


def told(flow: Stage, incident_id: str) -> list[tuple[int, str]]:
    """The events of an incident."""
    listed = flow.client.call("EventService/ListEvents", events.ListEventsRequest(resource_id=incident_id)).events
    return sorted((event.sequence, event.type) for event in listed)


def broken(flow: Stage) -> Vendor:
    """A vendor that refuses everything before it acts, as the only one there is."""
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.fault(Fault("refuse"), "create_transfer", times=100_000)
    return vendor


def opened(flow: Stage) -> incident.ProviderIncident:
    """The company's incident, once there is one."""
    for _ in range(6):
        flow.pay()
    return flow.soon(lambda: next(iter(fleet.incidents(flow.client, state=OPEN)), None), what="an incident")


def test_an_outage_is_an_incident_from_its_opening_to_its_closing(flow: Stage) -> None:
    vendor = broken(flow)
    made = flow.pay()
    found = opened(flow)
    vendor.simulator.clear_faults()
    flow.reaches(made, PAYOUT_STATE_SETTLED)
    flow.soon(lambda: [flow.pay() and None] and not fleet.incidents(flow.client, state=OPEN), seconds=60)
    closed = flow.client.call(
        "HealthService/GetProviderIncident",
        api.GetProviderIncidentRequest(provider_incident_id=found.provider_incident_id),
    ).provider_incident

    assert ("sandbox", "create_payout", [vendor.connection_id]) == (
        found.provider,
        found.operation,
        found.connection_ids,
    )
    assert (CLOSED, True) == (closed.state, closed.HasField("close_time"))
    assert "calls in a row failed" in found.why
    events_of_it = [(1, "provider_incident.opened"), (2, "provider_incident.closed")]
    until(lambda: told(flow, found.provider_incident_id) == events_of_it)


def test_its_timeline_tells_each_change_and_why(flow: Stage) -> None:
    vendor = broken(flow)
    made = flow.pay()
    found = opened(flow)
    vendor.simulator.clear_faults()
    flow.reaches(made, PAYOUT_STATE_SETTLED)
    request = api.GetProviderIncidentTimelineRequest(provider_incident_id=found.provider_incident_id)
    entries = flow.client.call("HealthService/GetProviderIncidentTimeline", request).entries

    assert {timeline_pb2.TIMELINE_KIND_PROVIDER_HEALTH} == {entry.kind for entry in entries}
    assert ["open", "half_open"] == [entry.outcome for entry in entries][:2]


def test_nothing_is_sent_while_it_is_open_and_nothing_counts_as_a_try(flow: Stage) -> None:
    broken(flow)
    payouts = [flow.pay() for _ in range(4)]
    opened(flow)
    with people.rows(flow.corridor, flow.client) as rows:
        tries = rows.execute(
            "SELECT max(tries) FROM corridor.work WHERE resource_id = ANY (%s)", ([each.payout_id for each in payouts],)
        ).fetchone()

    assert tries is not None
    assert tries[0] <= 12
    assert [] == flow.items()


def test_events_of_an_incident_are_told_once_whoever_tells(flow: Stage) -> None:
    broken(flow)
    found = opened(flow)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: incidents.tell(flow.corridor.parts.store), range(8)))

    assert [(1, "provider_incident.opened")] == told(flow, found.provider_incident_id)


def test_another_company_hears_nothing_of_an_address_that_is_not_its_own(flow: Stage) -> None:
    broken(flow)
    found = opened(flow)
    stranger = flow.corridor.client()

    assert [] == list(fleet.incidents(stranger))
    request = api.GetProviderIncidentRequest(provider_incident_id=found.provider_incident_id)
    assert grpc.StatusCode.NOT_FOUND == people.refused(stranger, "HealthService/GetProviderIncident", request).code


def test_health_shows_state_figures_and_the_incident(flow: Stage) -> None:
    vendor = broken(flow)
    found = opened(flow)

    shown = fleet.operations(flow.client)["create_payout"]

    assert (vendor.connection_id, "sandbox") == (shown.connection_id, shown.provider)
    assert shown.breaker in (health.BREAKER_STATE_OPEN, health.BREAKER_STATE_HALF_OPEN)
    assert found.provider_incident_id == shown.provider_incident_id
    assert 10_000 == shown.last_minute.failure_basis_points == shown.last_hour.failure_basis_points
    assert shown.last_minute.HasField("latency_p99")


def test_health_is_listed_page_by_page(flow: Stage) -> None:
    flow.route(flow.vendor())
    flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    until(lambda: "create_payout" in fleet.operations(flow.client))
    other = flow.vendor()
    flow.route(other)
    flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    until(lambda: len({each.connection_id for each in all_pages(flow)}) == 2)


def all_pages(flow: Stage) -> list[OperationHealth]:
    """Every operation, by pages of one."""
    found, token = [], ""
    while True:
        page = flow.client.call(
            "HealthService/ListProviderHealth", api.ListProviderHealthRequest(page_size=1, page_token=token)
        )
        assert len(page.operations) <= 1
        found += page.operations
        token = page.next_page_token
        if not token:
            return found


def test_what_a_company_opens_holds_for_it_and_what_is_measured_goes_on(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    request = api.OpenBreakerRequest(connection_id=vendor.connection_id, operation="create_payout", reason="notice")
    override = flow.client.call("HealthService/OpenBreaker", request, key=people.new_key()).override
    until(lambda: _held_by_person(flow, vendor), what="the override is known")
    made = flow.pay()
    shown = until(lambda: fleet.operations(flow.client).get("create_payout"))

    assert "notice" == override.reason == shown.override.reason
    assert health.BREAKER_STATE_CLOSED == shown.breaker
    until(lambda: flow.timeline(made)[-1].kind == timeline_pb2.TIMELINE_KIND_ROUTE_DECISION)
    assert [] == vendor.paid(made)

    close = api.CloseBreakerRequest(connection_id=vendor.connection_id, operation="create_payout")
    flow.client.call("HealthService/CloseBreaker", close, key=people.new_key())
    flow.reaches(made, PAYOUT_STATE_SETTLED)


def test_a_company_cannot_close_what_is_open_because_calls_failed(flow: Stage) -> None:
    vendor = broken(flow)
    opened(flow)
    close = api.CloseBreakerRequest(connection_id=vendor.connection_id, operation="create_payout")

    assert "NOT_FOUND" == people.refused(flow.client, "HealthService/CloseBreaker", close, key=people.new_key()).reason


def test_an_operation_that_there_is_not_cannot_be_opened(flow: Stage) -> None:
    vendor = flow.vendor()
    request = api.OpenBreakerRequest(connection_id=vendor.connection_id, operation="create_pay_out", reason="notice")

    refused = people.refused(flow.client, "HealthService/OpenBreaker", request, key=people.new_key())

    assert "INVALID_ARGUMENT" == refused.reason
    assert "create_payout" in str(refused.status)


def _held_by_person(flow: Stage, vendor: Vendor) -> bool:
    """Whether the process knows what the company has said."""
    to = Destination(flow.company_id, 1, vendor.connection_id, "sandbox", vendor.simulator.url, "create_payout")
    return seen_by(flow.corridor.parts.health.view, to).breaker == health.BREAKER_STATE_OPEN
