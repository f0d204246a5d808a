"""Payments in the world of chaos: charged and captured as a careful caller does, held against the vendor's books."""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from corridor.payments.v1 import payment_pb2
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_pb2 import Payment
from corridor.providers.v1 import route_pb2, route_service_pb2
from tests.chaos.world import World
from tests.serving import Refused, until

AMOUNT = 30_00
_DEAD = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED)


def route(world: World) -> None:
    """Let payments go to the vendor."""
    request = route_service_pb2.SetRouteRequest(
        domain="payments", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=world.connection_id
    )
    world.client().call("RouteService/SetRoute", request)


def charge(world: World, key: str, token: str) -> str:
    """Create a payment, with one key until there is an answer; its id."""
    request = api.CreatePaymentRequest(capture_method=payment_pb2.CAPTURE_METHOD_MANUAL)
    request.amount.currency_code, request.amount.amount_minor = "EUR", AMOUNT
    request.payment_method.token = token
    answer = _answered(world, "PaymentService/CreatePayment", request, key)
    return str(answer.payment.payment_id)


def capture(world: World, payment_id: str, key: str) -> str:
    """Capture half of a payment, with one key until there is an answer; the action's id."""
    request = api.CapturePaymentRequest(payment_id=payment_id)
    request.amount.currency_code, request.amount.amount_minor = "EUR", AMOUNT // 2
    answer = _answered(world, "PaymentService/CapturePayment", request, key)
    return str(answer.payment_action.payment_action_id)


def reaches(world: World, payment_id: str, state: int) -> Payment:
    """The payment once it is in a state, and the company has heard of it."""

    def there() -> Payment | None:
        found: Payment = _asked(
            world, "PaymentService/GetPayment", api.GetPaymentRequest(payment_id=payment_id)
        ).payment
        told = world.endpoint.first_arrivals(payment_id)
        return found if found.state == state and len(told) >= found.revision else None

    return _alive(there, what=f"{payment_id} in state {state}")


def check(world: World, payment_id: str, action_id: str, *, said: str) -> None:
    """Charged once, captured once, told in order."""
    payment: Payment = _asked(world, "PaymentService/GetPayment", api.GetPaymentRequest(payment_id=payment_id)).payment
    listed = _asked(world, "PaymentService/ListPaymentActions", api.ListPaymentActionsRequest(payment_id=payment_id))
    actions: list[PaymentAction] = list(listed.payment_actions)
    assert [action_id] == [action.payment_action_id for action in actions], said
    books = [(entry.kind, entry.amount_minor) for entry in world.simulator.books()
             if entry.reference in (payment_id, action_id)]  # fmt: skip
    assert [("capture", AMOUNT // 2), ("payment", AMOUNT)] == sorted(books), f"{payment_id} {said}"
    assert AMOUNT // 2 == payment.captured_minor == payment.capturable_minor, said
    for resource_id, revision in ((payment_id, payment.revision), (action_id, actions[0].revision)):
        _alive(lambda r=resource_id, n=revision: len(world.endpoint.first_arrivals(r)) >= n, what="every event")  # type: ignore[misc] # bound at once
        assert list(range(1, revision + 1)) == world.endpoint.first_arrivals(resource_id), f"{resource_id} {said}"


def _answered(world: World, name: str, request: Message, key: str) -> Any:
    return _alive(lambda: _asked(world, name, request, key), what=f"{name} accepted")


def _asked(world: World, name: str, request: Message, key: str = "") -> Any:
    client = world.client()
    try:
        return client.call(name, request, key=key, timeout=5.0)
    finally:
        client.close()


def _alive(ask: Callable[[], Any], *, what: str) -> Any:
    def tried() -> Any:
        try:
            return ask()
        except Refused as refused:
            if refused.code not in _DEAD:
                raise
            return None  # it is dead at the moment

    return until(tried, seconds=40, what=what)
