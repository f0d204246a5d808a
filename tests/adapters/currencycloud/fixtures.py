"""What the promises of the ports need to know of Currencycloud.

It has no way to decline at once: payments are taken first, and fail later.
"""

from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures

FIXTURES = Fixtures(
    credentials={
        "login_id": "company@example.com",
        "api_key": "5eed" * 16,
        "hmac_key": "hmac-canary-9562c7c1",
    },
    other_account={"login_id": "login-of-others"},
    wrong_credentials={"api_key": "bad0" * 16},
    create="create_payment",
    look_up="find_payments",
    amounts=(
        (Rail.RAIL_SEPA, "EUR"),
        (Rail.RAIL_FASTER_PAYMENTS, "GBP"),
        (Rail.RAIL_ACH, "USD"),
        (Rail.RAIL_SWIFT, "JPY"),
        (Rail.RAIL_SWIFT, "KWD"),
    ),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "ready_to_send",
        PayoutState.PAYOUT_STATE_SETTLED: "completed",
        PayoutState.PAYOUT_STATE_RETURNED: "failed:returned",
        PayoutState.PAYOUT_STATE_FAILED: "failed:compliance",
        PayoutState.PAYOUT_STATE_CANCELLED: "deleted",
    },
    unknown_word="teleported",
    other_secret="hmac-another",
    signature_header="x-hmac-digest-sha-512",
    time_is_signed=False,
    key_is_the_id=True,
    return_code="",
)
