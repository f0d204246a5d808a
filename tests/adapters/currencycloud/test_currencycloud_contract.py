"""Everything that travels between adapter and simulator, judged by the vendor's own Swagger document."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.currencycloud.adapter import ADAPTER
from adapters.currencycloud.simulator import CurrencycloudSimulator
from adapters.currencycloud.simulator_scripts import SCRIPTS
from adapters.kit import forms
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected
from adapters.kit.forms import Part
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
)
from corridor.type.v1 import rail_pb2
from tests.adapters.currencycloud import samples
from tests.adapters.judging.recorder import Recording
from tests.adapters.judging.vendor_document import Document, OpenAPIError, Request, Response
from tests.adapters.judging.vendor_document import judged as judged_by

DOCUMENT = Document("currencycloud/reference.yaml")
LOGIN = ("post", "/authenticate/api")


def judged(wire: Recording) -> list[tuple[str, str, int]]:
    """Method, path and status of all that has travelled; fails where the document does not allow it."""
    return judged_by(wire.exchanges, DOCUMENT, errors_as=("post", "/payments/create", 400))


@pytest.mark.parametrize("rail", sorted(samples.ACCOUNT_OF_RAIL), ids=rail_pb2.Rail.Name)
@pytest.mark.parametrize("party", [samples.PERSON, samples.BUSINESS], ids=["person", "business"])
def test_a_payout_by_every_rail_is_as_the_document_says(
    rail: rail_pb2.Rail.ValueType, party: Any, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout(rail)
    seen = ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary(rail, party))

    assert PAYOUT_STATE_SENT <= seen.state
    assert payout.amount == seen.amount
    assert [
        (*LOGIN, 200),
        ("post", "/beneficiaries/find", 200),
        ("post", "/beneficiaries/create", 200),
        ("post", "/payments/create", 200),
    ] == judged(wire)


def test_a_payout_in_another_currency_is_validated_converted_and_paid(
    wire: Recording, call: Callable[..., Call], simulator: CurrencycloudSimulator
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(payout.payout_id, funding_currency="GBP"), payout, samples.beneficiary())

    assert ["/payments/validate", "/conversions/create", "/payments/create"] == [path for _, path, _ in judged(wire)][
        -3:
    ]
    (bought,) = simulator.store.all("conversion")
    (paid,) = simulator.store.all("payment")
    assert ("EUR", "GBP", "123.45") == (bought["buy_currency"], bought["sell_currency"], bought["client_buy_amount"])
    assert bought["id"] == paid["conversion_id"]


def test_looking_up_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    nothing = ADAPTER.look_up_payout(call(), payout)
    created = ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    by_our_id = ADAPTER.look_up_payout(call(), payout)
    payout.provider_reference = created.provider_reference
    by_their_id = ADAPTER.look_up_payout(call(), payout)

    assert nothing is None
    assert created == by_our_id == by_their_id
    judged(wire)


def test_an_id_that_the_vendor_does_not_know_is_looked_up_by_ours_as_well(
    wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    created = ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    payout.provider_reference = "0383a613-1439-4ff8-992c-5e8691dfcc19"

    assert created == ADAPTER.look_up_payout(call(), payout)
    assert [404, 200] == [status for _, _, status in judged(wire)][-2:]


def test_cancelling_is_as_the_document_says_and_what_is_deleted_is_still_found(
    wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())

    assert PAYOUT_STATE_CANCELLED == ADAPTER.cancel_payout(call(), payout).state
    found = ADAPTER.look_up_payout(call(), payout)
    assert found is not None
    assert PAYOUT_STATE_CANCELLED == found.state
    judged(wire)


def test_what_can_no_longer_be_cancelled_is_answered_with_its_state(
    simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "completed")

    assert PAYOUT_STATE_SETTLED == ADAPTER.cancel_payout(call(), payout).state
    assert [200, 400, 200] == [status for _, _, status in judged(wire)][-3:]


def test_cancelling_what_the_vendor_does_not_have_is_refused(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Rejected):
        ADAPTER.cancel_payout(call(), samples.payout())

    judged(wire)


@pytest.mark.parametrize("word", sorted({word for script in SCRIPTS.values() for word in script}))
def test_a_payment_in_every_state_is_as_the_document_says(
    word: str, simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    simulator.move(payout.payout_id, word)

    assert ADAPTER.look_up_payout(call(), payout) is not None
    judged(wire)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["failed"], PAYOUT_STATE_FAILED),
        (["failed:compliance"], PAYOUT_STATE_FAILED),
        (["completed", "failed"], PAYOUT_STATE_RETURNED),
    ],
)
def test_a_payment_that_failed_before_it_was_sent_has_failed_and_afterwards_is_returned(
    words: list[str], state: int, simulator: CurrencycloudSimulator, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(payout.payout_id), payout, samples.beneficiary())
    for word in words:
        simulator.move(payout.payout_id, word)
    seen = ADAPTER.look_up_payout(call(), payout)

    assert seen is not None
    assert state == seen.state
    assert seen.reason


@pytest.mark.parametrize(
    ("rail", "number", "amount_minor", "has_address", "field"),
    [
        (rail_pb2.RAIL_ACH, "0000", 12_345, True, "beneficiary.bank_account"),
        (rail_pb2.RAIL_SWIFT, "123456789", 12_345, False, "beneficiary.party.address"),
        (rail_pb2.RAIL_ACH, "123456789", 99_011, True, "amount"),
        (rail_pb2.RAIL_ACH, "123456789", 99_012, True, "reference"),
    ],
)
def test_what_the_vendor_refuses_is_rejected_with_our_field(
    rail: rail_pb2.Rail.ValueType, number: str, amount_minor: int, has_address: bool, field: str,
    wire: Recording, call: Callable[..., Call], simulator: CurrencycloudSimulator,
) -> None:  # fmt: skip
    beneficiary = samples.beneficiary(rail)
    if rail == rail_pb2.RAIL_ACH:
        beneficiary.bank_account.us.account_number = number
    if not has_address:
        beneficiary.party.ClearField("address")

    with pytest.raises(Rejected) as refused:
        ADAPTER.create_payout(call(), samples.payout(rail, amount_minor), beneficiary)

    assert [field] == [problem.field for problem in refused.value.problems]
    assert 400 == judged(wire)[-1][2]
    assert [] == simulator.books()


@pytest.mark.parametrize(
    ("changes", "amount_minor", "status"), [({"api_key": "bad0" * 16}, 12_345, 401), ({}, 99_013, 400)]
)
def test_what_is_wrong_with_the_connection_is_not_the_customers_fault(
    changes: dict[str, str], amount_minor: int, status: int, wire: Recording, call: Callable[..., Call]
) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(**changes), samples.payout(amount_minor=amount_minor), samples.beneficiary())

    assert status == judged(wire)[-1][2]


# The judge itself is tried: it refuses wrong bodies of the operations that count.

RIGHT = {
    "currency": "EUR", "beneficiary_id": samples.THEIR_BENEFICIARY, "amount": "1.00", "reason": "why",
    "reference": "what", "unique_request_id": "po_1",
}  # fmt: skip


def payment_request(fields: dict[str, str]) -> Request:
    body, content_type = forms.multipart([Part(name, value) for name, value in fields.items()])
    return Request("post", "/payments/create", {"content-type": content_type, "x-auth-token": "x" * 32}, body)


def test_the_judge_allows_a_right_request() -> None:
    DOCUMENT.check_request(payment_request(RIGHT))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12,50"},
        {"amount": "1.2345"},
        {"currency": "euro"},
        {"payment_type": "pigeon"},
        {"payment_date": "tomorrow"},
        {"unique_request_id": "x" * 256},
        {"misspelt": "field"},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_request(wrong: dict[str, str]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(payment_request({**RIGHT, **wrong}))


@pytest.mark.parametrize("missing", sorted(RIGHT))
def test_the_judge_refuses_a_request_without_a_required_field(missing: str) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(payment_request({name: value for name, value in RIGHT.items() if name != missing}))


@pytest.mark.parametrize("wrong", [{"status": 1}, {"amount": 5}, {"review_status": "maybe"}], ids=json.dumps)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    answer = Response(200, {"content-type": "application/json"}, json.dumps({**samples.payment(), **wrong}).encode())

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_response(payment_request(RIGHT), answer)


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: CurrencycloudSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "completed")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "")

    assert listing.observations
    assert ("get", "/payments/find", 200) in judged(wire)
