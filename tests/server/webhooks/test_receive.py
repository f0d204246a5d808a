"""Receiving: stored before it is answered, and refused unless an active secret has signed the bytes."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as api
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_RECEIVED,
    INBOUND_DELIVERY_STATE_REFUSED,
)
from server.kit import ids
from server.store.sealed import INBOUND_REQUEST
from tests.server.webhooks.inbox import OTHER, SECRET, Inbox, event, signed, transfer
from tests.serving import LIVE, Refused


def test_a_delivery_is_kept_as_it_came(inbox: Inbox) -> None:
    request = signed(event(transfer()))
    inbox.receive(request)

    with inbox.scene.corridor.parts.store.of(inbox.scene.company_id, 1) as connection:
        query = "SELECT request, inbound_delivery_id, body_bytes FROM corridor.inbound_deliveries"
        row = connection.execute(query).fetchone()
        assert row is not None
        stored = INBOUND_REQUEST.open(connection.seals, inbox.scene.context().who, *row[:2])

    assert (request, len(request.body)) == (RawRequest.FromString(stored), row[2])


def altered() -> RawRequest:
    """A request whose body was changed after it was signed."""
    request = signed(event(transfer()))
    request.body = request.body.replace(b"100", b"999")
    return request


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: signed(event(transfer()), OTHER), "wrong_signature"),
        (altered, "wrong_signature"),
        (lambda: signed(event(transfer()), at=time.time() - 3600), "too_old"),
        (lambda: signed(event(transfer()), at=time.time() + 3600), "in_future"),
        (lambda: RawRequest(body=b"{}"), "missing_signature"),
        (
            lambda: RawRequest(headers=[RawHeader(name="webhook-signature", value=b"\xff\xfe")], body=b"\xff"),
            "missing_id",
        ),
    ],
)
def test_what_is_not_genuine_is_refused_and_recorded(inbox: Inbox, make: Callable[[], RawRequest], why: str) -> None:
    reason = inbox.refused(make())

    assert "INBOUND_REFUSED" == reason
    assert [(INBOUND_DELIVERY_STATE_REFUSED, why)] == [(each.state, each.detail) for each in inbox.listed()]
    assert ([], []) == (inbox.read(), inbox.observed)


def test_without_a_secret_nothing_is_genuine(inbox: Inbox) -> None:
    parts, company_id = inbox.scene.corridor.parts, inbox.scene.company_id
    with parts.store.of(company_id, 1) as connection:
        connection.execute("DELETE FROM corridor.secrets WHERE name = 'webhook_secret'")
    parts.connections.forget(inbox.scene.context(), inbox.connection_id)

    assert "INBOUND_REFUSED" == inbox.refused(signed(event(transfer()), "whsec_"))
    assert ["no_secret"] == [each.detail for each in inbox.listed()]


def test_a_connection_that_does_not_exist_takes_nothing(inbox: Inbox) -> None:
    stranger = replace(inbox, connection_id=ids.new("conn"))

    assert "CONNECTION_NOT_FOUND" == stranger.refused(signed(event(transfer())))
    assert [] == inbox.listed()


def test_two_secrets_are_accepted_during_a_rotation(inbox: Inbox) -> None:
    inbox.rotate(OTHER)

    inbox.receive(signed(event(transfer()), SECRET))
    inbox.receive(signed(event(transfer()), OTHER))

    assert [INBOUND_DELIVERY_STATE_RECEIVED] * 2 == inbox.states()


def test_inbound_deliveries_of_others_are_not_found(inbox: Inbox) -> None:
    inbound_id = inbox.receive(signed(event(transfer())))
    request = api.GetInboundDeliveryRequest(inbound_delivery_id=inbound_id)
    corridor = inbox.scene.corridor

    for stranger in (corridor.client(), corridor.client(inbox.scene.company_id, LIVE)):
        with pytest.raises(Refused) as refusal:
            stranger.call("InboundDeliveryService/GetInboundDelivery", request)
        assert "NOT_FOUND" == refusal.value.reason


def test_lists_are_filtered_and_have_pages(inbox: Inbox) -> None:
    first, second = (inbox.receive(signed(event(transfer()))) for _ in range(2))
    inbox.refused(RawRequest(body=b"{}"))

    name = "InboundDeliveryService/ListInboundDeliveries"
    request = api.ListInboundDeliveriesRequest(page_size=1, state=INBOUND_DELIVERY_STATE_RECEIVED)
    page = inbox.scene.client.call(name, request)
    request.page_token = page.next_page_token
    last = inbox.scene.client.call(name, request)

    found = [each.inbound_delivery_id for each in (*page.inbound_deliveries, *last.inbound_deliveries)]
    assert [second, first] == found
    assert 3 == len(inbox.listed(connection_id=inbox.connection_id))
    assert [] == inbox.listed(connection_id=ids.new("conn"))
