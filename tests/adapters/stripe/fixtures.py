"""What the promises of the ports need to know of Stripe."""

from collections.abc import Mapping

from adapters.kit.simulator import Simulator
from adapters.stripe.declines import DECLINE_CODES
from adapters.stripe.dispute_mapping import REASONS
from adapters.stripe.simulator_cards import OWN_DECLINE, SHORT_BALANCE
from adapters.stripe.simulator_desk import DISPUTE
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures
from tests.conformance.fixtures import DisputeFixtures, PaymentFixtures, RefundFixtures


def decline(payment: Payment, code: str) -> None:
    """By its token."""
    payment.payment_method.token = OWN_DECLINE + code


def decline_payout(payout: Payout) -> None:
    """By its amount, for which the balance does not reach."""
    payout.amount.amount_minor = SHORT_BALANCE


def step_up(payment: Payment) -> None:
    """By its token."""
    payment.payment_method.token = "pm_card_threeDSecure2Required"


def customer(simulator: Simulator, asked: PaymentObservation, passes: bool) -> Mapping[str, str]:
    """The customer passes or fails. Nothing of what comes back is needed."""
    assert simulator.move(asked.payment_id, "authenticated" if passes else "failed")
    return {}


def open_dispute(simulator: Simulator, payment_id: str, reason: str) -> None:
    """The customer disputes the payment."""
    with simulator.store.lock:
        assert simulator.move(payment_id, f"dispute:{reason}")


def inquire(simulator: Simulator, payment_id: str) -> None:
    """The customer's bank asks about the payment."""
    with simulator.store.lock:
        assert simulator.move(payment_id, "inquiry:general")


def decide(simulator: Simulator, dispute_id: str, won: bool) -> None:
    """The customer's bank decides."""
    with simulator.store.lock:
        assert simulator.move(dispute_id, "won" if won else "lost")


def submissions(simulator: Simulator, dispute_id: str) -> int:
    """How often evidence came."""
    with simulator.store.lock:
        dispute = simulator.store.get(DISPUTE, dispute_id)
    assert dispute is not None
    return int(dispute["evidence_details"]["submission_count"])


FIXTURES = Fixtures(
    credentials={
        "secret_key": "sk_test_51CorridorCanary9d4e1f",
        "account_id": "acct_51CorridorCanary",
        "webhook_secret": "whsec_canary55a0c3",
    },
    other_account={"secret_key": "sk_test_OfOthers1234"},
    wrong_credentials={"secret_key": "sk_test_wrong"},
    create="create_payout",
    look_up="list_payouts",
    amounts=((Rail.RAIL_ACH, "USD"), (Rail.RAIL_SEPA, "EUR"), (Rail.RAIL_BACS, "GBP")),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "in_transit",
        PayoutState.PAYOUT_STATE_SETTLED: "paid",
        PayoutState.PAYOUT_STATE_RETURNED: "failed:no_account",
        PayoutState.PAYOUT_STATE_CANCELLED: "canceled",
    },
    return_code="no_account",
    unknown_word="teleported",
    other_secret="whsec_another",
    signature_header="stripe-signature",
    time_is_signed=True,
    future_is_refused=False,
    decline=decline_payout,
    payments=PaymentFixtures(
        authorise="create_intent",
        capture="capture_intent",
        void="cancel_intent",
        reverse="cancel_intent",
        look_up="get_intent",
        token="pm_card_visa",
        amounts=(
            ("USD", 12_340),
            ("EUR", 101),
            ("JPY", 501),
            ("KWD", 12_340),
            ("BHD", 12_340),
            ("ISK", 501),
            ("UGX", 501),
            ("MGA", 12_300),
        ),
        declines=DECLINE_CODES,
        decline=decline,
        step_up=step_up,
        customer=customer,
        move_to="teleported",
    ),
    refunds=RefundFixtures(create="create_refund", look_up="list_refunds"),
    disputes=DisputeFixtures(
        submit="update_dispute",
        look_up="get_dispute",
        open=open_dispute,
        decide=decide,
        submissions=submissions,
        reasons=REASONS,
        accept="close_dispute",
        inquiry=inquire,
        unknown_word="teleported",
    ),
)
