"""What the promises of the ports need to know of Adyen.

It cannot be asked about payments, refunds or disputes, and modifications end by webhook.
"""

from collections.abc import Mapping

from adapters.adyen.declines import REFUSALS
from adapters.adyen.disputes import REASONS
from adapters.adyen.simulator import AdyenSimulator
from adapters.adyen.simulator_scripts import OUTCOMES
from adapters.kit.simulator import Simulator
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.bench import Fixtures
from tests.conformance.fixtures import DisputeFixtures, PaymentFixtures, Provoke, RefundFixtures

HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
TOKEN = "eyJhbGciOiJSU0EtT0FFUCJ9.Y2FuYXJ5LXRva2Vu.c2VjcmV0"
BY_CODE = {each.code: name for name, each in OUTCOMES.items()}


def _holder(name: str) -> Provoke:
    def provoke(payment: Payment) -> None:
        payment.payment_method.holder_name = name

    return provoke


def _decline(payment: Payment, code: str) -> None:
    payment.payment_method.holder_name = BY_CODE[code]


def _customer(simulator: Simulator, seen: PaymentObservation, passes: bool) -> Mapping[str, str]:
    reference = seen.next_action.redirect.url.rpartition("=")[2]
    return {"redirectResult": f"{reference}!{'passed' if passes else 'failed'}", "utm_source": "a page's own"}


def _adyen(simulator: Simulator) -> AdyenSimulator:
    assert isinstance(simulator, AdyenSimulator)
    return simulator


FIXTURES = Fixtures(
    credentials={
        "api_key": "AQE1canary7Hk2Lq",
        "merchant_account": "CorridorECOM",
        "balance_account_id": "BA3227C223222B5BLP6JQC3FD",
        "hmac_key": HMAC_KEY,
    },
    other_account={"api_key": "key-of-others", "transfers_api_key": "key-of-others"},
    wrong_credentials={"api_key": "wrong-key"},
    create="create_transfer",
    look_up="list_transactions",
    amounts=(
        (Rail.RAIL_ACH, "USD"),
        (Rail.RAIL_ACH_SAME_DAY, "USD"),
        (Rail.RAIL_WIRE, "USD"),
        (Rail.RAIL_RTP, "USD"),
        (Rail.RAIL_SEPA, "EUR"),
        (Rail.RAIL_SEPA_INSTANT, "EUR"),
        (Rail.RAIL_FASTER_PAYMENTS, "GBP"),
        (Rail.RAIL_BACS, "GBP"),
        (Rail.RAIL_SWIFT, "JPY"),
        (Rail.RAIL_SWIFT, "KWD"),
    ),
    words={
        PayoutState.PAYOUT_STATE_PENDING: "authorised",
        PayoutState.PAYOUT_STATE_SETTLED: "booked",
        PayoutState.PAYOUT_STATE_RETURNED: "returned:counterpartyAccountNotFound",
    },
    return_code="counterpartyAccountNotFound",
    unknown_word="teleported",
    other_secret="00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
    signature_header="hmacsignature",
    time_is_signed=False,
    cancels=False,
    payments=PaymentFixtures(
        authorise="create_payment",
        capture="capture",
        void="cancel",
        increment="update_amount",
        reverse="reverse",
        token=TOKEN,
        amounts=(("EUR", 12_340), ("JPY", 12_340), ("KWD", 12_345), ("CLP", 990), ("ISK", 777), ("IDR", 1_000_00)),
        declines=REFUSALS,
        decline=_decline,
        partial=_holder("PARTIALLY_APPROVED"),
        step_up=_holder("REDIRECT_SHOPPER"),
        customer=_customer,
        move_to="TELEPORTATION",
    ),
    refunds=RefundFixtures(create="refund"),
    disputes=DisputeFixtures(
        submit="defend",
        look_up="",
        open=lambda simulator, payment_id, reason: _adyen(simulator).open_dispute(payment_id, reason) and None,
        decide=lambda simulator, reference, won: _adyen(simulator).decide_dispute(reference, won),
        submissions=lambda simulator, reference: _adyen(simulator).submissions(reference),
        reasons=REASONS,
        accept="accept",
        inquiry=lambda simulator, payment_id: (
            _adyen(simulator).open_dispute(payment_id, event="REQUEST_FOR_INFORMATION") and None
        ),
        unknown_word="TELEPORTATION",
        time_is_told=False,
    ),
)
