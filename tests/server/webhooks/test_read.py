"""Reading: what is genuine is observed to one effect, and what cannot be read is for a person."""

import json
from dataclasses import replace
from typing import Any

import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_CONFLICT, WORK_ITEM_KIND_UNMAPPED
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.providers.v1 import connection_service_pb2
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_DUPLICATE,
    INBOUND_DELIVERY_STATE_FAILED,
    INBOUND_DELIVERY_STATE_IGNORED,
    INBOUND_DELIVERY_STATE_PROCESSED,
    INBOUND_DELIVERY_STATE_RECEIVED,
    INBOUND_DELIVERY_STATE_REFUSED,
)
from server.kit import ids
from server.platform.webhooks.read import Unmatched
from server.store.work import Again, Done
from tests.server.webhooks.inbox import OTHER, SECRET, Inbox, event, signed, transfer
from tests.serving import Refused


def test_a_genuine_delivery_is_observed_once_read(inbox: Inbox) -> None:
    payout_id = ids.new("po")
    inbound_id = inbox.receive(signed(event(transfer(payout_id), event_id="evt_9")))
    before = inbox.states()

    assert [Done()] == inbox.read()
    (stored,) = inbox.listed()
    ((connection_id, observation, source_id),) = inbox.observed
    assert ([INBOUND_DELIVERY_STATE_RECEIVED], INBOUND_DELIVERY_STATE_PROCESSED) == (before, stored.state)
    assert (inbound_id, "evt_9", payout_id) == (
        stored.inbound_delivery_id,
        stored.provider_event_id,
        stored.resource_id,
    )
    assert (inbox.connection_id, inbound_id, PAYOUT_STATE_SETTLED) == (connection_id, source_id, observation.state)
    assert stored.HasField("end_time")


def test_the_same_body_twice_has_one_effect(inbox: Inbox) -> None:
    request = signed(event(transfer()))
    inbox.receive(request)
    inbox.read()
    inbox.receive(request)
    inbox.read()

    first, second = inbox.listed()
    assert (INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_DUPLICATE) == (first.state, second.state)
    assert first.resource_id == second.resource_id
    assert 1 == len(inbox.observed)


def test_the_same_event_in_another_body_has_one_effect(inbox: Inbox) -> None:
    same = event(transfer())
    inbox.receive(signed(json.dumps(same).encode()))
    inbox.receive(signed(json.dumps(same, indent=2).encode()))
    inbox.read()

    assert [INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_DUPLICATE] == inbox.states()
    assert 1 == len(inbox.observed)


def test_the_same_event_at_two_connections_is_two_events(inbox: Inbox) -> None:
    request = connection_service_pb2.CreateConnectionRequest(
        provider="sandbox", title="Second", credentials={"api_key": "key", "webhook_secret": SECRET}
    )
    second = inbox.scene.client.call("ConnectionService/CreateConnection", request, key="second").connection
    same = signed(event(transfer()))
    inbox.receive(same)
    replace(inbox, connection_id=second.connection_id).receive(same)
    inbox.read()

    assert [INBOUND_DELIVERY_STATE_PROCESSED] * 2 == inbox.states()


def test_what_corridor_does_not_handle_is_ignored(inbox: Inbox) -> None:
    inbox.receive(signed(event({}, "balance.updated")))
    inbox.read()

    assert ([INBOUND_DELIVERY_STATE_IGNORED], []) == (inbox.states(), inbox.observed)


@pytest.mark.parametrize(
    "body",
    [
        event(transfer(status="teleported")),
        event(transfer(), "transfer.exploded"),
        event("no transfer"),
        b"not JSON",
        b"[]",
        b"",
    ],
)
def test_a_genuine_delivery_that_cannot_be_read_is_for_a_person(inbox: Inbox, body: bytes | dict[str, Any]) -> None:
    inbound_id = inbox.receive(signed(body))
    inbox.read()

    assert ([INBOUND_DELIVERY_STATE_FAILED], []) == (inbox.states(), inbox.observed)
    assert [(inbound_id, WORK_ITEM_KIND_UNMAPPED)] == inbox.scene.open_items()


def test_a_webhook_that_overtakes_the_response_is_tried_again(inbox: Inbox) -> None:
    inbox.known = lambda observation: observation.payout_id if len(inbox.observed) > 2 else Unmatched.STRANGER
    inbox.receive(signed(event(transfer())))

    outcomes = inbox.read()

    assert [Again, Again, Done] == [type(outcome) for outcome in outcomes]
    assert [INBOUND_DELIVERY_STATE_PROCESSED] == inbox.states()


def test_a_webhook_about_what_others_made_is_ignored_in_the_end(inbox: Inbox) -> None:
    inbox.known = lambda observation: Unmatched.STRANGER
    inbox.receive(signed(event(transfer())))

    outcomes = inbox.read()

    assert [Again, Again, Done] == [type(outcome) for outcome in outcomes]
    assert ([INBOUND_DELIVERY_STATE_IGNORED], []) == (inbox.states(), inbox.scene.open_items())


def test_a_webhook_that_names_what_there_is_not_is_for_a_person(inbox: Inbox) -> None:
    inbox.known = lambda observation: Unmatched.MISSING
    inbound_id = inbox.receive(signed(event(transfer())))

    inbox.read()

    assert [INBOUND_DELIVERY_STATE_FAILED] == inbox.states()
    assert [(inbound_id, WORK_ITEM_KIND_CONFLICT)] == inbox.scene.open_items()


def test_a_refused_delivery_is_read_once_its_secret_is_corrected(inbox: Inbox) -> None:
    inbox.refused(signed(event(transfer()), OTHER))
    (refused,) = inbox.listed()
    inbox.rotate(OTHER)

    waiting = inbox.replay(refused.inbound_delivery_id)
    inbox.read()

    assert (INBOUND_DELIVERY_STATE_RECEIVED, "") == (waiting.state, waiting.detail)
    assert ([INBOUND_DELIVERY_STATE_PROCESSED], 1) == (inbox.states(), len(inbox.observed))


def test_a_replay_of_what_is_not_genuine_is_refused(inbox: Inbox) -> None:
    inbox.refused(signed(event(transfer()), OTHER))
    (refused,) = inbox.listed()

    with pytest.raises(Refused) as refusal:
        inbox.replay(refused.inbound_delivery_id)

    assert "INBOUND_REFUSED" == refusal.value.reason
    assert [INBOUND_DELIVERY_STATE_REFUSED] == inbox.states()


def test_a_processed_delivery_is_read_again_when_replayed(inbox: Inbox) -> None:
    inbound_id = inbox.receive(signed(event(transfer())))
    inbox.read()

    again = [inbox.replay(inbound_id, key="replay") for _ in range(2)]
    inbox.read()

    assert again[0] == again[1]
    assert ([INBOUND_DELIVERY_STATE_PROCESSED], 2) == (inbox.states(), len(inbox.observed))
