"""How a payout moves. Every rule about payout states is in this table."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from corridor.payouts.v1 import payout_event_pb2, payout_pb2
from server.kit.lifecycle import Lifecycle

ACCEPTED = payout_pb2.PAYOUT_STATE_ACCEPTED
HELD = payout_pb2.PAYOUT_STATE_HELD
SENT = payout_pb2.PAYOUT_STATE_SENT
PENDING = payout_pb2.PAYOUT_STATE_PENDING
SETTLED = payout_pb2.PAYOUT_STATE_SETTLED
FAILED = payout_pb2.PAYOUT_STATE_FAILED
RETURNED = payout_pb2.PAYOUT_STATE_RETURNED
CANCELLED = payout_pb2.PAYOUT_STATE_CANCELLED

LIFECYCLE = Lifecycle(
    {
        ACCEPTED: {SENT, FAILED, CANCELLED},
        HELD: {ACCEPTED, FAILED, CANCELLED},  # released by a person or by policy; nothing goes back to it
        SENT: {PENDING, SETTLED, FAILED, CANCELLED},  # the provider has it, or may have it
        PENDING: {SETTLED, FAILED, RETURNED, CANCELLED},  # a provider may still stop it
        SETTLED: {RETURNED},  # an ACH return may come 60 days later (NACHA Operating Rules, R10 and R29 families)
        FAILED: set(),
        RETURNED: set(),
        CANCELLED: set(),
    }
)

# The event that a change to each state publishes.
EVENTS: Mapping[int, Callable[..., Message]] = {
    ACCEPTED: payout_event_pb2.PayoutAccepted,
    HELD: payout_event_pb2.PayoutHeld,
    SENT: payout_event_pb2.PayoutSent,
    PENDING: payout_event_pb2.PayoutPending,
    SETTLED: payout_event_pb2.PayoutSettled,
    FAILED: payout_event_pb2.PayoutFailed,
    RETURNED: payout_event_pb2.PayoutReturned,
    CANCELLED: payout_event_pb2.PayoutCancelled,
}
