"""Stages of providers over gRPC: which may follow which, what going on needs, and what retiring is refused for."""

import pytest

from corridor.audit.v1 import audit_service_pb2 as audit
from corridor.events.v1 import event_service_pb2 as events
from corridor.providers.v1 import provider_event_pb2, provider_pb2
from corridor.providers.v1.route_pb2 import ROUTE_MODE_QUEUE
from server.kit import ids
from server.platform.providers import stages
from tests.server import people
from tests.server.catalogue.standing import (
    DISPROVED,
    NAME,
    bring_to,
    certify,
    live_connection,
    move,
    provider,
    refusal,
    route,
    verdicts,
)
from tests.serving import LIVE, SANDBOX, Client, Refused, Running

ALL = tuple(number for number in provider_pb2.ProviderStage.values() if number)
MOVES = [(before, after) for before in ALL for after in ALL if before != after]


@pytest.fixture
def client(corridor: Running) -> Client:
    """A new company, live."""
    return corridor.client(environment=LIVE)


def event_types(client: Client) -> list[str]:
    """The types of the company's events, the newest first."""
    return [event.type for event in client.call("EventService/ListEvents", events.ListEventsRequest()).events]


def test_every_stage_has_its_row() -> None:
    assert set(ALL) == set(stages.LIFECYCLE.table)


def test_a_provider_that_nobody_set_is_in_intake(client: Client) -> None:
    found = provider(client)

    assert (stages.INTAKE, False) == (found.stage, found.HasField("stage_update_time"))


@pytest.mark.parametrize("stage", ALL, ids=stages.word)
def test_every_stage_can_be_reached(client: Client, stage: int) -> None:
    bring_to(client, stage)

    assert stage == provider(client).stage


@pytest.mark.parametrize(("before", "after"), MOVES, ids=lambda stage: stages.word(stage))
def test_a_provider_moves_as_the_table_says(client: Client, before: int, after: int) -> None:
    bring_to(client, before)

    if stages.LIFECYCLE.allows(before, after):
        assert after == move(client, after).stage == provider(client).stage
    else:
        refused = refusal(client, after)
        assert ("PROVIDER_STAGE_NOT_REACHABLE", stages.word(before)) == (refused.reason, refused.metadata["stage"])
        assert before == provider(client).stage


@pytest.mark.parametrize("stage", [stages.CERTIFIED, stages.LIVE], ids=stages.word)
def test_going_on_needs_a_certification_of_the_adapter_that_is_running(client: Client, stage: int) -> None:
    if stage == stages.LIVE:
        bring_to(client, stages.CERTIFIED)
        certify(client, verdicts=verdicts(size=DISPROVED))  # the last run decides

    refused = refusal(client, stage)

    assert "PROVIDER_NOT_CERTIFIED" == refused.reason
    assert provider(client).adapter_digest == refused.metadata["running"]
    assert stage != provider(client).stage


def test_stepping_back_needs_no_certification(client: Client) -> None:
    bring_to(client, stages.LIVE)
    certify(client, tests_passed=False)

    assert stages.SHADOW == move(client, stages.SHADOW).stage
    assert "PROVIDER_NOT_CERTIFIED" == refusal(client, stages.LIVE).reason


def test_coming_back_from_retiring_needs_a_certification(client: Client) -> None:
    bring_to(client, stages.RETIRING)
    certify(client, test_count=0)

    assert "PROVIDER_NOT_CERTIFIED" == refusal(client, stages.LIVE).reason


def test_a_certification_of_another_company_or_environment_counts_for_nothing(corridor: Running) -> None:
    company_id = corridor.company()
    certify(corridor.client(company_id, SANDBOX))

    for stranger in (corridor.client(company_id, LIVE), corridor.client()):
        assert "PROVIDER_NOT_CERTIFIED" == refusal(stranger, stages.CERTIFIED).reason


def test_stages_are_of_one_company_and_environment(corridor: Running) -> None:
    company_id = corridor.company()
    bring_to(corridor.client(company_id, SANDBOX), stages.LIVE)

    for stranger in (corridor.client(company_id, LIVE), corridor.client()):
        assert stages.INTAKE == provider(stranger).stage


def test_every_change_is_an_event_with_its_reason_in_order(client: Client) -> None:
    certify(client)
    move(client, stages.CERTIFIED, reason="Passed on Monday")
    move(client, stages.LIVE)

    request = events.ListEventsRequest(resource_id=provider(client).provider_stage_id)
    latest, first = client.call("EventService/ListEvents", request).events

    data = provider_event_pb2.ProviderStageChanged()
    assert first.data.Unpack(data)
    assert (NAME, stages.CERTIFIED, stages.INTAKE, "Passed on Monday") == (
        data.provider,
        data.stage,
        data.previous_stage,
        data.reason,
    )
    assert ("provider.stage_changed", 1, 2) == (first.type, first.sequence, latest.sequence)


def test_setting_the_stage_that_it_has_changes_nothing(client: Client) -> None:
    bring_to(client, stages.CERTIFIED)
    before, events_before = provider(client), event_types(client)

    assert before == move(client, stages.CERTIFIED)
    assert events_before == event_types(client)


def test_the_same_key_moves_once_and_gets_the_same_answer(client: Client) -> None:
    bring_to(client, stages.CERTIFIED)
    first = move(client, stages.LIVE, key="once")
    move(client, stages.PARTIAL)

    assert first == move(client, stages.LIVE, key="once")
    assert stages.PARTIAL == provider(client).stage


def test_changes_are_in_the_audit_trail(client: Client) -> None:
    bring_to(client, stages.CERTIFIED)

    entries = client.call("AuditService/ListAuditEntries", audit.ListAuditEntriesRequest()).audit_entries

    actions = [entry.action for entry in entries]
    assert {"provider.set_stage", "provider.record_certification"} <= set(actions)


def test_stages_need_their_own_scope(corridor: Running) -> None:
    reader = corridor.client(scopes=["providers:read"])

    assert "PERMISSION_DENIED" == refusal(reader, stages.CERTIFIED).reason


def test_a_provider_that_is_not_installed_has_no_stage(client: Client) -> None:
    assert "PROVIDER_NOT_FOUND" == refusal(client, stages.CERTIFIED, "acme").reason


def test_a_provider_that_its_owner_retires_goes_no_further() -> None:
    with pytest.raises(Exception, match="owner"):
        stages.check_move("acme", stages.CERTIFIED, stages.LIVE, stages.RETIRING)
    stages.check_move("acme", stages.LIVE, stages.RETIRING, stages.RETIRED)


class TestRetiring:
    """What is retired is referred to by nothing."""

    def test_a_provider_that_a_route_names_is_not_retired(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stages.LIVE)
        primary, other = live_connection(corridor, company_id), live_connection(corridor, company_id)
        route(client, primary, other)
        route(client, primary, other, mode=ROUTE_MODE_QUEUE)
        move(client, stages.RETIRING)

        refused = refusal(client, stages.RETIRED)

        assert ("PROVIDER_IN_USE", "1", "0") == (refused.reason, refused.metadata["routes"], refused.metadata["open"])
        assert stages.RETIRING == provider(client).stage

    @pytest.mark.parametrize(
        ("state", "outcome", "counted"), [(3, 1, 1), (4, 1, 1), (3, 4, 1), (6, 1, 0), (8, 1, 0), (3, 3, 0), (1, 5, 0)]
    )
    def test_what_the_provider_may_have_is_counted_until_it_is_at_an_end(
        self, corridor: Running, state: int, outcome: int, counted: int
    ) -> None:
        client = corridor.client()
        bring_to(client, stages.RETIRING)
        payout_id = people.payout(client).payout_id
        company_id = people.company_of(corridor, client)
        with people.rows(corridor, client) as rows:
            rows.execute("UPDATE corridor.payouts SET state = %s WHERE payout_id = %s", (state, payout_id))
            rows.execute(
                "INSERT INTO corridor.attempts VALUES (%s, %s, %s, %s, %s, %s, 'create_payout', %s, '', '', '[]', '', "
                "now(), now())",
                (company_id, SANDBOX, ids.new("att"), payout_id, ids.new("conn"), NAME, outcome),
            )

        if counted:
            refused = refusal(client, stages.RETIRED)
            assert ("PROVIDER_IN_USE", str(counted)) == (refused.reason, refused.metadata["open"])
        else:
            assert stages.RETIRED == move(client, stages.RETIRED).stage

    def test_a_webhook_that_nobody_has_read_is_counted(self, corridor: Running) -> None:
        client = corridor.client()
        bring_to(client, stages.RETIRING)
        company_id = people.company_of(corridor, client)
        with people.rows(corridor, client) as rows:
            rows.execute(
                "INSERT INTO corridor.inbound_deliveries VALUES (%s, %s, %s, %s, %s, 1, '', '', '', '', 0, '', '', "
                "now(), NULL)",
                (company_id, SANDBOX, ids.new("in"), ids.new("conn"), NAME),
            )

        assert "1" == refusal(client, stages.RETIRED).metadata["webhooks"]

    def test_a_refusal_is_not_for_good(self, corridor: Running) -> None:
        company_id = corridor.company(environment=LIVE)
        client = corridor.client(company_id, LIVE)
        bring_to(client, stages.LIVE)
        connection_id = live_connection(corridor, company_id)
        route(client, connection_id)
        move(client, stages.RETIRING)
        with pytest.raises(Refused):
            move(client, stages.RETIRED, key="retire")
        with people.rows(corridor, client, LIVE) as rows:
            rows.execute("UPDATE corridor.routes SET primary_connection_id = %s", (ids.new("conn"),))

        assert stages.RETIRED == move(client, stages.RETIRED, key="retire").stage
