"""Everything that travels between adapter and simulator, judged by the vendor's own OpenAPI document."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected
from adapters.modern_treasury.adapter import ADAPTER
from adapters.modern_treasury.simulator import ModernTreasurySimulator
from adapters.modern_treasury.simulator_scripts import SCRIPTS
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
)
from corridor.type.v1 import rail_pb2
from tests.adapters.judging import vendor_document as vendor
from tests.adapters.judging.recorder import Recording
from tests.adapters.modern_treasury import samples
from tests.adapters.modern_treasury.vendor_document import DOCUMENT, ERRORS_AS


def judged(wire: Recording, wrong_on_purpose: int = 0) -> list[tuple[str, str, int]]:
    """Method, path and status of all that has travelled; fails where the document does not allow it."""
    return vendor.judged(wire.exchanges, DOCUMENT, errors_as=ERRORS_AS, refused=(wrong_on_purpose,))


@pytest.mark.parametrize("rail", sorted(samples.ACCOUNT_OF_RAIL), ids=rail_pb2.Rail.Name)
@pytest.mark.parametrize("party", [samples.PERSON, samples.BUSINESS], ids=["person", "business"])
def test_a_payout_by_every_rail_is_as_the_document_says(
    rail: rail_pb2.Rail.ValueType, party: Any, wire: Recording, call: Callable[..., Call]
) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(rail), samples.beneficiary(rail, party))

    assert PAYOUT_STATE_SENT == seen.state
    assert samples.payout(rail).amount == seen.amount
    assert [("post", "/api/payment_orders", 201)] == judged(wire)


def test_looking_up_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    nothing = ADAPTER.look_up_payout(call(), payout)
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    by_our_id = ADAPTER.look_up_payout(call(), payout)
    payout.provider_reference = created.provider_reference
    by_their_id = ADAPTER.look_up_payout(call(), payout)

    assert nothing is None
    assert created == by_our_id == by_their_id
    assert ["get", "post", "get", "get"] == [method for method, _, _ in judged(wire)]


def test_an_id_that_the_vendor_does_not_know_is_looked_up_by_ours_as_well(
    wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    payout.provider_reference = "0383a613-1439-4ff8-992c-5e8691dfcc19"

    assert created == ADAPTER.look_up_payout(call(), payout)
    assert [201, 404, 200] == [status for _, _, status in judged(wire)]


def test_cancelling_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())

    assert PAYOUT_STATE_CANCELLED == ADAPTER.cancel_payout(call(), payout).state
    assert ["post", "get", "patch"] == [method for method, _, _ in judged(wire)]


def test_what_can_no_longer_be_cancelled_is_answered_with_its_state(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "completed")

    assert PAYOUT_STATE_SETTLED == ADAPTER.cancel_payout(call(), payout).state
    assert ("patch", 422) in [(method, status) for method, _, status in judged(wire)]


def test_cancelling_what_the_vendor_does_not_have_is_refused(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Rejected):
        ADAPTER.cancel_payout(call(), samples.payout())

    judged(wire)


@pytest.mark.parametrize("word", sorted({word for script in SCRIPTS.values() for word in script}))
def test_an_order_in_every_state_is_as_the_document_says(
    word: str, simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, word)

    assert ADAPTER.look_up_payout(call(), payout) is not None
    judged(wire)


@pytest.mark.parametrize("word", ["denied", "failed", "stopped"])
def test_a_decline_is_an_answer_with_a_reason(
    word: str, simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, word)
    seen = ADAPTER.look_up_payout(call(), payout)

    assert seen is not None
    assert PAYOUT_STATE_FAILED == seen.state
    assert seen.reason
    judged(wire)


def test_a_return_of_a_wire_has_no_code(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout(rail_pb2.RAIL_WIRE)
    ADAPTER.create_payout(call(), payout, samples.beneficiary(rail_pb2.RAIL_WIRE))
    simulator.move(payout.payout_id, "returned")
    seen = ADAPTER.look_up_payout(call(), payout)

    assert seen is not None
    assert (PAYOUT_STATE_RETURNED, "") == (seen.state, seen.provider_reason_code)
    judged(wire)


@pytest.mark.parametrize(
    ("rail", "number", "has_address", "field"),
    [
        (rail_pb2.RAIL_ACH, "0000", True, "beneficiary.bank_account"),
        (rail_pb2.RAIL_WIRE, "123456789", False, "beneficiary.party.address"),
    ],
)
def test_what_the_vendor_refuses_is_rejected_with_our_field(
    rail: rail_pb2.Rail.ValueType,
    number: str,
    has_address: bool,
    field: str,
    wire: Recording,
    call: Callable[..., Call],
) -> None:
    beneficiary = samples.beneficiary(rail)
    beneficiary.bank_account.us.account_number = number
    if not has_address:
        beneficiary.party.ClearField("address")

    with pytest.raises(Rejected) as refused:
        ADAPTER.create_payout(call(), samples.payout(rail), beneficiary)

    assert [field] == [problem.field for problem in refused.value.problems]
    assert [422] == [status for _, _, status in judged(wire)]


@pytest.mark.parametrize(
    ("changes", "status"), [({"api_key": "wrong-key"}, 401), ({"originating_account_id": "nobody"}, 422)]
)
def test_what_is_wrong_with_the_connection_is_not_the_customers_fault(
    changes: dict[str, str], status: int, wire: Recording, call: Callable[..., Call]
) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(**changes), samples.payout(), samples.beneficiary())

    assert [status] == [seen for _, _, seen in judged(wire, wrong_on_purpose=status)]


# What only people use.


def test_every_other_operation_of_the_simulator_is_as_the_document_says(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "returned:R04")
    account = {**samples.create_body()["receiving_account"], "counterparty_id": samples.ORIGINATING_ACCOUNT}
    with httpx.Client(base_url=wire.url, auth=("org_example", "test-7Rk2pQ")) as person:
        person.get("/api/ping")
        made = person.post("/api/external_accounts", json=account, headers={"Idempotency-Key": "key-2"}).json()
        person.get(f"/api/external_accounts/{made['id']}")
        returns = person.get(f"/api/returns?returnable_type=payment_order&returnable_id={created.provider_reference}")
        person.get(f"/api/returns/{returns.json()[0]['id']}")
        redrafted = person.patch(f"/api/payment_orders/{created.provider_reference}", json={"status": "approved"})

    assert "approved" == redrafted.json()["status"]
    assert {200, 201} == {status for _, _, status in judged(wire)}


def test_lists_go_on_where_the_cursor_says(simulator: ModernTreasurySimulator, wire: Recording) -> None:
    keys = ("type", "amount", "direction", "originating_account_id", "receiving_account")
    body = {name: value for name, value in samples.create_body().items() if name in keys}
    with httpx.Client(base_url=wire.url, auth=("org_example", "test-7Rk2pQ")) as person:
        made = [person.post("/api/payment_orders", json=body).json()["id"] for _ in range(3)]
        first = person.get("/api/payment_orders?per_page=2")
        second = person.get(f"/api/payment_orders?per_page=2&after_cursor={first.headers['X-After-Cursor']}")

    assert list(reversed(made)) == [order["id"] for order in [*first.json(), *second.json()]]
    assert "X-After-Cursor" not in second.headers
    judged(wire)


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "completed")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "")

    assert listing.observations
    assert ("get", "/api/events", 200) in judged(wire)
