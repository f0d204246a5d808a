"""Which webhooks are Lithic's own, what they say, and what a whole story of them comes to."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Forged, Unmapped
from adapters.kit.ports.webhooks import Inbound
from adapters.kit.webhooks import standard_signature
from adapters.lithic import events
from adapters.lithic.adapter import ADAPTER
from adapters.lithic.simulator import LithicSimulator
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from tests import corpora
from tests.adapters.lithic import samples
from tests.adapters.lithic.vendor_document import DOCUMENT

NOW = datetime(2026, 11, 20, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = "whsec_ZXhhbXBsZS1leGFtcGxl"
BODY = b'{"event_type":"card.created"}'
EVENT_ID = "65a9dad4-1b60-4686-83fd-65b25078a4b4"


def signed(body: bytes = BODY, secret: str = SECRET, at: int = AT) -> Inbound:
    signature = standard_signature(EVENT_ID, at, body, secret)
    return Inbound({"webhook-id": EVENT_ID, "webhook-timestamp": str(at), "webhook-signature": signature}, body)


def told(event: object = "payment_transaction.updated", **changes: Any) -> bytes:
    return json.dumps({"event_type": event, **samples.payment("ACH_ORIGINATION_PROCESSED"), **changes}).encode()


def test_the_verdicts_are_those_of_the_vectors() -> None:
    vectors = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    ours = [vector for vector in vectors if vector["vendor"] == "lithic"]

    def verdict(headers: dict[str, str], body: str, secret: str, now: int) -> str:
        inbound = Inbound({name.lower(): value for name, value in headers.items()}, body.encode())
        try:
            ADAPTER.verify_webhook(inbound, [secret], datetime.fromtimestamp(now, UTC))
        except Forged:
            return "reject"
        return "accept"

    assert len(ours) >= 10
    for vector in ours:
        given = verdict(vector["headers"], vector["body"], vector["secret"], vector["now"])
        assert vector["expect"] == given, vector["case"]


def test_any_active_secret_may_have_signed() -> None:
    ADAPTER.verify_webhook(signed(), ["whsec_b2xkLW9sZC1vbGQ=", SECRET], NOW)


@pytest.mark.parametrize(
    ("inbound", "secrets", "reason"),
    [
        (signed(), [], "no_secret"),
        (signed(), [""], "no_secret"),
        (signed(), ["whsec_b3RoZXItb3RoZXI="], "wrong_signature"),
        (signed(at=AT - 301), [SECRET], "too_old"),
        (signed(at=AT + 301), [SECRET], "in_future"),
        (Inbound({}, BODY), [SECRET], "missing_signature"),
        (Inbound({**signed().headers, "webhook-id": "another"}, BODY), [SECRET], "wrong_signature"),
        (Inbound(signed().headers, BODY + b" "), [SECRET], "wrong_signature"),
    ],
)
def test_what_was_not_signed_by_an_active_secret_is_forged(inbound: Inbound, secrets: list[str], reason: str) -> None:
    with pytest.raises(Forged) as forged:
        ADAPTER.verify_webhook(inbound, secrets, NOW)

    assert reason == forged.value.reason


def test_every_event_of_the_document_either_tells_of_a_payment_or_not() -> None:
    published = DOCUMENT.published
    words = {*published["components"]["schemas"]["event_type"]["enum"], *published["webhooks"]}

    assert words == events.PAYMENT_EVENTS | events.OTHER_EVENTS
    assert not events.PAYMENT_EVENTS & events.OTHER_EVENTS


@pytest.mark.parametrize("event", sorted(events.PAYMENT_EVENTS))
def test_a_payments_event_says_how_the_payment_is_under_the_signed_id(event: str) -> None:
    (seen,) = ADAPTER.read_webhook(signed(told(event))).observations

    assert isinstance(seen, PayoutObservation)
    assert (PAYOUT_STATE_PENDING, samples.PAYOUT_ID, EVENT_ID) == (seen.state, seen.payout_id, seen.provider_event_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "DEBIT"},
        {"category": "WIRE", "method": "WIRE"},
        {"type": "RECEIPT_DEBIT"},
        {"user_defined_id": None},
        {"user_defined_id": "po_01k9h2x0000000000000000001"},
        {"token": samples.PAID_TO},
        {"events": [{"type": "ACH_RECEIPT_SETTLED", "result": "APPROVED", "amount": -1}]},
    ],
)
def test_a_payment_that_is_no_payout_of_ours_says_nothing(changes: dict[str, Any]) -> None:
    assert () == ADAPTER.read_webhook(signed(told(**changes))).observations


@pytest.mark.parametrize("event", sorted(events.OTHER_EVENTS))
def test_other_events_are_read_and_say_nothing(event: str) -> None:
    assert (EVENT_ID, ()) == (
        (reading := events.reading(json.dumps({"event_type": event}).encode(), EVENT_ID)).event_id,
        reading.observations,
    )


@pytest.mark.parametrize(
    "body",
    [
        told("payment_transaction.teleported"),
        told(None),
        told(5),
        told(status="TELEPORTED"),
        told(direction="UP"),
        told(events=None),
        told(currency="USDC"),
        b'{"event_type":"payment_transaction.updated"}',
        b'["payment_transaction.updated"]',
        b"not json",
        b"\xff\xfe",
        b"",
    ],
)
def test_what_has_no_meaning_is_loud(body: bytes) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(signed(body))


def story(call: Callable[..., Call], amount_minor: int, count: int) -> list[int]:
    """The states that the first so many of the simulator's webhooks tell of a payout, in order, each once."""
    payout = samples.payout(amount_minor=amount_minor)
    seen: list[int] = []
    with LithicSimulator(step_seconds=0.002) as simulator:
        ADAPTER.create_payout(call(base_url=simulator.url), payout, samples.beneficiary())
        deadline = time.monotonic() + 30
        while len(simulator.outbox.events) < count and time.monotonic() < deadline:
            time.sleep(0.002)
        for event in simulator.outbox.events[:count]:
            headers = simulator.sign(event.event_id, event.body, AT, SECRET)
            inbound = Inbound({name.lower(): value for name, value in headers.items()}, event.body)
            ADAPTER.verify_webhook(inbound, [SECRET], NOW)
            for observation in ADAPTER.read_webhook(inbound).observations:
                assert isinstance(observation, PayoutObservation)
                assert payout.amount == observation.amount
                seen.append(observation.state)
    return list(dict.fromkeys(seen))


def test_a_payout_is_pending_and_settled(call: Callable[..., Call]) -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED] == story(call, 12_345, 4)


def test_a_credit_can_come_back_after_it_has_settled(call: Callable[..., Call]) -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED, PAYOUT_STATE_RETURNED] == story(call, 99_004, 5)


def test_a_review_can_decline(call: Callable[..., Call]) -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_FAILED] == story(call, 99_002, 2)
