"""What the promises of the ports need to know of the sandbox."""

from collections.abc import Mapping

import httpx

from adapters.kit.simulator import Simulator
from adapters.sandbox import scenarios
from adapters.sandbox.institutions import LEVELS
from adapters.sandbox.payment_words import DECLINES, DISPUTE_REASONS
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures
from tests.conformance.fixtures import DisputeFixtures, PaymentFixtures, RefundFixtures
from tests.conformance.institutions import InstitutionFixtures


def decline(payout: Payout) -> None:
    """By its amount."""
    payout.amount.amount_minor = scenarios.amount("decline")


def decline_payment(payment: Payment, code: str) -> None:
    """By its token."""
    payment.payment_method.token = f"tok_declined_{code}"


def approve_in_part(payment: Payment) -> None:
    """By its token."""
    payment.payment_method.token = "tok_partial_approval"


def step_up(payment: Payment) -> None:
    """By its token."""
    payment.payment_method.token = "tok_step_up"


def customer(simulator: Simulator, asked: PaymentObservation, passes: bool) -> Mapping[str, str]:
    """What their browser brings back from the challenge's page."""
    url = asked.next_action.redirect.url
    assert "text/html; charset=utf-8" == httpx.get(url).headers["content-type"]
    back = httpx.post(url, data={"answer": "pass" if passes else "fail"})
    return dict(back.next_request.url.params) if back.next_request else {}


def move(simulator: Simulator, object_id: str, word: str) -> None:
    """Put something into a status now."""
    with simulator.store.lock:
        assert simulator.move(object_id, word)


def submissions(simulator: Simulator, reference: str) -> int:
    """How often a dispute was answered."""
    kept = simulator.store.get("dispute", reference)
    return int(kept["data"]["submissions"]) if kept else 0


PAYMENTS = PaymentFixtures(
    authorise="create_payment",
    capture="create_capture",
    void="create_void",
    increment="create_increment",
    reverse="create_reversal",
    look_up="list_actions",
    token="tok_visa",
    amounts=(("USD", 12_340), ("JPY", 5_001), ("KWD", 123_457), ("EUR", 98_765_432_101), ("BHD", 1), ("CLF", 999)),
    declines=DECLINES,
    decline=decline_payment,
    partial=approve_in_part,
    step_up=step_up,
    customer=customer,
    move_to="quarantined",
)

DISPUTES = DisputeFixtures(
    submit="submit_evidence",
    look_up="get_dispute",
    accept="accept_dispute",
    open=lambda simulator, payment_id, reason: move(simulator, payment_id, f"disputed:{reason}"),
    inquiry=lambda simulator, payment_id: move(simulator, payment_id, "inquiry:unrecognised"),
    decide=lambda simulator, reference, won: move(simulator, reference, "won" if won else "lost"),
    submissions=submissions,
    reasons=DISPUTE_REASONS,
    unknown_word="quarantined",
)

FIXTURES = Fixtures(
    credentials={"api_key": "sbx_canary_3f9c1d", "webhook_secret": "whsec_c2FuZGJveC1jYW5hcnktc2VjcmV0"},
    other_account={"api_key": "sbx_of_others"},
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
    payments=PAYMENTS,
    refunds=RefundFixtures(create="create_refund", look_up="list_refunds"),
    disputes=DISPUTES,
)


def put_institution(simulator: Simulator, institution_id: str, word: str) -> None:
    """For every account."""
    assert simulator.move(f"institution:{institution_id}", word)


INSTITUTIONS = InstitutionFixtures(put=put_institution, levels=LEVELS)
