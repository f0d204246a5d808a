"""What the promises of the ports need to know of Dwolla."""

from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures


def decline(payout: Payout) -> None:
    """By its amount: the account that pays does not hold enough."""
    payout.amount.amount_minor = 99_011


FIXTURES = Fixtures(
    credentials={
        "client_id": "client-canary-4b1d",
        "client_secret": "secret-canary-8e02f7",
        "account_id": "b7f1c3d2-5e64-4c1a-9a53-0d2f6a7c9e11",
        "funding_source_id": "707177c3-bf15-4e7e-b37c-55c3898d9bf4",
        "email_domain": "beneficiaries.example",
        "webhook_secret": "hook-canary-61c9ab",
    },
    other_account={"client_id": "client-of-others"},
    wrong_credentials={"client_secret": "wrong-secret"},
    create="create_transfer",
    look_up="list_transfers",
    amounts=((Rail.RAIL_ACH, "USD"), (Rail.RAIL_ACH_SAME_DAY, "USD")),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "pending",
        PayoutState.PAYOUT_STATE_SETTLED: "processed",
        PayoutState.PAYOUT_STATE_RETURNED: "failed:R03",
        PayoutState.PAYOUT_STATE_FAILED: "failed:R01",
        PayoutState.PAYOUT_STATE_CANCELLED: "cancelled",
    },
    unknown_word="teleported",
    other_secret="hook-another",
    signature_header="x-request-signature-sha-256",
    time_is_signed=False,
    decline=decline,
)
