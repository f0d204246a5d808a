"""Everything that travels between adapter and simulator, judged by the vendor's own OpenAPI document.

The judge is tried first: it has to refuse wrong bodies of the operations that count.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers

from adapters.kit.call import Call, Http
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unknown
from adapters.modern_treasury import mapping
from adapters.modern_treasury.adapter import ADAPTER
from adapters.modern_treasury.simulator import ModernTreasurySimulator
from adapters.modern_treasury.simulator_scripts import SCRIPTS
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
)
from corridor.type.v1 import rail_pb2
from tests.adapters.modern_treasury import samples, vendor_document
from tests.adapters.modern_treasury.recorder import Recording, recording
from tests.adapters.modern_treasury.vendor_document import Request, Response

JSON = {"content-type": "application/json", "authorization": "Basic b3JnOmtleQ=="}
CREDENTIALS = {
    "organization_id": "org_example",
    "api_key": "test-7Rk2pQ",
    "originating_account_id": samples.ORIGINATING_ACCOUNT,
}

# Statuses that the document leaves out for an operation; their bodies are judged as the error of another.
UNDOCUMENTED = frozenset((400, 401, 403, 404, 409, 422, 429))


@pytest.fixture
def simulator() -> Iterator[ModernTreasurySimulator]:
    """A vendor whose orders stand still until they are moved."""
    with ModernTreasurySimulator(step_seconds=3600) as running:
        yield running


@pytest.fixture
def wire(simulator: ModernTreasurySimulator) -> Iterator[Recording]:
    """What travels between the adapter and the vendor."""
    with recording(simulator.url) as kept:
        yield kept


@pytest.fixture
def call(wire: Recording) -> Iterator[Callable[..., Call]]:
    """Makes calls through the recorder."""
    http = Http()

    def make(key: str = "key-1", **changes: str) -> Call:
        return Call(
            http=http,
            base_url=wire.url,
            credentials={**CREDENTIALS, **changes},
            environment="sandbox",
            idempotency_key=key,
            deadline_seconds=10,
            correlation_id="corr_1",
            request_id="req_1",
            traceparent="",
            operation="test",
        )

    yield make
    http.close()


def judged(wire: Recording) -> list[tuple[str, str, int]]:
    """Method, path and status of all that has travelled; fails where the document does not allow it."""
    for request, response in wire.exchanges:
        vendor_document.check_request(request)
        judge_answer(request, response)
    return [(request.method, request.path, response.status_code) for request, response in wire.exchanges]


def judge_answer(request: Request, response: Response) -> None:
    documented = vendor_document.statuses(request)
    if response.status_code in UNDOCUMENTED and str(response.status_code) not in documented:
        create = Request("post", "/api/payment_orders", {}, None)
        vendor_document.check_response(create, Response(422, response.headers, response.data))
    else:
        vendor_document.check_response(request, response)


def create_request(body: dict[str, Any]) -> Request:
    return Request("post", "/api/payment_orders", JSON, json.dumps(body).encode())


def good_body() -> dict[str, Any]:
    return mapping.payment_order(samples.payout(), samples.beneficiary(), samples.ORIGINATING_ACCOUNT)


# The judge.


def test_the_judge_allows_a_right_request() -> None:
    vendor_document.check_request(create_request(good_body()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12345"},
        {"amount": 123.45},
        {"type": "pigeon"},
        {"direction": "out"},
        {"currency": "EURO"},
        {"priority": "urgent"},
        {"originating_account_id": "mine"},
        {"metadata": {"corridor_payout_id": 1}},
        {"misspelt": "field"},
        {"receiving_account": {"party_nam": "Ada"}},
        {"receiving_account": {"account_details": [{"number": "1"}]}},
        {"receiving_account": {"routing_details": [{"routing_number": "1", "routing_number_type": "blz"}]}},
        {"receiving_account": {"party_address": {"street": "1 Example Street"}}},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_request(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        vendor_document.check_request(create_request({**good_body(), **wrong}))


@pytest.mark.parametrize("missing", ["type", "amount", "direction", "originating_account_id"])
def test_the_judge_refuses_a_request_without_a_required_field(missing: str) -> None:
    body = good_body()
    del body[missing]

    with pytest.raises(OpenAPIError):
        vendor_document.check_request(create_request(body))


def test_the_judge_refuses_a_request_without_credentials() -> None:
    request = Request("get", "/api/payment_orders", {}, None)

    with pytest.raises(OpenAPIError):
        vendor_document.check_request(request)


@pytest.mark.parametrize(
    "wrong", [{"status": "paid"}, {"amount": "12345"}, {"id": "1"}, {"extra": 1}, {"current_return": {}}], ids=json.dumps
)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    answer = Response(
        201, Headers({"content-type": "application/json"}), json.dumps({**samples.order(), **wrong}).encode()
    )

    with pytest.raises(OpenAPIError):
        vendor_document.check_response(create_request(good_body()), answer)


# The adapter and the simulator.


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

    request, response = wire.exchanges[0]
    judge_answer(request, response)
    assert status == response.status_code


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
    """The wrong organization's simulator would do; here the order loses its metadata in the dashboard."""
    payout = samples.payout()
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    stray = {**samples.order(), "id": created.provider_reference, "metadata": {}}
    assert "" == mapping.payout_id(stray)


# What only people use.


def test_every_other_operation_of_the_simulator_is_as_the_document_says(
    simulator: ModernTreasurySimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "returned:R04")
    account = {**good_body()["receiving_account"], "counterparty_id": samples.ORIGINATING_ACCOUNT}
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
    body = {name: value for name, value in good_body().items() if name in keys}
    with httpx.Client(base_url=wire.url, auth=("org_example", "test-7Rk2pQ")) as person:
        made = [person.post("/api/payment_orders", json=body).json()["id"] for _ in range(3)]
        first = person.get("/api/payment_orders?per_page=2")
        second = person.get(f"/api/payment_orders?per_page=2&after_cursor={first.headers['X-After-Cursor']}")

    assert list(reversed(made)) == [order["id"] for order in [*first.json(), *second.json()]]
    assert "X-After-Cursor" not in second.headers
    judged(wire)


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
