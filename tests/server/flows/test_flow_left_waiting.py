"""What waits is never forgotten: rules with windows, holds that another route releases, look-ups that are held back."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_CONFLICT, WORK_ITEM_KIND_UNKNOWN_OUTCOME
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from corridor.providers.v1 import health_service_pb2 as health
from corridor.providers.v1.provider_health_pb2 import BREAKER_STATE_OPEN, HealthSeen
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingOff, RoutingRule, RoutingWindow
from server.kit.context import Caller, Context
from server.platform.providers import holds
from server.platform.providers.gates import Destination
from server.store import work
from server.store.observations import Source
from tests.server import people
from tests.server.consents import given
from tests.server.consents.test_provider_grants import add, issued
from tests.server.flows.stage import QUEUE, Stage, Vendor
from tests.server.flows.test_flow_decisions import policy, sends
from tests.server.sandbox.sandbox_scene import advance
from tests.serving import SANDBOX, until


def state_of_work(flow: Stage, kind: str, resource_id: str) -> int | None:
    """Where a piece of work stands."""
    with flow.corridor.parts.store.anyone() as rows:
        query = "SELECT state FROM corridor.work WHERE kind = %s AND resource_id = %s"
        row = rows.execute(query, (kind, resource_id)).fetchone()
    return row[0] if row else None


def a_quarter_of_an_hour_later(flow: Stage, resource_id: str) -> None:
    """Let all work of a resource be older."""
    with flow.corridor.parts.store.anyone() as rows:
        query = "UPDATE corridor.work SET create_time = create_time - interval '15 minutes' WHERE resource_id = %s"
        rows.execute(query, (resource_id,))


def cut_off(flow: Stage, vendor: Vendor, operation: str) -> None:
    """Have an operation not called over a connection."""
    request = health.OpenBreakerRequest(connection_id=vendor.connection_id, operation=operation, reason="maintenance")
    flow.client.call("HealthService/OpenBreaker", request, key=people.new_key())
    to = Destination(flow.company_id, SANDBOX, vendor.connection_id, "sandbox", vendor.simulator.url, operation)

    def heard() -> bool:
        seen = HealthSeen()
        flow.corridor.parts.health.view.note(seen, to)
        return seen.breaker == BREAKER_STATE_OPEN

    until(heard)


def context(flow: Stage) -> Context:
    """A worker's context for the company."""
    return Context("req-1", "corr-1", caller=Caller(0, "corridor", flow.company_id, SANDBOX))


def around_now() -> RoutingCondition:
    """A window that is open now, and ends within three hours."""
    now = datetime.now(UTC)
    begin, end = (f"{each:%H}:00" for each in (now - timedelta(hours=1), now + timedelta(hours=2)))
    return RoutingCondition(windows=[RoutingWindow(time_zone="Etc/UTC", from_time=begin, until_time=end)])


def test_what_a_rule_holds_until_its_window_ends_is_sent_then(flow: Stage) -> None:
    vendor = flow.vendor()
    closed = RoutingRule(name="closed", when=around_now(), off=RoutingOff(mode=QUEUE))  # type: ignore[arg-type] # a mode
    policy(flow, closed, sends("open", vendor))
    made = flow.pay()
    until(lambda: state_of_work(flow, "payouts.dispatch", made.payout_id) == work.State.PARKED)

    advance(flow.client, 3 * 3600.0, key=people.new_key())

    assert [(12_50, "EUR")] == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def test_a_person_is_told_of_an_unknown_payout_that_nobody_may_ask_about(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False, step_seconds=3600.0)
    flow.route(vendor)
    cut_off(flow, vendor, "look_up_payout")
    vendor.simulator.fault(Fault("lost_answer"), vendor.fixtures.create)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    until(lambda: state_of_work(flow, "payouts.follow", made.payout_id) is not None)

    a_quarter_of_an_hour_later(flow, made.payout_id)

    assert "not known" in flow.asked_for(made, WORK_ITEM_KIND_UNKNOWN_OUTCOME)


def test_a_person_is_told_where_a_webhook_told_of_something_and_nobody_may_ask_what(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    cut_off(flow, vendor, "look_up_payout")
    flow.corridor.parts.payouts.observe(
        context(flow), made.payout_id, vendor.connection_id, PayoutObservation(payout_id=made.payout_id),
        Source.WEBHOOK, "in_1",
    )  # fmt: skip
    until(lambda: state_of_work(flow, "payouts.look", made.payout_id) is not None)

    a_quarter_of_an_hour_later(flow, made.payout_id)

    assert "told that something happened" in flow.asked_for(made, WORK_ITEM_KIND_CONFLICT)


def test_a_person_is_told_of_a_token_that_rests_on_an_ended_consent_and_cannot_be_revoked(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant_id = add(flow, consent, vendor, issued(vendor)[1]).provider_grant_id
    cut_off(flow, vendor, "revoke_grant")
    given.revoke(flow.client, consent)
    until(lambda: state_of_work(flow, "consents.revoke_grant", grant_id) is not None)

    a_quarter_of_an_hour_later(flow, grant_id)

    assert "cannot be asked" in flow.soon(lambda: "".join(said for _, said in flow.items(grant_id)))


def test_a_connection_that_is_not_there_never_sends(flow: Stage) -> None:
    with flow.corridor.parts.store.anyone() as rows:
        query = (
            "SELECT corridor.may_send(%s, 2::smallint, 'conn_none', 'payouts', 0::smallint, '', '', NULL, 1::smallint, "
            "now())"
        )
        assert (False,) == rows.execute(query, (flow.company_id,)).fetchone()


@pytest.mark.parametrize("domain", ["payments", "payouts"])
def test_a_route_that_releases_a_connection_brings_back_what_waits_for_it_in_every_domain(
    flow: Stage, domain: str
) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    kind = f"{domain}.dispatch"
    who = (flow.company_id, SANDBOX)
    with flow.corridor.parts.store.transaction(*who) as rows:
        holds.hold(rows, context(flow), vendor.connection_id, "att_1")
        resource_id = f"waits-{domain}"
        lane = f"{kind}/{flow.company_id}"
        work.schedule(rows, *who, kind=kind, lane=lane, resource_id=resource_id, after_seconds=3600.0)
        rows.execute("UPDATE corridor.work SET state = 2 WHERE resource_id = %s AND company_id = %s",
                     (resource_id, flow.company_id))  # fmt: skip
        rows.execute(
            "INSERT INTO corridor.routes SELECT company_id, environment, route_id || 'x', 'payments', rail, mode, "
            "primary_connection_id, standby_connection_id, update_time FROM corridor.routes WHERE company_id = %s",
            (flow.company_id,),
        )

    flow.route(vendor)

    until(lambda: state_of_work(flow, kind, resource_id) != work.State.PARKED)
