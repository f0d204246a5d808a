"""What webhooks say: which events there are, and which of them tell of a payout, a payment or a dispute.

Rule: of a standard webhook's item only the eight signed fields decide. What stands beside them is for people.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.adyen import amounts, disputes, transfers
from adapters.adyen.results import AUTOMATIC, PARTIAL
from adapters.adyen.signatures import items, signed_fields, signed_text
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document, text, translate
from adapters.kit.ports.webhooks import Observation, Reading
from corridor.payments.v1.decline_pb2 import Decline
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState

Step, State = PaymentStep, PaymentStepState
SUCCEEDED, DECLINED, FAILED = (
    State.PAYMENT_STEP_STATE_SUCCEEDED, State.PAYMENT_STEP_STATE_DECLINED, State.PAYMENT_STEP_STATE_FAILED
)  # fmt: skip
_Says = tuple["PaymentStep.ValueType", "PaymentStepState.ValueType", "PaymentStepState.ValueType | None"]

# eventCode of the events that tell of a step of a payment: the step, what `success` true means for it, and what false
# does; None where the vendor never sends false. Webhooks-v1, read 2026-11.
STEPS: Mapping[str, _Says] = {
    "AUTHORISATION":            (Step.PAYMENT_STEP_AUTHORISATION, SUCCEEDED, DECLINED),
    "AUTHORISATION_ADJUSTMENT": (Step.PAYMENT_STEP_INCREMENT,     SUCCEEDED, DECLINED),
    "CAPTURE":                  (Step.PAYMENT_STEP_CAPTURE,       SUCCEEDED, FAILED),
    "CAPTURE_FAILED":           (Step.PAYMENT_STEP_CAPTURE,       FAILED,    None),  # the scheme rejected it later
    "CANCELLATION":             (Step.PAYMENT_STEP_VOID,          SUCCEEDED, FAILED),
    "TECHNICAL_CANCEL":         (Step.PAYMENT_STEP_VOID,          SUCCEEDED, FAILED),
    "EXPIRE":                   (Step.PAYMENT_STEP_VOID,          State.PAYMENT_STEP_STATE_EXPIRED, None),
    "CANCEL_OR_REFUND":         (Step.PAYMENT_STEP_REVERSAL,      SUCCEEDED, FAILED),
    "REFUND":                   (Step.PAYMENT_STEP_REFUND,        SUCCEEDED, FAILED),
    "POSTPONED_REFUND":         (Step.PAYMENT_STEP_REFUND,        State.PAYMENT_STEP_STATE_SENT, FAILED),
    "REFUND_FAILED":            (Step.PAYMENT_STEP_REFUND,        FAILED,    None),
    "REFUNDED_REVERSED":        (Step.PAYMENT_STEP_REFUND,        FAILED,    None),  # it came back after success
}  # fmt: skip

# Events about which Corridor has nothing to say: notices, reports, orders of several payments, tokens, retries by the
# vendor, refunds without a payment or at a terminal, the classic payouts (ours are transfers), and reviews, whose
# outcome comes as an event of its own.
IGNORED = frozenset(
    {
        "ACH_NOTIFICATION_OF_CHANGE",
        "AUTHENTICATION",
        "AUTORESCUE",
        "CANCEL_AUTORESCUE",
        "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION",
        "HANDLED_EXTERNALLY",
        "ISSUER_COMMENTS",
        "MANUAL_REVIEW_ACCEPT",
        "MANUAL_REVIEW_REJECT",
        "NOTIFICATION_OF_FRAUD",
        "OFFER_CLOSED",
        "ORDER_CLOSED",
        "ORDER_OPENED",
        "PAIDOUT_REVERSED",
        "PAYOUT_DECLINE",
        "PAYOUT_EXPIRE",
        "PAYOUT_THIRDPARTY",
        "RECURRING_CONTRACT",
        "REFUND_WITH_DATA",
        "REPORT_AVAILABLE",
        "VOID_PENDING_REFUND",
    }
)

# `type` of the webhooks that are signed as a whole: whether they tell of transfers. Others are not subscribed to.
TRANSFER_EVENTS = frozenset(("balancePlatform.transfer.created", "balancePlatform.transfer.updated"))

RELEASE = "release"
"""Stands in the reference of the cancellation by which a last capture gives up the rest: no step of its own."""


PARTLY = "part"
"""Stands in the reference of a void or reversal of a payment of which a part was captured or given up: what the vendor
then tells as its amount is the whole payment's, and not what was undone."""


def reading(body: bytes) -> Reading:
    """What a webhook says. The same question tells here as in verification which of the two kinds it is."""
    found = items(body)
    if found is None:
        return _transfer(body)
    # The vendor gives no id: an event is the same when all that is signed is.
    digest = hashlib.sha256(b"\n".join(signed_text(item) for item in found)).hexdigest()[:40]
    seen = [each for item in found if (each := _item(item, digest)) is not None]
    return Reading(digest, seen)


def _transfer(body: bytes) -> Reading:
    content = document(body, "webhook")
    if not isinstance(content, dict):
        raise Unmapped("webhook", type(content).__name__)
    data = content.get("data")
    if content.get("type") not in TRANSFER_EVENTS:
        raise Unmapped("webhook.type", content.get("type"))
    if not isinstance(data, dict):
        raise Unmapped("webhook.data", type(data).__name__)
    number = data.get("sequenceNumber")  # counts a transfer's webhooks
    event_id = f"{text(data.get('id'), 'transfer.id')}.{number}" if isinstance(number, int) else _digest(body)
    if not transfers.is_payout(data):
        return Reading(event_id)
    return Reading(event_id, [transfers.observation(data, event_id)])


def _item(item: Mapping[str, Any], event_id: str) -> Observation | None:
    code = text(item.get("eventCode"), "item.eventCode")
    # The signature joins the fields by colons and escapes none: a field with a colon could be cut elsewhere. No id of
    # ours or the vendor's has one, so such an item is about something else.
    if any(":" in field for field in signed_fields(item)):
        return None
    if code in IGNORED:
        return None
    if code in disputes.EVENTS:
        return disputes.told(code, _success(item), item, event_id)
    step, good, bad = translate(STEPS, code, "item.eventCode")
    state = good if _success(item) else bad
    if state is None:
        raise Unmapped(f"{code}.success", item.get("success"))
    return _step(code, step, state, item, event_id)


def _step(
    code: str,
    step: "PaymentStep.ValueType",
    state: "PaymentStepState.ValueType",
    item: Mapping[str, Any],
    event_id: str,
) -> PaymentObservation | None:
    reference, *words = str(item.get("merchantReference") or "").split("-")
    if RELEASE in words:
        return None
    own, original = text(item.get("pspReference"), "item.pspReference"), str(item.get("originalReference") or "")
    is_step = step != Step.PAYMENT_STEP_AUTHORISATION
    seen = PaymentObservation(
        # A modification is told under its own reference, or under the payment's if it was made elsewhere.
        payment_id=reference if reference.startswith("pay_") else "",
        step_id=reference if is_step and reference.startswith(("act_", "ref_")) else "",
        provider_reference=original or own,
        step_reference=own if is_step and original else "",
        step=step,
        state=state,
        captured=state == SUCCEEDED and not is_step and AUTOMATIC in words,
        provider_state=code if state != FAILED or code.endswith(("FAILED", "REVERSED")) else f"{code} refused",
        provider_event_id=event_id,
    )
    if state == DECLINED:
        seen.decline.CopyFrom(Decline())  # why is told beside what is signed: by the answer, not by the webhook
    if not is_step and state == SUCCEEDED and PARTIAL in words:
        # How much was approved, the answer tells: without the vendor's reference, it is asked for again.
        seen.state, seen.captured, seen.provider_reference = State.PAYMENT_STEP_STATE_SENT, False, ""
        return seen
    amount = amounts.read(item.get("amount"), "item.amount")
    if step == Step.PAYMENT_STEP_INCREMENT:
        added = _added(words)
        if added is None and seen.step_id:
            raise Unmapped("increment's reference", reference)
        if added is None:
            return seen  # made elsewhere: the vendor tells the new total, and not what was added
        # What was added stands in our reference, which is signed.
        amount = amounts.read_parts(added, amount.currency_code, "item.merchantReference")
    if code != "EXPIRE" and PARTLY not in words:  # an end by time tells what was authorised once, not what is given up
        seen.amount.CopyFrom(amount)
    return seen


def _added(words: Sequence[str]) -> int | None:
    word = words[0] if words else ""
    return int(word) if word.isascii() and word.isdigit() else None


def _success(item: Mapping[str, Any]) -> bool:
    return translate({"true": True, "false": False}, item.get("success"), "item.success")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:40]
