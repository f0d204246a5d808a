"""What the promises of the ports need to know of Modern Treasury.

It has no way to decline at once: orders are taken first, and denied or failed later.
"""

from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures

FIXTURES = Fixtures(
    credentials={
        "organization_id": "org_canary_2c71",
        "api_key": "test-canary-9d4e1f",
        "originating_account_id": "0f8e3719-3dfd-4613-9bbf-c0333781b59f",
        "webhook_key": "whk-canary-55a0c3",
    },
    other_account={"organization_id": "org-of-others"},
    wrong_credentials={"api_key": "wrong-key"},
    create="create_order",
    look_up="list_orders",
    amounts=(
        (Rail.RAIL_ACH, "USD"),
        (Rail.RAIL_ACH_SAME_DAY, "USD"),
        (Rail.RAIL_WIRE, "USD"),
        (Rail.RAIL_RTP, "USD"),
        (Rail.RAIL_SEPA, "EUR"),
        (Rail.RAIL_FASTER_PAYMENTS, "GBP"),
        (Rail.RAIL_BACS, "GBP"),
        (Rail.RAIL_SWIFT, "JPY"),
        (Rail.RAIL_SWIFT, "KWD"),
    ),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "sent",
        PayoutState.PAYOUT_STATE_SETTLED: "completed",
        PayoutState.PAYOUT_STATE_RETURNED: "returned:R03",
        PayoutState.PAYOUT_STATE_FAILED: "denied",
        PayoutState.PAYOUT_STATE_CANCELLED: "cancelled",
    },
    unknown_word="teleported",
    other_secret="whk-another",
    signature_header="x-signature",
    time_is_signed=False,
)
