"""What the adapter does where several requests make one payout, and what it lets be seen."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.currencycloud.adapter import ADAPTER
from adapters.currencycloud.simulator import CurrencycloudSimulator
from adapters.kit import forms
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown, Unmapped
from adapters.kit.simulator import Answer, Fault, Request
from tests.adapters.currencycloud import samples
from tests.adapters.judging.recorder import Recording

ID = samples.payout().payout_id
KEY = samples.CREDENTIALS["api_key"]


def sent(simulator: CurrencycloudSimulator, operation: str) -> list[dict[str, str]]:
    """The fields of every request for an operation."""
    return [
        {part.name: part.data.decode() for part in forms.parts_of(request.body, request.headers["content-type"])}
        for name, request in simulator.requests
        if name == operation
    ]


def test_every_request_that_moves_money_has_a_key_and_the_same_payout_has_the_same(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    for _ in range(2):
        ADAPTER.create_payout(call(ID, funding_currency="GBP"), samples.payout(), samples.beneficiary())

    assert [ID, ID] == [fields["unique_request_id"] for fields in sent(simulator, "create_payment")]
    assert [f"{ID}-conversion"] * 2 == [fields["unique_request_id"] for fields in sent(simulator, "create_conversion")]
    assert (1, 1, 1) == tuple(len(simulator.store.all(kind)) for kind in ("beneficiary", "conversion", "payment"))


def test_a_key_of_another_payout_is_noticed_and_pays_nothing(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call(ID), samples.payout(), samples.beneficiary())

    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(ID), samples.payout(last="1"), samples.beneficiary())

    assert 1 == len(simulator.books())


@pytest.mark.parametrize("fault", [Fault("lost_answer"), Fault("error_after"), Fault("html")], ids=lambda f: f.kind)
def test_a_beneficiary_whose_answer_is_lost_has_moved_no_money_and_is_found_again(
    fault: Fault, simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    simulator.fault(fault, "create_beneficiary")

    with pytest.raises(Unavailable):
        ADAPTER.create_payout(call(ID), samples.payout(), samples.beneficiary())
    ADAPTER.create_payout(call(ID), samples.payout(), samples.beneficiary())

    assert (1, 1) == (len(simulator.store.all("beneficiary")), len(simulator.books()))


@pytest.mark.parametrize("fault", [Fault("lost_answer"), Fault("error_after"), Fault("html")], ids=lambda f: f.kind)
def test_a_conversion_whose_answer_is_lost_is_unknown_and_booked_once(
    fault: Fault, simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    simulator.fault(fault, "create_conversion")

    with pytest.raises(Unknown):
        ADAPTER.create_payout(call(ID, funding_currency="GBP"), samples.payout(), samples.beneficiary())
    assert ADAPTER.look_up_payout(call(), samples.payout()) is None
    ADAPTER.create_payout(call(ID, funding_currency="GBP"), samples.payout(), samples.beneficiary())

    assert (1, 1) == (len(simulator.store.all("conversion")), len(simulator.books()))


def test_once_the_currency_is_bought_the_payout_does_not_go_to_another_provider(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    simulator.fault(Fault("refuse", status=429, seconds=5), "create_payment")

    with pytest.raises(Unknown):
        ADAPTER.create_payout(call(ID, funding_currency="GBP"), samples.payout(), samples.beneficiary())


def test_nothing_is_converted_for_a_payment_that_the_vendor_would_refuse(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    payout = samples.payout(amount_minor=99_011)

    with pytest.raises(Rejected):
        ADAPTER.create_payout(call(ID, funding_currency="GBP"), payout, samples.beneficiary())

    assert [] == simulator.store.all("conversion")


def test_nothing_is_converted_where_the_account_pays_in_the_payout_s_currency(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call(ID, funding_currency="EUR"), samples.payout(), samples.beneficiary())

    assert [] == simulator.store.all("conversion")


def test_a_payment_that_was_made_before_and_cannot_be_read_is_unknown(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call(ID), samples.payout(), samples.beneficiary())
    simulator.fault(Fault("refuse"), "find_payments")

    with pytest.raises(Unknown):
        ADAPTER.create_payout(call(ID), samples.payout(), samples.beneficiary())

    assert 1 == len(simulator.books())


def test_a_token_that_the_vendor_has_ended_is_replaced(
    simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.look_up_payout(call(), samples.payout())
    simulator.clock_offset_seconds += 1801

    assert ADAPTER.look_up_payout(call(), samples.payout()) is None
    assert 2 == len(sent(simulator, "login"))


def test_a_filter_that_was_not_heeded_is_not_an_answer(call: Callable[..., Call]) -> None:
    class Careless(CurrencycloudSimulator):
        def find_payments(self, request: Request) -> Answer:
            return super().find_payments(replace(request, query=()))

    with Careless(step_seconds=3600) as careless:
        made = call(ID)
        made.base_url = careless.url
        ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())

        with pytest.raises(Misconfigured):
            ADAPTER.look_up_payout(made, samples.payout(last="1"))


@pytest.mark.parametrize("body", [[], {"id": "x"}, {"status": "new", "id": 5}], ids=repr)
def test_an_answer_in_another_shape_is_loud(body: object, call: Callable[..., Call]) -> None:
    class Strange(CurrencycloudSimulator):
        def create_payment(self, request: Request) -> Answer:
            return Answer(200, body)

    with Strange(step_seconds=3600) as strange:
        made = call(ID)
        made.base_url = strange.url

        with pytest.raises(Unmapped):
            ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())


def test_no_capture_shows_who_is_paid_or_by_which_key(
    wire: Recording, call: Callable[..., Call], simulator: CurrencycloudSimulator
) -> None:
    made = call(ID)
    with pytest.raises(ProviderError):
        ADAPTER.create_payout(made, samples.payout(amount_minor=99_011), samples.beneficiary())
    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(made, samples.payout())
    issued = [request.headers["x-auth-token"] for name, request in simulator.requests if name == "create_payment"]
    shown = f"{made!r} {made.exchanges!r}"

    assert issued
    for canary in ("Ada", "Sample", "DE89370400440532013000", "Example Street", "Invoice", "INVOICE", KEY, *issued):
        assert canary not in shown
