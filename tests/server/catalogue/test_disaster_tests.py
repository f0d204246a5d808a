"""Trials of losing a provider over gRPC: kept as they were found, and the latest stands in the catalogue."""

from typing import Any

import pytest

from corridor.providers.v1 import disaster_test_service_pb2 as api
from corridor.providers.v1.disaster_test_service_pb2 import DisasterTestRun
from tests.server import people
from tests.server.catalogue.standing import NAME, provider
from tests.serving import Client, Running


@pytest.fixture
def client(corridor: Running) -> Client:
    """A new company."""
    return corridor.client()


def record(client: Client, **changes: Any) -> DisasterTestRun:
    """A trial that went well, unless what is changed says otherwise."""
    values = {"name": NAME, "standby_provider": NAME, "domain": "payouts", "passed": True,
              "summary": "Traffic moved in a second.", "report": "# The whole report"}  # fmt: skip
    request = api.RecordDisasterTestRequest(**{**values, **changes})
    run: DisasterTestRun = client.call(
        "DisasterTestService/RecordDisasterTest", request, key=people.new_key()
    ).disaster_test_run
    return run


def test_the_latest_trial_stands_in_the_catalogue_with_the_day_on_which_it_was_made(client: Client) -> None:
    record(client, passed=False, summary="It did not move.")
    made = record(client)

    shown = provider(client).last_disaster_test

    assert (made.disaster_test_id, True, "Traffic moved in a second.") == (
        shown.disaster_test_id,
        shown.passed,
        shown.report,
    )
    assert made.test_time.ToDatetime().date().isoformat() == shown.date


def test_a_trial_is_read_whole_and_listed_without_its_report(client: Client) -> None:
    first, second = record(client, report="# One"), record(client, report="# Two")

    whole = client.call(
        "DisasterTestService/GetDisasterTest", api.GetDisasterTestRequest(disaster_test_id=first.disaster_test_id)
    ).disaster_test_run
    listed = client.call("DisasterTestService/ListDisasterTests", api.ListDisasterTestsRequest(name=NAME))

    assert first == whole
    assert [(second.disaster_test_id, ""), (first.disaster_test_id, "")] == [
        (run.disaster_test_id, run.report) for run in listed.disaster_test_runs
    ]


def test_another_company_sees_nothing_of_a_trial(corridor: Running, client: Client) -> None:
    made = record(client)
    other = corridor.client()

    refused = people.refused(
        other,
        "DisasterTestService/GetDisasterTest",
        api.GetDisasterTestRequest(disaster_test_id=made.disaster_test_id),
    )

    assert "NOT_FOUND" == refused.reason
    assert "" == provider(other).last_disaster_test.disaster_test_id


def test_a_trial_with_a_provider_that_there_is_not_is_refused(client: Client) -> None:
    request = api.RecordDisasterTestRequest(
        name=NAME, standby_provider="nobody", domain="payouts", summary="s", report="r"
    )

    refused = people.refused(client, "DisasterTestService/RecordDisasterTest", request, key=people.new_key())

    assert "PROVIDER_NOT_FOUND" == refused.reason
