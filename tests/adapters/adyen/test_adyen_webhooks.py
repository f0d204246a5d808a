"""Which webhooks are Adyen's own, what each of them says, and that nothing beside what is signed decides."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.adyen import signatures
from adapters.adyen.adapter import ADAPTER
from adapters.kit.errors import Forged
from adapters.kit.ports.webhooks import Inbound
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import DisputeReason, DisputeState
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from tests import corpora
from tests.adapters.adyen.samples import HMAC_KEY, item, transfer_webhook, webhook

NOW = datetime(2026, 11, 20, tzinfo=UTC)
Step, State = PaymentStep, PaymentStepState


def verdict(inbound: Inbound, *secrets: str) -> str:
    try:
        ADAPTER.verify_webhook(inbound, secrets or [HMAC_KEY], NOW)
    except Forged as forged:
        return forged.reason
    return "genuine"


def payments(inbound: Inbound) -> list[PaymentObservation]:
    return [each for each in ADAPTER.read_webhook(inbound).observations if isinstance(each, PaymentObservation)]


def changed(inbound: Inbound, place: str, value: object) -> Inbound:
    """The same webhook with one field of its first item changed after it was signed."""
    body = json.loads(inbound.body)
    body["notificationItems"][0]["NotificationRequestItem"][place] = value
    return Inbound({}, json.dumps(body).encode())


def test_the_verdicts_are_those_of_the_vectors() -> None:
    vectors = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    ours = [vector for vector in vectors if vector["vendor"] == "adyen"]
    schemes = {vector["scheme"] for vector in ours}

    assert {"adyen-item-hmac", "adyen-payload-hmac"} == schemes
    for vector in ours:
        headers = {name.lower(): value for name, value in vector["headers"].items()}
        inbound = Inbound(headers, vector["body"].encode())
        given = "accept" if verdict(inbound, vector["secret"]) == "genuine" else "reject"
        assert vector["expect"] == given, (vector["scheme"], vector["case"])


def test_any_active_secret_may_have_signed_and_none_is_none() -> None:
    for inbound in (webhook(item()), transfer_webhook("booked")):
        assert "genuine" == verdict(inbound, "00FF", HMAC_KEY)
        assert "wrong_signature" == verdict(inbound, "00FF")
        assert "no_secret" == verdict(inbound, "")
        assert "no_secret" == verdict(inbound, "not hex")


@pytest.mark.parametrize("place", ["pspReference", "originalReference", "merchantAccountCode", "merchantReference",
                                   "eventCode", "success"])  # fmt: skip
def test_every_signed_field_is_signed(place: str) -> None:
    assert "wrong_signature" == verdict(changed(webhook(item("CAPTURE")), place, "other"))


@pytest.mark.parametrize("amount", [{"currency": "EUR", "value": 1}, {"currency": "USD", "value": 1000}, None])
def test_the_amount_is_signed(amount: object) -> None:
    assert "wrong_signature" == verdict(changed(webhook(item()), "amount", amount))


def test_one_forged_item_makes_the_whole_batch_forged() -> None:
    body = json.loads(webhook(item(), item("CAPTURE"), item("REFUND")).body)
    body["notificationItems"][1]["NotificationRequestItem"]["amount"]["value"] = 1

    assert "genuine" == verdict(webhook(item(), item("CAPTURE"), item("REFUND")))
    assert "wrong_signature" == verdict(Inbound({}, json.dumps(body).encode()))


@pytest.mark.parametrize("items", [[], {}, None, 7, [None], [7], [{}], [{"NotificationRequestItem": None}]], ids=repr)
def test_a_batch_without_signed_items_is_forged(items: object) -> None:
    assert "missing_signature" == verdict(Inbound({}, json.dumps({"notificationItems": items}).encode()))


def test_a_genuine_item_does_not_carry_a_transfer_in() -> None:
    transfer = json.loads(transfer_webhook("booked").body)
    inbound = webhook(item(), **transfer)

    assert "genuine" == verdict(inbound)
    assert [PaymentObservation] == [type(each) for each in ADAPTER.read_webhook(inbound).observations]


def test_items_under_a_signed_body_still_need_their_own_signatures() -> None:
    body = json.dumps({"notificationItems": [{"NotificationRequestItem": item()}]}).encode()

    assert "missing_signature" == verdict(Inbound({"hmacsignature": signatures.BODY.sign(body, HMAC_KEY)}, body))


@pytest.mark.parametrize("beside", [
    {"reason": "altered"}, {"eventDate": "2031-01-01T00:00:00+01:00"}, {"paymentMethod": "x"}, {"operations": ["VOID"]},
    {"additionalData": {"authCode": "1", "captureDelayHours": "0", "refusalReasonCode": "20"}},
])  # fmt: skip
@pytest.mark.parametrize("code", ["AUTHORISATION", "CAPTURE", "REFUND", "CANCELLATION", "AUTHORISATION_ADJUSTMENT"])
@pytest.mark.parametrize("success", ["true", "false"])
def test_what_is_not_signed_decides_nothing(code: str, success: str, beside: dict[str, Any]) -> None:
    plain, altered = item(code, success=success), item(code, success=success, **beside)

    assert ADAPTER.read_webhook(webhook(plain)) == ADAPTER.read_webhook(webhook(altered))


def test_what_is_not_signed_decides_neither_state_nor_stage_nor_amount_of_a_dispute() -> None:
    extra = {"chargebackReasonCode": "10.4", "disputeStatus": "Won", "defensePeriodEndsAt": "2031-01-01T00:00:00Z"}
    plain = ADAPTER.read_webhook(webhook(item("CHARGEBACK"))).observations[0]
    altered = ADAPTER.read_webhook(webhook(item("CHARGEBACK", additionalData=extra))).observations[0]

    assert isinstance(plain, DisputeObservation)
    assert isinstance(altered, DisputeObservation)
    assert (plain.state, plain.stage, plain.amount) == (altered.state, altered.stage, altered.amount)
    assert DisputeReason.DISPUTE_REASON_FRAUDULENT == altered.reason
    assert altered.HasField("evidence_due_time")
    assert not plain.HasField("provider_time")


@pytest.mark.parametrize("extra", [{"chargebackReasonCode": "99.9"}, {"defensePeriodEndsAt": "soon"}, "no object"])
def test_a_strange_reason_or_time_limit_does_not_hold_up_the_news_of_a_dispute(extra: object) -> None:
    inbound = changed(webhook(item("CHARGEBACK")), "additionalData", extra)

    assert DisputeState.DISPUTE_STATE_NEEDS_RESPONSE == ADAPTER.read_webhook(inbound).observations[0].state


def test_an_item_with_a_colon_in_a_signed_field_is_nobody_s() -> None:
    # `a:b` and `c` sign as `a` and `b:c` do.
    genuine = webhook(item(merchantReference="order:7"))
    cut = changed(genuine, "merchantAccountCode", "CorridorECOM:order")
    cut = changed(cut, "merchantReference", "7")

    assert ["genuine"] * 2 == [verdict(genuine), verdict(cut)]
    assert [] == [*ADAPTER.read_webhook(genuine).observations, *ADAPTER.read_webhook(cut).observations]


def test_an_event_has_one_id_however_often_it_comes_and_whatever_stands_beside_it() -> None:
    plain = webhook(item("CAPTURE"))
    again = changed(plain, "eventDate", "2031-01-01T00:00:00+01:00")
    other = webhook(item("CAPTURE", amount={"currency": "EUR", "value": 1001}))

    assert ADAPTER.read_webhook(plain).event_id == ADAPTER.read_webhook(again).event_id
    assert ADAPTER.read_webhook(plain).event_id != ADAPTER.read_webhook(other).event_id


def test_a_lone_surrogate_is_signed_as_it_stands_and_breaks_nothing() -> None:
    body = webhook(item()).body.replace(b"CorridorECOM", b"\\ud800")

    assert "wrong_signature" == verdict(Inbound({}, body))
