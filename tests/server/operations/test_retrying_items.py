"""What a person can do about a payout that is stuck: retry it, or send it elsewhere where nothing happened."""

import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_ACTION_RETRY,
    WORK_ITEM_ACTION_SEND_ELSEWHERE,
    WORK_ITEM_KIND_EXHAUSTED,
    WORK_ITEM_KIND_MISCONFIGURED,
    WORK_ITEM_KIND_NO_ROUTE,
    WORK_ITEM_KIND_UNKNOWN_OUTCOME,
)
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from server.store.attempts import Outcome
from tests.chaos.world import free_port
from tests.server.flows.stage import WORK_ITEM, Stage
from tests.server.operations import desk
from tests.serving import Refused

EUROS = [(12_50, "EUR")]


def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def test_a_payout_without_a_route_is_sent_once_there_is_one_and_somebody_retries(flow: Stage) -> None:
    vendor = flow.vendor()
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_NO_ROUTE)
    flow.route(vendor)

    said = desk.retry(flow.client, item)

    assert "nothing happened before" in said
    assert "a provider has it" in desk.resolved(flow, item) or "settled" in desk.resolved(flow, item)
    assert EUROS == vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED))


def test_what_every_provider_left_alone_is_sent_elsewhere_by_a_person(flow: Stage) -> None:
    dead, other = flow.vendor(base_url=nobody()), flow.vendor()
    flow.route(dead)
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_EXHAUSTED)

    over = desk.send(flow.client, item, other.connection_id)

    paid = flow.reaches(made, PAYOUT_STATE_SETTLED)
    assert (other.connection_id, EUROS) == (over, other.paid(paid))
    assert "The bank asked for it." in desk.get(flow.client, item).summary
    assert desk.resolved(flow, item)


def test_the_choice_of_a_person_is_kept_as_a_decision(flow: Stage) -> None:
    vendor, other = flow.vendor(), flow.vendor()
    flow.route(vendor, mode=WORK_ITEM)
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_NO_ROUTE)
    desk.send(flow.client, item, other.connection_id)
    flow.reaches(made, PAYOUT_STATE_SETTLED)

    last = desk.inspect(flow.client, item).route_decisions[-1]

    assert (True, other.connection_id) == (last.directed, last.connection_id)
    assert "A person chose" in last.why


def test_without_a_connection_the_rules_name_the_next_one(flow: Stage) -> None:
    dead, other = flow.vendor(base_url=nobody()), flow.vendor(base_url=nobody())
    flow.route(dead, other)
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_EXHAUSTED)

    with pytest.raises(Refused) as refused:  # both were tried
        desk.send(flow.client, item)

    assert "CONNECTION_NOT_USABLE" == refused.value.reason


def test_what_a_provider_may_have_is_never_sent_elsewhere_and_the_refusal_names_the_attempt(flow: Stage) -> None:
    primary, other = flow.vendor(webhooks=False), flow.vendor()
    flow.route(primary)
    primary.simulator.fault(Fault("lose"), "create_transfer")
    primary.simulator.fault(Fault("refuse"), "get_transfer", times=50)
    primary.simulator.fault(Fault("refuse"), "list_transfers", times=50)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    desk.opened(flow.corridor, flow.company_id, made.payout_id, WORK_ITEM_KIND_UNKNOWN_OUTCOME)
    (item,) = desk.items(flow.client, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])

    with pytest.raises(Refused) as refused:
        desk.send(flow.client, item, other.connection_id)

    assert "MAY_HAVE_ACTED" == refused.value.reason
    assert refused.value.metadata["attempt_id"].startswith("att_")
    assert [] == other.paid(made)


def test_whether_a_provider_acted_is_asked_at_once_when_somebody_retries(flow: Stage) -> None:
    vendor = flow.vendor(webhooks=False)
    flow.route(vendor)
    vendor.simulator.fault(Fault("lose"), "create_transfer")
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT)
    desk.opened(flow.corridor, flow.company_id, made.payout_id, WORK_ITEM_KIND_UNKNOWN_OUTCOME)
    (item,) = desk.items(flow.client, resource_id=made.payout_id, kinds=[WORK_ITEM_KIND_UNKNOWN_OUTCOME])

    if desk.get(flow.client, item).state == 1:
        desk.retry(flow.client, item)

    assert desk.resolved(flow, item)
    assert EUROS == vendor.paid(made)


def test_a_refused_set_up_is_tried_again_over_the_same_connection(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked_key"})
    flow.route(vendor)
    made = flow.pay()
    item = desk.the_open_one(flow, made.payout_id, WORK_ITEM_KIND_MISCONFIGURED)
    flow.soon(lambda: desk.inspect(flow.client, item).pending_work[0].state == "parked")

    said = desk.retry(flow.client, item)

    assert vendor.connection_id in said
    flow.soon(lambda: flow.outcomes(made).count(Outcome.MISCONFIGURED) >= 2)
    assert {(vendor.connection_id, Outcome.MISCONFIGURED)} == set(flow.attempts(made))
    assert PAYOUT_STATE_ACCEPTED == flow.now(made).state


def test_an_item_tells_what_can_be_done_with_it_and_why_not(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    desk.opened(flow.corridor, flow.company_id, made.payout_id)
    (item,) = desk.items(flow.client, resource_id=made.payout_id)

    options = {each.action: each for each in desk.get(flow.client, item).actions}

    assert options[WORK_ITEM_ACTION_RETRY].possible
    assert "asked whether it is so" in options[WORK_ITEM_ACTION_RETRY].why
    assert not options[WORK_ITEM_ACTION_SEND_ELSEWHERE].possible
    assert "may have acted" in options[WORK_ITEM_ACTION_SEND_ELSEWHERE].why


def test_a_contradiction_that_the_provider_has_taken_back_is_settled_by_asking(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    desk.opened(flow.corridor, flow.company_id, made.payout_id)
    (item,) = desk.items(flow.client, resource_id=made.payout_id)

    desk.retry(flow.client, item)

    assert "agrees" in desk.resolved(flow, item)
