"""What the promises of the ports need to know of Lithic. It moves by events: they are its words here."""

from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures


def decline(payout: Payout) -> None:
    """By its amount: the account that pays does not hold enough."""
    payout.amount.amount_minor = 99_011


FIXTURES = Fixtures(
    credentials={
        "api_key": "key-canary-7d21",
        "financial_account_token": "0d6b1b9f-b90f-4f03-9c45-8930d5a6aac0",
        "verification_method": "EXTERNALLY_VERIFIED",
        "webhook_secret": "whsec_Y2FuYXJ5LTdkMjE=",
    },
    other_account={"api_key": "key-of-others"},
    wrong_credentials={"api_key": "wrong-key"},
    create="create_payment",
    look_up="get_payment",
    amounts=((Rail.RAIL_ACH, "USD"), (Rail.RAIL_ACH_SAME_DAY, "USD")),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "ACH_ORIGINATION_PROCESSED",
        PayoutState.PAYOUT_STATE_SETTLED: "ACH_ORIGINATION_SETTLED",
        PayoutState.PAYOUT_STATE_RETURNED: "ACH_RETURN_PROCESSED:R03",
        PayoutState.PAYOUT_STATE_FAILED: "ACH_ORIGINATION_REJECTED",
        PayoutState.PAYOUT_STATE_CANCELLED: "ACH_ORIGINATION_CANCELLED",
    },
    signature_header="webhook-signature",
    time_is_signed=True,
    cancels=False,
    decline=decline,
    key_is_the_id=True,
)
