"""Versions of rules over gRPC: made, scheduled, activated, withdrawn; each once, and with its event."""

import pytest

from corridor.routing.v1 import routing_service_pb2 as api
from server.store import work
from tests.server import people
from tests.server.routing.rules_desk import (
    PAYOUTS,
    connect,
    get,
    make,
    off,
    request,
    send,
    versions,
)
from tests.server.routing.version_desk import (
    ACTIVE,
    QUEUE,
    SCHEDULED,
    SUPERSEDED,
    WITHDRAWN,
    activate,
    come,
    soon,
    told,
    withdraw,
)
from tests.serving import LIVE, Client, Refused, Running


def test_a_version_without_a_time_decides_at_once(corridor: Running) -> None:
    client = corridor.client()
    rule = send("all", connect(client))

    made = make(client, rule, note="first")

    assert (1, ACTIVE, "first", [rule]) == (made.version, made.state, made.note, list(made.rules))
    assert made == get(client, made)
    assert ["routing_policy.created", "routing_policy.activated"] == told(client, made)


def test_the_author_is_who_called(corridor: Running) -> None:
    made = make(corridor.client(), off("stop", QUEUE))

    assert made.author_id.startswith("key_")


def test_the_version_before_is_superseded(corridor: Running) -> None:
    client = corridor.client()
    first = make(client, off("stop", QUEUE))

    second = make(client, base=1)

    assert (SUPERSEDED, ACTIVE) == (get(client, first).state, get(client, second).state)
    assert [2, 1] == versions(client, PAYOUTS)
    assert ([1], [2]) == (versions(client, state=SUPERSEDED), versions(client, state=ACTIVE))


def test_whoever_has_not_seen_the_last_version_changes_nothing(corridor: Running) -> None:
    client = corridor.client()
    make(client, off("stop", QUEUE))

    with pytest.raises(Refused) as refused:
        make(client, base=0)

    assert "ROUTING_POLICY_OUTDATED" == refused.value.reason
    assert "1" == refused.value.metadata["latest_version"]
    assert [1] == versions(client)


def test_the_same_key_makes_one_version(corridor: Running) -> None:
    client, key = corridor.client(), people.new_key()

    assert make(client, key=key) == make(client, key=key)
    assert [1] == versions(client)


def test_what_is_only_checked_is_not_stored(corridor: Running) -> None:
    client = corridor.client()

    checked = make(client, off("stop", QUEUE), validate_only=True)

    assert ("", 0, ACTIVE) == (checked.routing_policy_id, checked.version, checked.state)
    assert [] == versions(client)


def test_a_scheduled_version_decides_from_its_time_on_and_tells_once(corridor: Running) -> None:
    client = corridor.client()
    first = make(client, off("stop", QUEUE))
    later = make(client, base=1, at=soon(hours=1))
    assert (ACTIVE, SCHEDULED) == (get(client, first).state, get(client, later).state)

    come(corridor, later)
    assert (SUPERSEDED, ACTIVE) == (get(client, first).state, get(client, later).state)
    activate(corridor)
    activate(corridor)

    assert ["routing_policy.created", "routing_policy.activated"] == told(client, later)


def test_nothing_is_told_before_the_time_comes(corridor: Running) -> None:
    client = corridor.client()
    later = make(client, at=soon(hours=1))

    activate(corridor)

    assert ["routing_policy.created"] == told(client, later)


def test_a_time_that_is_over_means_at_once(corridor: Running) -> None:
    assert ACTIVE == make(corridor.client(), at=soon(days=-1)).state


def test_a_scheduled_version_that_another_overtook_never_decides(corridor: Running) -> None:
    client = corridor.client()
    later = make(client, off("stop", QUEUE), at=soon(hours=1))
    now = make(client, base=1)

    come(corridor, later)
    activate(corridor)

    assert (SUPERSEDED, ACTIVE) == (get(client, later).state, get(client, now).state)
    assert ["routing_policy.created"] == told(client, later)


def test_a_scheduled_version_is_withdrawn_and_its_time_passes_over_it(corridor: Running) -> None:
    client = corridor.client()
    later = make(client, off("stop", QUEUE), at=soon(hours=1))

    assert WITHDRAWN == withdraw(client, later).state
    come(corridor, later)
    activate(corridor)

    assert WITHDRAWN == get(client, later).state
    assert get(client, later).HasField("withdraw_time")
    assert ["routing_policy.created", "routing_policy.withdrawn"] == told(client, later)


def test_only_a_version_whose_time_has_not_come_is_withdrawn(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)

    with pytest.raises(Refused) as refused:
        withdraw(client, made)

    assert "TRANSITION_NOT_ALLOWED" == refused.value.reason
    assert ACTIVE == get(client, made).state


def test_a_change_brings_back_work_that_waits(corridor: Running) -> None:
    company_id = corridor.company()
    client = corridor.client(company_id)
    made = people.payout(client)
    with corridor.parts.store.of(company_id, people.SANDBOX) as connection:
        (job,) = [each for each in work.claim(connection, ["payouts.dispatch"], 100, 60.0)
                  if each.resource_id == made.payout_id]  # fmt: skip
        work.finish(connection, job, work.Parked("off"))
    assert work.State.PARKED == _state(corridor, made.payout_id)

    later = make(client, off("stop", QUEUE), at=soon(hours=1))
    assert work.State.PARKED == _state(corridor, made.payout_id)
    come(corridor, later)
    activate(corridor)

    assert work.State.READY == _state(corridor, made.payout_id)


def _state(corridor: Running, resource_id: str) -> int:
    with corridor.parts.store.anyone() as connection:
        row = connection.execute("SELECT state FROM corridor.work WHERE resource_id = %s", (resource_id,)).fetchone()
    assert row is not None
    return int(row[0])


def test_versions_of_a_company_and_environment_are_its_own(corridor: Running) -> None:
    company_id = corridor.company()
    made = make(corridor.client(company_id), off("stop", QUEUE))

    for stranger in (corridor.client(), corridor.client(company_id, LIVE)):
        assert [] == versions(stranger)
        with pytest.raises(Refused) as refused:
            get(stranger, made)
        assert "NOT_FOUND" == refused.value.reason


def test_a_list_has_no_rules_and_goes_on_page_by_page(corridor: Running) -> None:
    client = corridor.client()
    for number in range(3):
        make(client, off("stop", QUEUE), base=number)

    first = client.call("RoutingService/ListRoutingPolicies", api.ListRoutingPoliciesRequest(page_size=2))
    rest = client.call(
        "RoutingService/ListRoutingPolicies",
        api.ListRoutingPoliciesRequest(page_size=2, page_token=first.next_page_token),
    )

    assert [3, 2, 1] == [each.version for each in (*first.routing_policies, *rest.routing_policies)]
    assert "" == rest.next_page_token
    assert not any(each.rules for each in first.routing_policies)


def test_many_makers_at_once_make_one_version_each_or_none(corridor: Running) -> None:
    from concurrent.futures import ThreadPoolExecutor

    company_id = corridor.company()
    clients = [corridor.client(company_id) for _ in range(4)]

    def attempt(client: Client) -> str:
        try:
            return str(make(client, off("stop", QUEUE)).version)
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(attempt, clients))

    assert ["1", *["ROUTING_POLICY_OUTDATED"] * 3] == found


def test_an_unknown_domain_is_refused(corridor: Running) -> None:
    refused = people.refused(corridor.client(), "RoutingService/CreateRoutingPolicy", request(domain="cards"))

    assert ("INVALID_ARGUMENT", ["domain"]) == (refused.reason, refused.fields)
