"""What the promises of the ports need to know of the sandbox."""

from adapters.sandbox import scenarios
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures


def decline(payout: Payout) -> None:
    """By its amount."""
    payout.amount.amount_minor = scenarios.amount("decline")


FIXTURES = Fixtures(
    credentials={"api_key": "sbx_canary_3f9c1d", "webhook_secret": "whsec_c2FuZGJveC1jYW5hcnktc2VjcmV0"},
    wrong_credentials={"api_key": "revoked_key"},
    create="create_transfer",
    look_up="list_transfers",
    amounts=(
        (Rail.RAIL_ACH, "USD"),
        (Rail.RAIL_SEPA, "EUR"),
        (Rail.RAIL_FASTER_PAYMENTS, "GBP"),
        (Rail.RAIL_SWIFT, "JPY"),
        (Rail.RAIL_SWIFT, "KWD"),
        (Rail.RAIL_SWIFT, "BHD"),
        (Rail.RAIL_SWIFT, "CLF"),
    ),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "processing",
        PayoutState.PAYOUT_STATE_SETTLED: "paid",
        PayoutState.PAYOUT_STATE_RETURNED: "returned",
        PayoutState.PAYOUT_STATE_FAILED: "failed",
        PayoutState.PAYOUT_STATE_CANCELLED: "cancelled",
    },
    unknown_word="quarantined",
    other_secret="whsec_YW5vdGhlciBzZWNyZXQ=",
    signature_header="webhook-signature",
    time_is_signed=True,
    decline=decline,
)
