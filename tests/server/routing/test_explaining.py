"""A stored decision explains itself: decided once more from its record alone, it comes out the same, to the last field.

`CORRIDOR_DECISIONS=10000` asks for as many stored decisions as that; a few hundred are enough each day.
"""

import os
from collections import Counter

import psycopg
import pytest

from corridor.options.v1 import method_pb2
from corridor.routing.v1 import route_decision_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import ROUTE_CHOICE_UNSPECIFIED, RouteChoice, RouteDecision, RouteRejection
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition
from server.kit.context import Caller, Context
from server.platform.routing import explaining
from server.store import route_decisions
from tests.server import people
from tests.server.routing import random_decisions
from tests.serving import SANDBOX, Client, Running

COUNT = int(os.environ.get("CORRIDOR_DECISIONS", "300"))


@pytest.fixture(scope="module")
def stored(corridor: Running) -> tuple[Client, list[RouteDecision]]:
    """A company with many decisions of all sorts, as they were stored."""
    company_id = corridor.company()
    caller = Caller(method_pb2.CALLER_KIND_API_KEY, "key", company_id, SANDBOX)
    context = Context(request_id="r", correlation_id="c", caller=caller)
    records = list(random_decisions.many(0, COUNT))
    with corridor.parts.store.transaction(company_id, SANDBOX) as connection:
        for record in records:
            route_decisions.keep(connection, context, record)
    return corridor.client(company_id), records


def test_every_stored_decision_comes_out_the_same_when_it_is_decided_again(
    stored: tuple[Client, list[RouteDecision]],
) -> None:
    client, records = stored
    for seed, record in enumerate(records):
        request = api.ExplainRouteRequest(route_decision_id=record.route_decision_id)
        found = client.call("RouteDecisionService/ExplainRoute", request)
        assert (True, record) == (found.same, found.recorded), f"seed {seed}"
        assert found.recorded == found.decided, f"seed {seed}"
        assert all(found.sentences), f"seed {seed}"


def test_the_decisions_of_this_test_have_every_choice_and_rejection() -> None:
    records = list(random_decisions.many(0, max(COUNT, 300)))

    choices = {record.choice for record in records}
    rejections = {each.rejection for record in records for each in record.candidates}
    assert set(RouteChoice.values()) - {ROUTE_CHOICE_UNSPECIFIED} == choices
    assert set(RouteRejection.values()) == rejections


def test_a_record_in_which_something_was_altered_does_not_come_out_the_same() -> None:
    record = next(each for each in random_decisions.many(0, 100) if len(each.candidates) > 1 and each.connection_id)
    record.connection_id = "conn_" + "z" * 26

    assert explaining.again(record) != record


def test_pages_of_decisions_join_without_gap(stored: tuple[Client, list[RouteDecision]]) -> None:
    client, records = stored
    seen: Counter[str] = Counter()
    token = ""
    while True:
        request = api.ListRouteDecisionsRequest(page_size=100, page_token=token)
        page = client.call("RouteDecisionService/ListRouteDecisions", request)
        seen.update(each.route_decision_id for each in page.route_decisions)
        token = page.next_page_token
        if not token:
            break

    assert {record.route_decision_id: 1 for record in records} == seen


def test_a_decision_to_send_nothing_is_kept_once_as_long_as_it_is_the_same(corridor: Running) -> None:
    company_id = corridor.company()
    caller = Caller(method_pb2.CALLER_KIND_API_KEY, "key", company_id, SANDBOX)
    context = Context(request_id="r", correlation_id="c", caller=caller)
    record = RouteDecision(resource_id="po_" + "0" * 26)
    client = corridor.client(company_id)

    with corridor.parts.store.of(company_id, SANDBOX) as connection:
        for choice in (2, 2, 4, 4, 4, 2):
            record.choice = choice  # type: ignore[assignment] # a choice
            route_decisions.keep(connection, context, record)

    listed = client.call("RouteDecisionService/ListRouteDecisions", api.ListRouteDecisionsRequest()).route_decisions
    assert [2, 4, 2] == [each.choice for each in reversed(listed)]


def test_what_a_decision_says_of_the_customer_is_sealed(corridor: Running) -> None:
    company_id = corridor.company()
    caller = Caller(method_pb2.CALLER_KIND_API_KEY, "key", company_id, SANDBOX)
    context = Context(request_id="r", correlation_id="c", caller=caller)
    record = RouteDecision(resource_id="po_" + "0" * 26, choice=2)
    record.facts.customer_id = "canary-customer"
    record.rule.when.CopyFrom(RoutingCondition(customer_ids=["canary-customer"]))
    with corridor.parts.store.of(company_id, SANDBOX) as connection:
        route_decisions.keep(connection, context, record)

    with psycopg.connect(corridor.parts.store.url) as owner:
        row = owner.execute("SELECT message FROM corridor.route_decisions WHERE company_id = %s", (company_id,))
        (stored_message,) = row.fetchone() or (b"",)

    assert stored_message
    assert b"canary" not in stored_message


def test_a_decision_of_another_company_does_not_exist(
    corridor: Running, stored: tuple[Client, list[RouteDecision]]
) -> None:
    _, records = stored
    request = api.GetRouteDecisionRequest(route_decision_id=records[0].route_decision_id)

    refused = people.refused(corridor.client(corridor.company()), "RouteDecisionService/GetRouteDecision", request)

    assert "NOT_FOUND" in str(refused)
