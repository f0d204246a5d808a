"""What the adapter does where several requests make one payout, and what it lets be seen."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.dwolla.adapter import ADAPTER
from adapters.dwolla.simulator import DwollaSimulator
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown, Unmapped
from adapters.kit.simulator import Answer, Fault, Request
from corridor.type.v1.bank_account_pb2 import BankAccount, Iban
from corridor.type.v1.rail_pb2 import RAIL_WIRE
from tests.adapters.dwolla import samples
from tests.adapters.judging.recorder import Recording


def sent(simulator: DwollaSimulator, operation: str) -> list[Request]:
    return [request for name, request in simulator.requests if name == operation]


def test_every_write_has_a_key_and_the_same_payout_has_the_same(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    for _ in range(2):
        ADAPTER.create_payout(call("po_1"), samples.payout(), samples.beneficiary())

    assert ["po_1", "po_1"] == [each.headers["idempotency-key"] for each in sent(simulator, "create_transfer")]
    assert [json.loads(each.body) for each in sent(simulator, "create_transfer")][:1] * 2 == [
        json.loads(each.body) for each in sent(simulator, "create_transfer")
    ]
    assert ["ben_" + "0" * 26 + "-customer"] == [
        each.headers["idempotency-key"] for each in sent(simulator, "create_customer")
    ]
    assert ["po_1-account"] == [each.headers["idempotency-key"] for each in sent(simulator, "create_funding_source")]
    assert 1 == len(simulator.books())


def test_a_second_payout_to_somebody_uses_the_same_customer_and_account(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call("po_1"), samples.payout(), samples.beneficiary())
    ADAPTER.create_payout(call("po_2"), samples.payout(last="1"), samples.beneficiary())

    assert (1, 1, 2) == tuple(
        len(sent(simulator, name)) for name in ("create_customer", "create_funding_source", "create_transfer")
    )


def test_an_account_that_the_vendor_has_removed_is_made_anew(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.create_payout(call("po_1"), samples.payout(), samples.beneficiary())
    simulator.move(samples.payout().payout_id, "failed:R03")

    seen = ADAPTER.create_payout(call("po_2"), samples.payout(last="1"), samples.beneficiary())

    assert "pending" == seen.provider_state
    assert 2 == len(sent(simulator, "create_funding_source"))


@pytest.mark.parametrize("operation", ["create_customer", "create_funding_source"])
@pytest.mark.parametrize("fault", [Fault("lost_answer"), Fault("error_after"), Fault("html")], ids=lambda f: f.kind)
def test_what_is_lost_while_the_receiver_is_set_up_has_moved_no_money_and_is_made_up_for(
    operation: str, fault: Fault, simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    simulator.fault(fault, operation)

    with pytest.raises(Unavailable):
        ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    assert [] == simulator.books()

    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    assert (1, 1) == (len(simulator.store.all("customer")), len(simulator.store.all("funding_source")))
    assert 1 == len(simulator.books())


def test_a_customer_that_the_search_does_not_show_yet_is_known_by_the_refusal_of_a_second(
    call: Callable[..., Call],
) -> None:
    class Slow(DwollaSimulator):
        IDEMPOTENCY_HOURS = 0

        def list_customers(self, request: Request) -> Answer:
            return super().list_customers(replace(request, query=(("search", "nobody@nowhere"),)))

        def list_funding_sources(self, request: Request) -> Answer:
            answer = super().list_funding_sources(request)
            return replace(answer, body={**answer.body, "_embedded": {"funding-sources": []}})

    with Slow(step_seconds=3600) as slow:
        for last in ("0", "1"):
            made = call(f"po_{last}")
            made.base_url = slow.url
            ADAPTER.create_payout(made, samples.payout(last=last), samples.beneficiary())

        assert (1, 1, 2) == tuple(len(slow.store.all(kind)) for kind in ("customer", "funding_source", "transfer"))


@pytest.mark.parametrize("fault", [Fault("refuse"), Fault("error_after"), Fault("reset")], ids=lambda f: f.kind)
def test_a_transfer_that_was_made_and_cannot_be_read_is_unknown_and_found(
    fault: Fault, simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    simulator.fault(fault, "get_transfer")

    with pytest.raises(Unknown):
        ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())

    seen = ADAPTER.look_up_payout(call(), samples.payout())
    assert seen is not None
    assert 1 == len(simulator.books())


def test_an_access_token_that_the_vendor_ends_early_is_replaced(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    ADAPTER.look_up_payout(call(), samples.payout())
    simulator.clock_offset_seconds += 3601

    assert ADAPTER.look_up_payout(call(), samples.payout()) is None
    assert 2 == len(sent(simulator, "token"))


def test_a_filter_that_was_not_heeded_is_not_an_answer(call: Callable[..., Call]) -> None:
    class Careless(DwollaSimulator):
        def list_transfers(self, request: Request) -> Answer:
            return super().list_transfers(replace(request, query=()))

    with Careless(step_seconds=3600) as careless:
        made = call()
        made.base_url = careless.url
        ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())

        with pytest.raises(Misconfigured):
            ADAPTER.look_up_payout(made, samples.payout(last="1"))


def test_the_leg_between_the_paying_bank_and_the_vendor_is_not_taken_for_the_payout(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    created = ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    leg = samples.transfer("processed")
    leg["_links"]["funded-transfer"] = {"href": f"{samples.BASE}/transfers/{created.provider_reference}"}
    simulator.store.put("transfer", leg["id"], leg)
    simulator.store.put("owner", leg["id"], {"account": samples.CREDENTIALS["client_id"]})

    seen = ADAPTER.look_up_payout(call(), samples.payout())

    assert seen is not None
    assert created.provider_reference == seen.provider_reference


def test_two_transfers_for_one_payout_are_nothing_to_choose_from(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    for key in ("key-1", "key-2"):
        ADAPTER.create_payout(call(key), samples.payout(), samples.beneficiary())

    with pytest.raises(Unknown):
        ADAPTER.look_up_payout(call(), samples.payout())


@pytest.mark.parametrize("body", [[], {"id": "x"}, {"status": "pending", "id": 5}], ids=repr)
def test_an_answer_in_another_shape_is_loud(body: object, call: Callable[..., Call]) -> None:
    class Strange(DwollaSimulator):
        def get_transfer(self, request: Request) -> Answer:
            return Answer(200, body)

    with Strange(step_seconds=3600) as strange:
        made = call()
        made.base_url = strange.url

        with pytest.raises((Unmapped, Unknown)):
            ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())


def test_no_capture_shows_who_is_paid_or_by_which_secret(wire: Recording, call: Callable[..., Call]) -> None:
    made = call()
    with pytest.raises(ProviderError):
        ADAPTER.create_payout(made, samples.payout(), samples.beneficiary(number="0000"))
    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(made, samples.payout())
    tokens = [json.loads(response.data or b"{}") for request, response in wire.exchanges if request.path == "/token"]
    shown = f"{made!r} {made.exchanges!r}"

    for canary in ("Ada", "Sample", "123456789", "021000021", "Invoice", "secret-7Rk2pQ", tokens[0]["access_token"]):
        assert canary not in shown


def test_what_cannot_be_paid_is_refused_before_anything_is_made(
    simulator: DwollaSimulator, call: Callable[..., Call]
) -> None:
    elsewhere = samples.beneficiary()
    elsewhere.bank_account.CopyFrom(BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"))

    with pytest.raises(Rejected):
        ADAPTER.create_payout(call(), samples.payout(), elsewhere)
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(), samples.payout(RAIL_WIRE), samples.beneficiary())

    assert [] == simulator.requests
