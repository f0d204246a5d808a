"""Which webhooks are Stripe's own, what each type of event tells, and what has no meaning."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.kit.errors import Forged, Unmapped
from adapters.kit.ports.webhooks import Inbound, Observation
from adapters.stripe import events, wire
from adapters.stripe.adapter import ADAPTER
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.payment_observation_pb2 import (
    PAYMENT_STEP_AUTHORISATION,
    PAYMENT_STEP_REFUND,
    PAYMENT_STEP_VOID,
    PaymentObservation,
)
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from tests import corpora
from tests.adapters.stripe import samples
from tests.adapters.stripe.vendor_document import DOCUMENT

AT = 1_795_000_000
NOW = datetime.fromtimestamp(AT, UTC)
SECRET = "whsec_example"
BODY = b'{"id":"evt_1"}'
OURS = {wire.PAYMENT_ID: "pay_1", wire.PAYOUT_ID: "po_1"}


def signature(body: bytes = BODY, secret: str = SECRET, at: int = AT) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed(header: str) -> Inbound:
    return Inbound({"stripe-signature": header}, BODY)


def thing(kind: str) -> dict[str, Any]:
    """What an event of a type is about, from the vendor's fixtures."""
    family = kind.partition(".")[0]
    name = "dispute" if ".dispute." in kind else "refund" if ".refund." in kind else family
    changes: dict[str, Any] = {
        "payment_intent": {"metadata": OURS, "next_action": {"type": "use_stripe_sdk"}},
        "charge": {"metadata": OURS, "payment_intent": "pi_1"},
        "refund": {"payment_intent": "pi_1", "balance_transaction": "txn_1"},
        "dispute": {"payment_intent": "pi_1"},
        "payout": {"metadata": OURS},
    }[name]
    return samples.published(name, **changes)


def read(kind: str, of: Any, **changes: Any) -> list[Observation]:
    reading = ADAPTER.read_webhook(Inbound({}, samples.event(kind, of, **changes)))
    assert "evt_1NnmXEGPxmnHQRkJO3bak93X" == reading.event_id
    return list(reading.observations)


def test_the_verdicts_are_those_of_the_vectors() -> None:
    vectors = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    ours = [vector for vector in vectors if vector["vendor"] == "stripe"]

    def verdict(vector: dict[str, Any]) -> str:
        inbound = Inbound({name.lower(): value for name, value in vector["headers"].items()}, vector["body"].encode())
        try:
            ADAPTER.verify_webhook(inbound, [vector["secret"]], datetime.fromtimestamp(vector["now"], UTC))
        except Forged:
            return "reject"
        return "accept"

    assert len(ours) >= 16
    assert [vector["expect"] for vector in ours] == [verdict(vector) for vector in ours]


@pytest.mark.parametrize(
    "header",
    [
        f"t={AT},v1={signature()}",
        f"t={AT},v1={'0' * 64},v1={signature()},v0={'1' * 64}",
        f"t={AT - 300},v1={signature(at=AT - 300)}",
        f"t={AT + 86_400},v1={signature(at=AT + 86_400)}",  # the vendor's own libraries let the future pass
    ],
)
def test_any_signature_within_the_tolerance_counts(header: str) -> None:
    ADAPTER.verify_webhook(signed(header), ["old", SECRET], NOW)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"t={AT - 301},v1={signature(at=AT - 301)}", "too_old"),
        (f"t={AT},v0={signature()}", "malformed_signature"),
        (f"t={AT + 1},v1={signature()}", "wrong_signature"),
        (f"v1={signature()}", "missing_timestamp"),
        (f"t={AT},v1={signature()[:-2]}", "malformed_signature"),
        (f"t={AT},v1={signature(secret='another')}", "wrong_signature"),
        ("", "missing_signature"),
    ],
)
def test_everything_else_is_forged(header: str, reason: str) -> None:
    with pytest.raises(Forged) as forged:
        ADAPTER.verify_webhook(signed(header), [SECRET], NOW)

    assert reason == forged.value.reason


def test_every_type_of_event_has_a_reader_or_is_another_port_s() -> None:
    path = DOCUMENT.published["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"]
    (media,) = path.values()
    kinds = set(media["schema"]["properties"]["enabled_events"]["items"]["enum"]) - {"*"}
    others = {kind for kind in kinds if kind.partition(".")[0] in events.OTHER_FAMILIES}

    assert len(kinds) > 200
    assert kinds - others == set(events.EVENTS) - {"refund.failed"}  # which is younger than the document


@pytest.mark.parametrize("kind", events.EVENTS)
def test_every_type_of_event_is_decoded(kind: str) -> None:
    seen = read(kind, thing(kind))

    told_elsewhere = {"charge.captured", "charge.refunded", "charge.updated"}
    assert bool(seen) == (kind not in told_elsewhere)
    expected = {"payout": PayoutObservation}.get(kind.partition(".")[0], PaymentObservation)
    for each in seen:
        assert isinstance(each, DisputeObservation if ".dispute." in kind else expected)
        assert AT == each.provider_time.seconds


@pytest.mark.parametrize("kind", ["customer.created", "invoice.paid", "treasury.outbound_payment.posted"])
def test_what_is_no_port_of_ours_says_nothing(kind: str) -> None:
    assert [] == read(kind, {"object": "customer", "id": "cus_1"}, api_version="2020-08-27")


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("payment_intent.succeeded", {"metadata": {}}),
        ("charge.succeeded", {"metadata": {}}),
        ("charge.expired", {"metadata": {}}),
        ("payout.paid", {"metadata": {}, "automatic": True}),
        ("refund.created", {"balance_transaction": None}),
        ("refund.created", {"payment_intent": None}),
        ("charge.dispute.created", {"payment_intent": None}),
    ],
)
def test_what_is_not_ours_says_nothing(kind: str, changes: dict[str, Any]) -> None:
    assert [] == read(kind, {**thing(kind), **changes})


def test_a_refund_made_in_the_dashboard_is_told_by_its_own_id() -> None:
    (seen,) = read("refund.created", thing("refund.created"))

    assert isinstance(seen, PaymentObservation)
    assert (PAYMENT_STEP_REFUND, "", "pi_1") == (seen.step, seen.step_id, seen.provider_reference)
    assert seen.step_reference.startswith("re_")


@pytest.mark.parametrize(
    ("kind", "step"), [("charge.succeeded", PAYMENT_STEP_AUTHORISATION), ("charge.expired", PAYMENT_STEP_VOID)]
)
def test_a_charge_tells_of_its_payment_intent(kind: str, step: int) -> None:
    (seen,) = read(kind, thing(kind))

    assert isinstance(seen, PaymentObservation)
    assert (step, "pi_1", "visa", "4242") == (seen.step, seen.provider_reference, seen.card.brand, seen.card.last_four)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ({"type": "issuer_declined", "reason": "insufficient_funds"}, "insufficient_funds"),
        ({"type": "blocked", "reason": "highest_risk_level"}, "fraudulent"),
        ({"type": "invalid", "reason": None}, "card_declined"),
    ],
)
def test_a_failed_charge_says_why(outcome: dict[str, Any], code: str) -> None:
    failed = {**thing("charge.failed"), "status": "failed", "failure_code": "card_declined", "outcome": outcome}

    (seen,) = read("charge.failed", failed)

    assert isinstance(seen, PaymentObservation)
    assert code == seen.decline.provider_code


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("payment_intent.succeeded", {"status": "teleported"}),
        ("payment_intent.succeeded", {"capture_method": "later"}),
        ("payment_intent.canceled", {"status": "canceled", "cancellation_reason": "weather"}),
        ("payment_intent.requires_action", {"status": "requires_action", "next_action": {"type": "dance"}}),
        ("payment_intent.requires_action", {"status": "requires_action", "next_action": None}),
        (
            "payment_intent.payment_failed",
            {"status": "requires_payment_method", "last_payment_error": {"code": "card_declined", "decline_code": "x"}},
        ),
        ("payment_intent.payment_failed", {"status": "requires_payment_method", "last_payment_error": {"code": "x"}}),
        ("charge.succeeded", {"status": "teleported"}),
        ("charge.succeeded", {"payment_intent": None}),
        ("refund.updated", {"status": None}),
        ("refund.updated", {"status": "teleported"}),
        ("refund.updated", {"status": "failed", "failure_reason": "weather"}),
        ("charge.dispute.updated", {"status": "teleported"}),
        ("charge.dispute.updated", {"reason": "weather"}),
        ("payout.paid", {"status": "teleported"}),
        ("payout.failed", {"status": "failed", "failure_code": "weather"}),
        ("payout.paid", {"currency": "xyz"}),
        ("payout.paid", {"object": "transfer"}),
        ("charge.succeeded", {"object": "payment_intent"}),
    ],
)
def test_a_word_that_is_not_known_is_loud(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Unmapped):
        read(kind, {**thing(kind), **changes})


@pytest.mark.parametrize(
    "body",
    [
        samples.event("payment_intent.teleported", {}),
        samples.event("spaceship.landed", {}),
        samples.event("payout.paid", None),
        samples.event("payout.paid", {}, api_version="2025-01-01"),
        samples.event("payout.paid", {}, api_version=None),
        samples.event("payout.paid", {}, object="thing"),
        samples.event("payout.paid", {}, id=None),
        b"[]",
        b"not json",
        b"",
    ],
)
def test_what_has_no_meaning_is_loud(body: bytes) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(Inbound({}, body))
