"""What the adapter does where the vendor's answer is not what it seems, and what it lets be seen."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Unknown, Unmapped
from adapters.kit.simulator import Answer, Request
from adapters.modern_treasury.adapter import ADAPTER
from adapters.modern_treasury.simulator import ModernTreasurySimulator
from tests.adapters.judging.recorder import Recording
from tests.adapters.modern_treasury import samples


def test_a_second_order_for_a_payout_is_unknown_even_when_its_key_was_forgotten(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call("key-1"), samples.payout(), samples.beneficiary())
    simulator.clock_offset_seconds += 25 * 3600

    with pytest.raises(Unknown):
        ADAPTER.create_payout(call("key-1"), samples.payout(), samples.beneficiary())

    assert 1 == len(simulator.books())


def test_a_key_of_another_payout_is_noticed(wire: Recording, call: Callable[..., Call]) -> None:
    other = samples.payout()
    other.payout_id = "po_01k9h2x0000000000000000001"
    ADAPTER.create_payout(call("key-1"), samples.payout(), samples.beneficiary())

    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call("key-1"), other, samples.beneficiary())


def test_a_filter_that_was_not_heeded_is_not_an_answer(wire: Recording, call: Callable[..., Call]) -> None:
    class Careless(ModernTreasurySimulator):
        def list_orders(self, request: Request) -> Answer:
            return super().list_orders(replace(request, query=()))

    with Careless(step_seconds=3600) as careless:
        made = call()
        made.base_url = careless.url
        ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
        other = samples.payout()
        other.payout_id = "po_01k9h2x0000000000000000001"

        with pytest.raises(Misconfigured):
            ADAPTER.look_up_payout(made, other)


@pytest.mark.parametrize("body", [[], {}, [1], {"id": "x"}, {"status": "approved", "id": 5}], ids=repr)
def test_an_answer_in_another_shape_is_loud(body: object, call: Callable[..., Call]) -> None:
    class Strange(ModernTreasurySimulator):
        def create_order(self, request: Request) -> Answer:
            return Answer(201, body)

    with Strange(step_seconds=3600) as strange:
        made = call()
        made.base_url = strange.url

        with pytest.raises(Unmapped):
            ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())


def test_two_orders_for_one_payout_are_nothing_to_choose_from(wire: Recording, call: Callable[..., Call]) -> None:
    body = {name: value for name, value in samples.create_body().items() if name != "external_id"}
    with httpx.Client(base_url=wire.url, auth=("org_example", "test-7Rk2pQ")) as person:
        for _ in range(2):
            person.post("/api/payment_orders", json=body)

    with pytest.raises(Unknown):
        ADAPTER.look_up_payout(call(), samples.payout())


def test_no_capture_shows_who_is_paid_or_by_which_key(wire: Recording, call: Callable[..., Call]) -> None:
    made = call()
    beneficiary = samples.beneficiary()
    beneficiary.bank_account.us.account_number = "0000"
    with pytest.raises(ProviderError):
        ADAPTER.create_payout(made, samples.payout(), beneficiary)
    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(made, samples.payout())
    shown = f"{made!r} {made.exchanges!r}"

    for canary in ("Ada", "Sample", "123456789", "021000021", "Example Street", "Invoice", "test-7Rk2pQ"):
        assert canary not in shown
