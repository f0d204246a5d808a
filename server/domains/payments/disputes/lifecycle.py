"""How disputes move. Nearly every state can come again, at a next stage: `meaning.py` says which of two came last."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from corridor.payments.v1 import dispute_event_pb2, dispute_pb2
from server.kit.lifecycle import Lifecycle

NEEDS_RESPONSE = dispute_pb2.DISPUTE_STATE_NEEDS_RESPONSE
SUBMITTING = dispute_pb2.DISPUTE_STATE_SUBMITTING
ACCEPTING = dispute_pb2.DISPUTE_STATE_ACCEPTING
UNDER_REVIEW = dispute_pb2.DISPUTE_STATE_UNDER_REVIEW
WON = dispute_pb2.DISPUTE_STATE_WON
LOST = dispute_pb2.DISPUTE_STATE_LOST
ACCEPTED = dispute_pb2.DISPUTE_STATE_ACCEPTED
CLOSED = dispute_pb2.DISPUTE_STATE_CLOSED

LIFECYCLE = Lifecycle(
    {
        NEEDS_RESPONSE: {SUBMITTING, ACCEPTING, UNDER_REVIEW, WON, LOST, ACCEPTED, CLOSED},
        SUBMITTING: {NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, ACCEPTED, CLOSED},  # back where the provider refuses it
        ACCEPTING: {NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST, ACCEPTED, CLOSED},
        UNDER_REVIEW: {NEEDS_RESPONSE, WON, LOST, ACCEPTED, CLOSED},
        WON: {NEEDS_RESPONSE, UNDER_REVIEW, LOST},  # a second chargeback, pre-arbitration
        LOST: {NEEDS_RESPONSE, UNDER_REVIEW, WON},  # arbitration can turn it
        ACCEPTED: set(),
        CLOSED: {NEEDS_RESPONSE, UNDER_REVIEW, WON, LOST},  # an inquiry that becomes a chargeback after all
    }
)

# The company's response is on its way to the provider.
RESPONDING = (SUBMITTING, ACCEPTING)

# The event that a change to each state publishes; the first one of a dispute is `DisputeOpened`.
EVENTS: Mapping[int, Callable[..., Message]] = {
    NEEDS_RESPONSE: dispute_event_pb2.DisputeNeedsResponse,
    SUBMITTING: dispute_event_pb2.DisputeSubmitting,
    ACCEPTING: dispute_event_pb2.DisputeAccepting,
    UNDER_REVIEW: dispute_event_pb2.DisputeUnderReview,
    WON: dispute_event_pb2.DisputeWon,
    LOST: dispute_event_pb2.DisputeLost,
    ACCEPTED: dispute_event_pb2.DisputeAccepted,
    CLOSED: dispute_event_pb2.DisputeClosed,
}
