"""What each of Adyen's webhooks says: payments, disputes and transfers."""

import json
from datetime import UTC, datetime

import pytest

from adapters.adyen import disputes, events
from adapters.adyen.adapter import ADAPTER
from adapters.kit.errors import Unmapped
from adapters.kit.ports.webhooks import Inbound
from corridor.payments.v1.decline_pb2 import Decline
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import DisputeStage
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_ACCOUNT_CLOSED, PAYOUT_REASON_UNSPECIFIED
from tests.adapters.adyen import samples
from tests.adapters.adyen.documents import codes
from tests.adapters.adyen.samples import item, transfer_webhook, webhook

NOW = datetime(2026, 11, 20, tzinfo=UTC)
Step, State = PaymentStep, PaymentStepState


def payments(inbound: Inbound) -> list[PaymentObservation]:
    return [each for each in ADAPTER.read_webhook(inbound).observations if isinstance(each, PaymentObservation)]


def test_every_event_code_of_the_document_is_known() -> None:
    known = set(events.STEPS) | set(disputes.EVENTS) | events.IGNORED

    assert 48 == len(codes())
    assert codes() <= known
    assert len(known) == len(events.STEPS) + len(disputes.EVENTS) + len(events.IGNORED)


@pytest.mark.parametrize("code", sorted({*events.STEPS, *disputes.EVENTS, *events.IGNORED}))
def test_every_event_code_is_read(code: str) -> None:
    seen = ADAPTER.read_webhook(webhook(item(code))).observations

    assert (0 if code in events.IGNORED else 1) == len(seen)


@pytest.mark.parametrize("code", ["TELEPORTATION", "", "capture", "authorisation", None, 7])
def test_an_unknown_event_code_is_loud(code: object) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(webhook(item(), item(eventCode=code)))


@pytest.mark.parametrize("success", ["", "maybe", True, None])
@pytest.mark.parametrize("code", ["AUTHORISATION", "CHARGEBACK"])
def test_a_success_that_is_neither_is_loud(code: str, success: object) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(webhook(item(code, success=success)))


@pytest.mark.parametrize("code", ["CAPTURE_FAILED", "REFUND_FAILED", "REFUNDED_REVERSED", "EXPIRE", "CHARGEBACK"])
def test_a_failure_that_the_vendor_never_tells_is_loud(code: str) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(webhook(item(code, success="false")))


def test_an_authorisation_tells_by_its_reference_whether_it_is_captured_at_once() -> None:
    (by_hand,) = payments(webhook(item()))
    (at_once,) = payments(webhook(item(merchantReference=f"{samples.PAYMENT_ID}-auto")))

    assert (samples.PAYMENT_ID, False) == (by_hand.payment_id, by_hand.captured)
    assert (samples.PAYMENT_ID, True) == (at_once.payment_id, at_once.captured)
    assert {"QFQTPCQ8HXSKGK82"} == {by_hand.provider_reference, at_once.provider_reference}


@pytest.mark.parametrize("words", ["partial", "auto-partial"])
def test_how_much_was_approved_in_part_is_told_by_the_answer_and_not_by_a_webhook(words: str) -> None:
    (seen,) = payments(webhook(item(merchantReference=f"{samples.PAYMENT_ID}-{words}")))
    (refused,) = payments(webhook(item(merchantReference=f"{samples.PAYMENT_ID}-{words}", success="false")))

    assert (samples.PAYMENT_ID, State.PAYMENT_STEP_STATE_SENT, "") == (
        seen.payment_id,
        seen.state,
        seen.provider_reference,
    )
    assert not seen.HasField("amount")
    assert State.PAYMENT_STEP_STATE_DECLINED == refused.state


def test_a_refused_authorisation_has_no_reason_that_is_not_signed() -> None:
    (seen,) = payments(webhook(item(success="false", reason="Refused", additionalData={"refusalReasonRaw": "51 : x"})))

    assert (State.PAYMENT_STEP_STATE_DECLINED, Decline()) == (seen.state, seen.decline)


def test_a_modification_is_known_by_our_id_and_by_the_vendor_s() -> None:
    (seen,) = payments(webhook(item("CAPTURE", merchantReference=samples.ACTION_ID)))

    assert (samples.ACTION_ID, "QFQTPCQ8HXSKGK82") == (seen.step_id, seen.step_reference)
    assert ("", "9913140798220028") == (seen.payment_id, seen.provider_reference)


def test_a_modification_that_somebody_made_elsewhere_has_no_id_of_ours() -> None:
    (seen,) = payments(webhook(item("REFUND")))

    assert ("", samples.PAYMENT_ID) == (seen.step_id, seen.payment_id)
    assert Step.PAYMENT_STEP_REFUND == seen.step


def test_an_increment_tells_what_was_added() -> None:
    (seen,) = payments(webhook(item("AUTHORISATION_ADJUSTMENT", merchantReference=f"{samples.ACTION_ID}-250")))

    assert (samples.ACTION_ID, 250) == (seen.step_id, seen.amount.amount_minor)


def test_the_release_after_a_last_capture_is_no_step() -> None:
    assert [] == payments(webhook(item("CANCELLATION", merchantReference=f"{samples.ACTION_ID}-release")))


@pytest.mark.parametrize("code", ["CANCELLATION", "CANCEL_OR_REFUND"])
def test_undoing_a_payment_that_was_captured_in_part_does_not_tell_how_much(code: str) -> None:
    (seen,) = payments(webhook(item(code, merchantReference=f"{samples.ACTION_ID}-part")))

    assert (samples.ACTION_ID, State.PAYMENT_STEP_STATE_SUCCEEDED) == (seen.step_id, seen.state)
    assert not seen.HasField("amount")


def test_the_end_of_an_authorisation_does_not_tell_how_much_is_given_up() -> None:
    (seen,) = payments(webhook(item("EXPIRE", originalReference=None)))

    assert (Step.PAYMENT_STEP_VOID, State.PAYMENT_STEP_STATE_EXPIRED) == (seen.step, seen.state)
    assert not seen.HasField("amount")


def test_a_batch_tells_all_of_its_items() -> None:
    seen = ADAPTER.read_webhook(webhook(item(), item("REPORT_AVAILABLE"), item("CAPTURE"), item("CHARGEBACK")))

    kinds = [PaymentObservation, PaymentObservation, DisputeObservation]
    assert kinds == [type(each) for each in seen.observations]
    assert 1 == len({each.provider_event_id for each in seen.observations} | {seen.event_id})


@pytest.mark.parametrize(("code", "stage"), [
    ("REQUEST_FOR_INFORMATION", DisputeStage.DISPUTE_STAGE_INQUIRY),
    ("CHARGEBACK", DisputeStage.DISPUTE_STAGE_CHARGEBACK),
    ("PREARBITRATION_OPEN", DisputeStage.DISPUTE_STAGE_PRE_ARBITRATION),
    ("SCHEME_ARBITRATION", DisputeStage.DISPUTE_STAGE_ARBITRATION),
])  # fmt: skip
def test_a_dispute_tells_how_far_it_has_gone(code: str, stage: "DisputeStage.ValueType") -> None:
    seen = ADAPTER.read_webhook(webhook(item(code))).observations[0]

    assert isinstance(seen, DisputeObservation)
    assert (stage, samples.PAYMENT_ID, "9913140798220028") == (seen.stage, seen.payment_id, seen.payment_reference)


def test_a_transfer_that_failed_before_it_left_has_failed_and_afterwards_has_returned() -> None:
    reason = {"reason": "counterpartyAccountClosed"}
    before = ADAPTER.read_webhook(transfer_webhook("failed", **reason)).observations[0]
    booked = {"events": [{"status": "received"}, {"status": "booked"}]}
    after = ADAPTER.read_webhook(transfer_webhook("failed", **reason, **booked)).observations[0]

    assert (PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED) == (before.state, after.state)
    assert isinstance(after, PayoutObservation)
    assert (PAYOUT_REASON_ACCOUNT_CLOSED, "counterpartyAccountClosed") == (after.reason, after.provider_reason_code)


def test_a_booked_transfer_is_settled_and_needs_no_reason() -> None:
    seen = ADAPTER.read_webhook(transfer_webhook("booked", tracking={"estimatedArrivalTime": "2026-11-23T10:00:00Z"}))

    (told,) = seen.observations
    assert isinstance(told, PayoutObservation)
    assert (PAYOUT_STATE_SETTLED, PAYOUT_REASON_UNSPECIFIED) == (told.state, told.reason)
    assert told.HasField("expected_settlement_time")
    assert "6JKRLZ8LOT47J7RY.2" == seen.event_id


@pytest.mark.parametrize("changes", [{"category": "internal"}, {"direction": "incoming"}, {"type": "fee"}])
def test_a_transfer_that_is_no_payout_is_ignored(changes: dict[str, str]) -> None:
    assert () == tuple(ADAPTER.read_webhook(transfer_webhook("booked", **changes)).observations)


@pytest.mark.parametrize("changes", [{"category": "moon"}, {"direction": "sideways"}, {"type": "gift"},
                                     {"status": "teleported"}, {"reason": "mood", "status": "failed"}])  # fmt: skip
def test_an_unknown_word_of_a_transfer_is_loud(changes: dict[str, str]) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(transfer_webhook(**{"status": "booked", **changes}))


@pytest.mark.parametrize("kind", ["balancePlatform.transfer.deleted", "balancePlatform.accountHolder.updated", None])
def test_an_unknown_kind_of_webhook_is_loud(kind: object) -> None:
    body = {**json.loads(transfer_webhook("booked").body), "type": kind}

    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(Inbound({}, json.dumps(body).encode()))
