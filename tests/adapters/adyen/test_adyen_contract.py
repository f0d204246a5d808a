"""Everything that travels between adapter and simulator, and every webhook, judged by the vendor's own documents."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.adyen import results
from adapters.adyen.adapter import ADAPTER
from adapters.adyen.simulator import AdyenSimulator
from adapters.adyen.simulator_scripts import OUTCOMES, TRANSFERS
from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK, Misconfigured, Rejected, Unavailable
from corridor.payments.v1.dispute_pb2 import DisputeState
from corridor.payments.v1.payment_observation_pb2 import PaymentStepState
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_PENDING, PAYOUT_STATE_SENT
from corridor.type.v1 import rail_pb2
from tests.adapters.adyen import samples
from tests.adapters.adyen.documents import INTERFACES, TRANSFER_WEBHOOKS, WEBHOOKS, codes, schema_of
from tests.adapters.judging.recorder import Recording
from tests.adapters.judging.vendor_document import judged

State = PaymentStepState
Calls = Callable[..., Call]


def traffic(wire: Recording, wrong_on_purpose: int = 0) -> list[tuple[str, int]]:
    """Path and status of all that has travelled; fails where a document does not allow it."""
    seen = judged(wire.exchanges, *INTERFACES, refused=(wrong_on_purpose,))
    return [(path, status) for _, path, status in seen]


def told(simulator: AdyenSimulator, count: int) -> list[Any]:
    """The bodies of all webhooks so far as they go out, once there are so many."""
    ends = time.monotonic() + 10
    while len(simulator.outbox.events) < count:
        assert time.monotonic() < ends, len(simulator.outbox.events)
        time.sleep(0.01)
    return [json.loads(simulator.seal(each.body, samples.HMAC_KEY)) for each in list(simulator.outbox.events)]


@pytest.mark.parametrize("party", [samples.PERSON, samples.BUSINESS], ids=["person", "business"])
@pytest.mark.parametrize("rail", sorted(samples.ACCOUNT_OF_RAIL), ids=rail_pb2.Rail.Name)
def test_a_payout_by_every_rail_is_as_the_document_says(
    rail: "rail_pb2.Rail.ValueType", party: samples.Party, wire: Recording, call: Calls
) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(rail), samples.beneficiary(rail, party))

    assert PAYOUT_STATE_SENT == seen.state
    assert samples.payout(rail).amount == seen.amount
    assert [("/v3/transfers", 202)] == traffic(wire)


def test_looking_up_and_cancelling_payouts_is_as_the_document_says(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    payout = samples.payout(amount_minor=99_004)
    assert ADAPTER.look_up_payout(call(), payout) is None
    payout.provider_reference = ADAPTER.create_payout(call(), payout, samples.beneficiary()).provider_reference
    assert PAYOUT_STATE_PENDING == ADAPTER.look_up_payout(call(), payout).state
    simulator.move(payout.payout_id, "pendingApproval")

    assert ADAPTER.cancel_payout(call(), payout).provider_reference == payout.provider_reference
    assert ("/v3/transfers/cancel", 200) in traffic(wire)


@pytest.mark.parametrize("script", sorted(TRANSFERS))
def test_every_webhook_of_a_transfer_is_as_the_document_says(
    script: int, simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    ADAPTER.create_payout(call(), samples.payout(amount_minor=script), samples.beneficiary())

    for body in told(simulator, 1 + len(TRANSFERS[script])):
        TRANSFER_WEBHOOKS.check_schema("TransferNotificationRequest", body)
    traffic(wire)


@pytest.mark.parametrize("holder", sorted(OUTCOMES))
def test_a_payment_with_every_outcome_is_as_the_document_says(holder: str, wire: Recording, call: Calls) -> None:
    wanted = samples.payment(holder)
    wanted.partial_approval_allowed = True

    seen = ADAPTER.authorise(call(), wanted)

    assert OUTCOMES[holder].result == seen.provider_state
    assert [("/v71/payments", 200)] == traffic(wire)


@pytest.mark.parametrize("token", [samples.TOKEN, samples.STORED, '{"encryptedCardNumber":"adyenjs_0_1_18$x"}'])
@pytest.mark.parametrize("automatic", [True, False])
def test_a_payment_by_every_kind_of_token_is_as_the_document_says(
    token: str, automatic: bool, wire: Recording, call: Calls
) -> None:
    wanted = samples.payment(automatic=automatic)
    wanted.payment_method.token = token
    wanted.payment_method.customer_reference = "customer-117"

    seen = ADAPTER.authorise(call(), wanted)

    assert (State.PAYMENT_STEP_STATE_SUCCEEDED, automatic) == (seen.state, seen.captured)
    traffic(wire)


@pytest.mark.parametrize("holder", ["REDIRECT_SHOPPER", "CHALLENGE_SHOPPER"])
def test_going_on_after_a_step_up_is_as_the_document_says(
    holder: str, simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    asked = ADAPTER.authorise(call(), samples.payment(holder))
    assert (State.PAYMENT_STEP_STATE_REQUIRES_ACTION, "") == (asked.state, asked.provider_reference)

    brought = samples.back_from(asked, simulator)
    seen = ADAPTER.continue_payment(call("key-2"), samples.payment(), brought)

    assert State.PAYMENT_STEP_STATE_SUCCEEDED == seen.state
    assert [("/v71/payments", 200), ("/v71/payments/details", 200)] == traffic(wire)


def test_every_modification_is_as_the_document_says(wire: Recording, call: Calls) -> None:
    psp = ADAPTER.authorise(call(), samples.payment()).provider_reference
    paid = samples.authorised(psp)
    ADAPTER.increment(call("key-2"), paid, samples.action(500))
    ADAPTER.capture(call("key-3"), paid, samples.action(4_000, final=True, number=2))
    ADAPTER.void(call("key-4"), paid, samples.action(number=3))
    ADAPTER.reverse(call("key-5"), paid, samples.action(number=4))
    ADAPTER.create_refund(call("key-6"), paid, samples.refund())
    ADAPTER.void(call("key-7"), samples.payment(), samples.action(number=5))

    parts = [path.rpartition("/")[2] for path, _ in traffic(wire)]
    assert ["payments", "amountUpdates", "captures", "cancels", "cancels", "reversals", "refunds", "cancels"] == parts


def test_every_request_about_a_dispute_is_as_the_document_says(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    ADAPTER.authorise(call(), samples.payment(automatic=True))
    defended, accepted = (simulator.open_dispute(samples.PAYMENT_ID) for _ in range(2))
    wanted = samples.dispute(defended, other_text="It was (delivered).")
    with pytest.raises(Rejected):  # three documents and one of texts: the vendor takes three
        ADAPTER.submit_evidence(call("key-2"), wanted, [samples.paper() for _ in range(3)])
    with pytest.raises(Rejected):
        ADAPTER.submit_evidence(call("key-2"), samples.dispute("UNKNOWN000000000"), [])
    supplied = simulator.store.get("dispute", defended)
    assert supplied is not None
    supplied["documents"]["AlternativeDefenseMaterial"] = 7

    seen = ADAPTER.submit_evidence(call("key-3"), wanted, [samples.paper()])
    agreed = ADAPTER.accept_dispute(call("key-4"), samples.dispute(accepted))

    assert (DisputeState.DISPUTE_STATE_UNDER_REVIEW, DisputeState.DISPUTE_STATE_ACCEPTED) == (seen.state, agreed.state)
    parts = [path.rpartition("/")[2] for path, _ in traffic(wire)]
    assert ["retrieveApplicableDefenseReasons", "deleteDisputeDefenseDocument", "supplyDefenseDocument",
            "defendDispute", "acceptDispute"] == parts[-5:]  # fmt: skip


@pytest.mark.parametrize("code", [
    "AUTHORISATION", "AUTHORISATION_ADJUSTMENT", "CANCELLATION", "CANCEL_OR_REFUND", "CAPTURE", "CAPTURE_FAILED",
    "CHARGEBACK", "EXPIRE", "REFUND", "REFUND_FAILED", "REFUNDED_REVERSED", "SECOND_CHARGEBACK", "TECHNICAL_CANCEL",
])  # fmt: skip
def test_a_standard_webhook_is_as_the_document_says(
    code: str, simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    psp = ADAPTER.authorise(call(), samples.payment()).provider_reference
    if code in ("CHARGEBACK", "SECOND_CHARGEBACK"):
        simulator.open_dispute(samples.PAYMENT_ID, event=code)
    else:
        simulator.move(psp, code)

    bodies = told(simulator, 2)

    assert {"AUTHORISATION", code} == {each["notificationItems"][0]["NotificationRequestItem"]["eventCode"]
                                       for each in bodies}  # fmt: skip
    for body in bodies:
        event = body["notificationItems"][0]["NotificationRequestItem"]["eventCode"]
        WEBHOOKS.check_schema(schema_of(event), body)


def test_what_is_refused_is_as_the_document_says_and_whose_fault_it_is(wire: Recording, call: Calls) -> None:
    poor, unknown = samples.payment(), samples.payment()
    poor.amount.amount_minor = 0
    unknown.payment_method.token, unknown.payment_method.customer_reference = "unknown-token", "customer-117"
    nobody = samples.beneficiary(rail_pb2.RAIL_ACH)
    nobody.bank_account.us.account_number = "0000"

    for take, field in (
        (lambda: ADAPTER.authorise(call("key-1"), poor), "amount.amount_minor"),
        (lambda: ADAPTER.authorise(call("key-2"), unknown), "payment_method.token"),
        (lambda: ADAPTER.create_payout(call("key-3"), samples.payout(rail_pb2.RAIL_ACH), nobody),
         "beneficiary.bank_account"),
    ):  # fmt: skip
        with pytest.raises(Rejected) as refused:
            take()
        assert [field] == [problem.field for problem in refused.value.problems]
    assert {422} == {status for _, status in traffic(wire)}


@pytest.mark.parametrize(
    ("changes", "status"), [({"api_key": "wrong-key"}, 401), ({"merchant_account": "WrongECOM"}, 403)]
)
def test_what_is_wrong_with_the_connection_is_not_the_customers_fault(
    changes: dict[str, str], status: int, wire: Recording, call: Calls
) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.authorise(call(**changes), samples.payment())

    assert [status] == [seen for _, seen in traffic(wire)]


def test_the_documents_know_every_action_and_every_event_that_is_asked_about() -> None:
    actions = {
        schema["properties"]["type"]["enum"][0]
        for name, schema in INTERFACES[0].published["components"]["schemas"].items()
        if name.startswith("Checkout") and name.endswith("Action")
    }

    assert actions <= set(results.ACTIONS)
    assert 48 == len(codes())


def test_a_payment_cannot_be_asked_about(call: Calls) -> None:
    with pytest.raises(Unavailable) as unavailable:
        ADAPTER.look_up_payment(call(), samples.payment())

    assert CANNOT_ASK == unavailable.value.code


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: AdyenSimulator, wire: Recording, call: Calls
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "booked")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "")

    assert listing.observations
    assert ("/v3/transactions", 200) in traffic(wire)
