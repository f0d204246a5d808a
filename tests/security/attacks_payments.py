"""Payments and their providers: card numbers where none belong, forged webhooks, the sandbox's controls in earnest."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from adapters.kit.discovery import Provider, providers
from adapters.kit.ports import Webhooks
from corridor.payments.v1 import dispute_service_pb2 as disputes
from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.dispute_pb2 import DISPUTE_DOCUMENT_TYPE_RECEIPT, DisputeEvidence
from corridor.payments.v1.payment_pb2 import PaymentMethod
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.sandbox.v1 import clock_service_pb2 as clocks
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as inbound
from server.kit import ids
from tests.security.attacks import Case, attack, case
from tests.security.stage import Stage
from tests.server import people
from tests.serving import LIVE, Client, Refused

# The schemes' and vendors' published test numbers.
_CARDS = (
    "4242424242424242", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
    "30569309025904", "3530111333300000", "6200000000000005",
)  # fmt: skip
_OURS, _THEIRS = "ab" * 32, "cd" * 32  # a key in hex, in base64, and as text, whichever the provider takes
_USUAL = b'{"id":"evt_1","object":"event","type":"x","topic":"x","data":{"object":{}}}'
_BODIES = (
    b"", b"{}", b"[]", b"null", b"\xff", b'{"notificationItems":[]}', b'{"notificationItems":[{}]}',
    _USUAL,
)  # fmt: skip


def answer(client: Client, name: str, request: Message, **how: str) -> str:
    """The reason for which a call is refused; empty if it is not."""
    try:
        client.call(name, request, **how)
    except Refused as refused:
        return refused.reason
    return ""


def payment(method: PaymentMethod | None = None, **changes: Any) -> payments.CreatePaymentRequest:
    """The request for a payment."""
    amount = Money(currency_code="EUR", amount_minor=12_50)
    return payments.CreatePaymentRequest(
        amount=amount, payment_method=method or PaymentMethod(token="tok_visa"), **changes
    )


@attack("card numbers in payments")
def card_numbers(stage: Stage) -> Iterator[Case]:
    """In every text that somebody fills in, whole and in groups."""
    document = {"type": DISPUTE_DOCUMENT_TYPE_RECEIPT, "content_type": "application/pdf", "content": b"%PDF-1.7"}
    for card in _CARDS:
        for written in (card, " ".join(card[i : i + 4] for i in range(0, len(card), 4)), f"card:{card};"):
            tight = written.replace(" ", "-")
            tries: Sequence[tuple[str, Message]] = (
                ("PaymentService/CreatePayment", payment(PaymentMethod(token=tight))),
                ("PaymentService/CreatePayment", payment(PaymentMethod(token="t", holder_name=written))),
                ("PaymentService/CreatePayment", payment(reference=written)),
                ("PaymentService/CreatePayment", payment(metadata={"k": written})),
                ("PaymentService/CreatePayment", payment(return_url=f"https://shop.example/?n={tight}")),
                ("RefundService/CreateRefund",
                 refunds.CreateRefundRequest(payment_id=ids.new("pay"), metadata={"k": written})),
                ("DisputeService/UpdateDisputeEvidence", disputes.UpdateDisputeEvidenceRequest(
                    dispute_id=ids.new("dsp"), evidence=DisputeEvidence(other_text=written))),
                ("DisputeService/AddDisputeDocument", disputes.AddDisputeDocumentRequest(
                    dispute_id=ids.new("dsp"), file_name=f"{written}.pdf", **document)),
            )  # fmt: skip
            for name, request in tries:
                given = answer(stage.client, name, request, key=people.new_key())
                yield case(f"{name} with {written}", given, ["INVALID_ARGUMENT"])


@attack("forged webhooks of providers")
def forged_webhooks(stage: Stage) -> Iterator[Case]:
    """Unsigned, signed by others or by nobody, signed for another body, and out of time; of every provider."""
    stranger = Client(stage.address, "")
    for provider in providers().values():
        if not provider.implements(Webhooks) or not provider.has_simulator:
            continue
        connection_id = connected(stage, provider)
        genuine = signed(provider, _USUAL, _OURS)
        assert genuine is not None
        # Otherwise every refusal could be for another reason than the signature.
        assert "" == delivered(stranger, connection_id, genuine, _USUAL), provider.name
        for what, headers, body in forgeries(provider):
            given = delivered(stranger, connection_id, headers, body)
            yield case(f"{provider.name}: {what} {body[:40]!r}", given, ["INBOUND_REFUSED"])
    stranger.close()


def delivered(client: Client, connection_id: str, headers: Mapping[str, str], body: bytes) -> str:
    """Why a delivery is refused; empty if it is not."""
    raw = RawRequest(body=body, headers=[RawHeader(name=name, value=text.encode()) for name, text in headers.items()])
    request = inbound.ReceiveInboundDeliveryRequest(connection_id=connection_id, request=raw)
    return answer(client, "InboundDeliveryService/ReceiveInboundDelivery", request)


def connected(stage: Stage, provider: Provider) -> str:
    """A connection of ours to a provider."""
    given = {each.name: f"example-{each.name.replace('_', '-')}" for each in provider.manifest.credentials}
    secret = provider.manifest.webhook_secret
    assert secret is not None
    request = connections.CreateConnectionRequest(
        provider=provider.name, title="attacked", credentials={**given, secret.name: _OURS}
    )
    made = stage.client.call("ConnectionService/CreateConnection", request, key=people.new_key())
    return str(made.connection.connection_id)


def signed(provider: Provider, body: bytes, secret: str) -> Mapping[str, str] | None:
    """The headers that the provider would send with a body; None for a body that it never sends."""
    simulator, now = provider.simulator(), int(datetime.now(UTC).timestamp())
    try:
        headers: Mapping[str, str] = simulator.sign("evt_1", body, now, secret)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return {name.lower(): str(value) for name, value in headers.items()}


def forgeries(provider: Provider) -> Iterator[tuple[str, Mapping[str, str], bytes]]:
    """What to send: headers as the provider's own simulator makes them, but never right ones."""
    for body in _BODIES:
        yield "unsigned", {}, body
        others, shifted = signed(provider, body, _THEIRS), signed(provider, body + b" ", _OURS)
        if others is None or shifted is None:
            continue
        yield "signed by others", others, body
        yield "signed for another body", shifted, body
        for empty in ("", " ", "v1=", "v1,", "t=0,v1=", "0" * 64, "AA==", "null"):
            yield "with no signature", dict.fromkeys(others, empty), body
        yield "cut", {name: value[:-2] for name, value in others.items()}, body
        yield "under other names", {f"x-{name}": value for name, value in others.items()}, body


@attack("the sandbox's controls in live")
def sandbox_controls(stage: Stage) -> Iterator[Case]:
    """Its clock and its scenarios, with a live key that may do everything; its clock without the scope."""
    live = Client(stage.address, stage.key(environment=LIVE))
    advance = clocks.AdvanceClockRequest(duration=Duration(seconds=3600))
    for name, request in (("GetClock", clocks.GetClockRequest()), ("AdvanceClock", advance)):
        yield case(name, answer(live, f"ClockService/{name}", request, key=""), ["SANDBOX_ONLY"])
    held = Client(stage.address, stage.client.key)
    for scenario in ("decline", "lost_answer", "normal", "x" * 64, "../x", "A", "a b"):
        given = answer(live, "PaymentService/CreatePayment", payment(), key=people.new_key(),
                       corridor_sandbox_scenario=scenario)  # fmt: skip
        yield case(f"the scenario {scenario} of a payment", given, ["INVALID_ARGUMENT"])
        given = answer(held, "PaymentService/ListPayments", payments.ListPaymentsRequest(),
                       corridor_sandbox_scenario=scenario)  # fmt: skip
        yield case(f"the scenario {scenario} of a list", given, ["INVALID_ARGUMENT"])
    live.close()
    held.close()
