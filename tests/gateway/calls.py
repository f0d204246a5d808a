"""What the tests of the gateway call, and how they read what comes back."""

import socket
from collections.abc import Callable
from typing import Any

import httpx

from corridor.payouts.v1 import payout_pb2
from corridor.type.v1 import money_pb2

GET_PAYOUT = "/corridor.payouts.v1.PayoutService/GetPayout"
LIST_PAYOUTS = "/corridor.payouts.v1.PayoutService/ListPayouts"
CREATE_PAYOUT = "/corridor.payouts.v1.PayoutService/CreatePayout"
CANCEL_PAYOUT = "/corridor.payouts.v1.PayoutService/CancelPayout"
RECEIVE = "/corridor.webhooks.v1.InboundDeliveryService/ReceiveInboundDelivery"
ID = "po_01kafz3q9x7m2c5v8b1n4d6g0h"
PAYOUT = payout_pb2.Payout(
    payout_id=ID, state=payout_pb2.PAYOUT_STATE_SENT, amount=money_pb2.Money(currency_code="EUR", amount_minor=1250)
)
BODY = {"beneficiary_id": "ben_x", "amount": {"currency_code": "EUR", "amount_minor": "1250"}}


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """The problem document of an answer, after checking what every one of them has."""
    found: dict[str, Any] = answer.json()
    assert (status, reason) == (answer.status_code, found["reason"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["instance"] == answer.headers["x-request-id"]
    assert found["type"] == f"/docs/problems#{reason}"
    assert found["status"] == status
    return found


def raw(port: int, data: bytes, *, until: float = 5.0, more: Callable[[socket.socket], None] | None = None) -> bytes:
    """Everything that comes back for these bytes, until the gateway closes or time is up."""
    with socket.create_connection(("127.0.0.1", port), timeout=until) as connection:
        connection.sendall(data)
        if more is not None:
            more(connection)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except TimeoutError:
            pass
        return answer
