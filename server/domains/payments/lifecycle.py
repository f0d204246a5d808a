"""How payments, and what is done with them, move. Every rule about their states is in these two tables."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from corridor.payments.v1 import payment_action_pb2, payment_event_pb2, payment_pb2
from server.kit.lifecycle import Lifecycle

ACCEPTED = payment_pb2.PAYMENT_STATE_ACCEPTED
SENT = payment_pb2.PAYMENT_STATE_SENT
REQUIRES_ACTION = payment_pb2.PAYMENT_STATE_REQUIRES_ACTION
AUTHORISED = payment_pb2.PAYMENT_STATE_AUTHORISED
PARTIALLY_CAPTURED = payment_pb2.PAYMENT_STATE_PARTIALLY_CAPTURED
CAPTURED = payment_pb2.PAYMENT_STATE_CAPTURED
DECLINED = payment_pb2.PAYMENT_STATE_DECLINED
FAILED = payment_pb2.PAYMENT_STATE_FAILED
VOIDED = payment_pb2.PAYMENT_STATE_VOIDED
EXPIRED = payment_pb2.PAYMENT_STATE_EXPIRED

# What the provider says of the authorisation moves a payment as far as `AUTHORISED`, or to an end without it. After it
# the state follows from the payment's actions (see `standing.py`): a capture that failed after all leads back.
LIFECYCLE = Lifecycle(
    {
        ACCEPTED: {SENT, FAILED, VOIDED},
        SENT: {REQUIRES_ACTION, AUTHORISED, DECLINED, FAILED, VOIDED, EXPIRED},  # the provider has it, or may have it
        REQUIRES_ACTION: {AUTHORISED, DECLINED, FAILED, VOIDED, EXPIRED},
        AUTHORISED: {PARTIALLY_CAPTURED, CAPTURED, VOIDED, EXPIRED},
        PARTIALLY_CAPTURED: {AUTHORISED, CAPTURED},
        CAPTURED: {AUTHORISED, PARTIALLY_CAPTURED},
        DECLINED: set(),
        FAILED: set(),
        VOIDED: set(),
        EXPIRED: set(),
    }
)

# The event that a change to each state publishes.
EVENTS: Mapping[int, Callable[..., Message]] = {
    ACCEPTED: payment_event_pb2.PaymentAccepted,
    SENT: payment_event_pb2.PaymentSent,
    REQUIRES_ACTION: payment_event_pb2.PaymentActionRequired,
    AUTHORISED: payment_event_pb2.PaymentAuthorised,
    PARTIALLY_CAPTURED: payment_event_pb2.PaymentPartiallyCaptured,
    CAPTURED: payment_event_pb2.PaymentCaptured,
    DECLINED: payment_event_pb2.PaymentDeclined,
    FAILED: payment_event_pb2.PaymentFailed,
    VOIDED: payment_event_pb2.PaymentVoided,
    EXPIRED: payment_event_pb2.PaymentExpired,
}

STEP_ACCEPTED = payment_action_pb2.PAYMENT_ACTION_STATE_ACCEPTED
STEP_SENT = payment_action_pb2.PAYMENT_ACTION_STATE_SENT
STEP_SUCCEEDED = payment_action_pb2.PAYMENT_ACTION_STATE_SUCCEEDED
STEP_FAILED = payment_action_pb2.PAYMENT_ACTION_STATE_FAILED

# A step is an action or a refund. What has succeeded can still fail: a capture that the scheme refuses days later, a
# refund that the customer's bank returns.
STEPS = Lifecycle(
    {
        STEP_ACCEPTED: {STEP_SENT, STEP_FAILED},
        STEP_SENT: {STEP_SUCCEEDED, STEP_FAILED},
        STEP_SUCCEEDED: {STEP_FAILED},
        STEP_FAILED: set(),
    }
)

ACTION_EVENTS: Mapping[int, Callable[..., Message]] = {
    STEP_ACCEPTED: payment_event_pb2.PaymentActionAccepted,
    STEP_SENT: payment_event_pb2.PaymentActionSent,
    STEP_SUCCEEDED: payment_event_pb2.PaymentActionSucceeded,
    STEP_FAILED: payment_event_pb2.PaymentActionFailed,
}
REFUND_EVENTS: Mapping[int, Callable[..., Message]] = {
    STEP_ACCEPTED: payment_event_pb2.RefundAccepted,
    STEP_SENT: payment_event_pb2.RefundSent,
    STEP_SUCCEEDED: payment_event_pb2.RefundSucceeded,
    STEP_FAILED: payment_event_pb2.RefundFailed,
}
