"""Everything that travels between adapter and simulator, judged by the vendor's own OpenAPI document."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected
from adapters.lithic.adapter import ADAPTER
from adapters.lithic.simulator import LithicSimulator
from adapters.lithic.simulator_scripts import DECLINED_AT_ONCE, SCRIPTS
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_INSUFFICIENT_FUNDS
from corridor.type.v1 import rail_pb2
from tests.adapters.judging import vendor_document as vendor
from tests.adapters.judging.recorder import Recording
from tests.adapters.lithic import samples
from tests.adapters.lithic.vendor_document import DOCUMENT

WORDS = sorted({word for script in SCRIPTS.values() for word in script})


def judged(wire: Recording, wrong_on_purpose: int = 0) -> list[tuple[str, int]]:
    """Method and status of all that has travelled; fails where the document does not allow it."""
    told = vendor.judged(wire.exchanges, DOCUMENT, refused=(wrong_on_purpose,))
    return [(method, status) for method, _, status in told]


@pytest.mark.parametrize("rail", [rail_pb2.RAIL_ACH, rail_pb2.RAIL_ACH_SAME_DAY], ids=rail_pb2.Rail.Name)
@pytest.mark.parametrize("party", [samples.PERSON, samples.BUSINESS], ids=["person", "business"])
@pytest.mark.parametrize("method", ["EXTERNALLY_VERIFIED", "UNVERIFIED"])
def test_a_payout_is_as_the_document_says(
    method: str, party: Any, rail: rail_pb2.Rail.ValueType, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout(rail)

    seen = ADAPTER.create_payout(call(verification_method=method), payout, samples.beneficiary(party))

    assert (PAYOUT_STATE_PENDING, payout.amount) == (seen.state, seen.amount)
    assert [("post", 201), ("post", 202)] == judged(wire)


def test_an_account_that_is_there_is_paid_and_not_made_again(
    wire: Recording, simulator: LithicSimulator, call: Callable[..., Call]
) -> None:
    first, second = samples.payout(), samples.payout()
    second.payout_id = "po_01k9h2x0000000000000000001"
    ADAPTER.create_payout(call(first.payout_id), first, samples.beneficiary())
    ADAPTER.create_payout(call(second.payout_id), second, samples.beneficiary())

    assert [("post", 409), ("get", 200), ("post", 202)] == judged(wire)[2:]
    assert 1 == len({each["external_bank_account_token"] for each in simulator.store.all("payment")})


def test_looking_up_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    nothing = ADAPTER.look_up_payout(call(), payout)
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    by_our_id = ADAPTER.look_up_payout(call(), payout)
    payout.provider_reference = created.provider_reference
    by_their_id = ADAPTER.look_up_payout(call(), payout)

    assert nothing is None
    assert created == by_our_id == by_their_id
    assert [("get", 404), ("get", 200), ("post", 201), ("post", 202), ("get", 200), ("get", 200)] == judged(wire)


def test_a_token_that_the_vendor_does_not_know_is_looked_up_by_ours_as_well(
    wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    payout.provider_reference = samples.PAID_TO

    assert created == ADAPTER.look_up_payout(call(), payout)
    assert [404, 200, 200] == [status for _, status in judged(wire)[2:]]


@pytest.mark.parametrize("word", WORDS)
def test_a_payment_after_every_event_is_as_the_document_says(
    word: str, simulator: LithicSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, word)

    assert ADAPTER.look_up_payout(call(), payout) is not None
    judged(wire)


@pytest.mark.parametrize("amount", DECLINED_AT_ONCE)
def test_a_decline_is_an_answer_with_a_reason(amount: int, wire: Recording, call: Callable[..., Call]) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(amount_minor=amount), samples.beneficiary())

    assert (PAYOUT_STATE_FAILED, DECLINED_AT_ONCE[amount]) == (seen.state, seen.provider_reason_code)
    assert seen.reason
    judged(wire)


def test_a_decline_for_want_of_money_says_so(call: Callable[..., Call]) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(amount_minor=99_011), samples.beneficiary())

    assert PAYOUT_REASON_INSUFFICIENT_FUNDS == seen.reason


def test_what_cannot_be_cancelled_is_answered_with_its_state(
    simulator: LithicSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    before = ADAPTER.cancel_payout(call(), payout)
    simulator.move(payout.payout_id, "ACH_ORIGINATION_SETTLED")
    after = ADAPTER.cancel_payout(call(), payout)

    assert (PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED) == (before.state, after.state)
    judged(wire)


def test_cancelling_what_the_vendor_does_not_have_is_refused(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Rejected):
        ADAPTER.cancel_payout(call(), samples.payout())

    judged(wire)


def test_a_wrong_key_is_not_the_customers_fault(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(api_key="wrong-key"), samples.payout(), samples.beneficiary())

    assert [("post", 401)] == judged(wire)


def test_a_wrong_account_to_pay_from_is_not_the_customers_fault(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(financial_account_token="nobody"), samples.payout(), samples.beneficiary())

    # What was refused is looked for all the same, and only the vendor's own list makes the 404 believed.
    assert [("post", 201), ("post", 400), ("get", 404), ("get", 200)] == judged(wire, wrong_on_purpose=400)


def test_every_other_operation_of_the_simulator_is_as_the_document_says(
    wire: Recording, call: Callable[..., Call]
) -> None:
    created = ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    token = created.provider_reference
    with httpx.Client(base_url=wire.url, headers=samples.AUTHORIZATION) as person:
        person.post(f"/v1/simulate/payments/{token}/action", json={"event_type": "ACH_ORIGINATION_PROCESSED"})
        person.post("/v1/simulate/payments/release", json={"payment_token": token})
        person.post("/v1/simulate/payments/return", json={"payment_token": token, "return_reason_code": "R02"})
        listed = person.get("/v1/payments", params={"status": "RETURNED", "page_size": 1}).json()
        account = listed["data"][0]["external_bank_account_token"]
        person.get("/v1/external_bank_accounts")
        person.post(f"/v1/external_bank_accounts/{account}/pause")

    assert "R02" == listed["data"][0]["method_attributes"]["return_reason_code"]
    assert {200, 201, 202} == {status for _, status in judged(wire)}


@pytest.mark.parametrize("word", WORDS)
def test_every_webhook_is_a_payment_with_its_event_as_the_document_says(
    word: str, simulator: LithicSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    simulator.move(samples.PAYOUT_ID, word)

    for event, name in zip(simulator.outbox.events, ("created", "updated"), strict=True):
        told = json.loads(event.body)
        assert f"payment_transaction.{name}" == told["event_type"]
        DOCUMENT.check_schema(f"payment-transaction-{name}", told)


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: LithicSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "ACH_ORIGINATION_SETTLED")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "")

    assert listing.observations
    assert ("get", 200) == judged(wire)[-1]
