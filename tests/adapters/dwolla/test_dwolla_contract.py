"""Everything that travels between adapter and simulator, judged by the vendor's own OpenAPI document."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.dwolla.adapter import ADAPTER, HAL
from adapters.dwolla.simulator import DwollaSimulator
from adapters.dwolla.simulator_scripts import SCRIPTS
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_INSUFFICIENT_FUNDS,
)
from corridor.type.v1 import rail_pb2
from tests.adapters.dwolla import samples
from tests.adapters.judging.recorder import Recording
from tests.adapters.judging.vendor_document import Document, OpenAPIError, Request, Response
from tests.adapters.judging.vendor_document import judged as judged_by

# openapi-core says so of OAuth 2.0, whose tokens it does not judge; the simulator does.
pytestmark = pytest.mark.filterwarnings("ignore:Unsupported scheme type")

_HAL = "content/application~1vnd.dwolla.v1.hal+json/schema"
DOCUMENT = Document(
    "dwolla/openapi.yml",
    repairs=[
        # The token endpoint names a scheme that the document does not have: the client in a Basic header, it says.
        ("components/securitySchemes/basicAuth", {"type": "http", "scheme": "basic"}),
        # The errors of these have one shape, told apart by examples only, so that "exactly one of" them fits none.
        (f"paths/~1transfers/post/responses/400/{_HAL}", {"$ref": "#/components/schemas/InsufficientFundsError"}),
        (f"paths/~1transfers~1{{id}}/post/responses/400/{_HAL}", {"$ref": "#/components/schemas/StatusInvalidError"}),
        (
            f"paths/~1customers~1{{id}}~1funding-sources/post/responses/400/{_HAL}",
            {"$ref": "#/components/schemas/DuplicateFundingSourceError"},
        ),
        # "Returns the updated transfer resource", says the description; the schema is any object.
        (f"paths/~1transfers~1{{id}}/post/responses/200/{_HAL}", {"$ref": "#/components/schemas/Transfer"}),
        # developers.dwolla.com/guides/sandbox/transfers shows the answer; here too the schema is any object.
        (
            f"paths/~1sandbox-simulations/post/responses/200/{_HAL}",
            {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}},
        ),
    ],
)


def judged(wire: Recording) -> list[tuple[str, str, int]]:
    """Method, path and status of all that has travelled; fails where the document does not allow it."""
    told = judged_by(wire.exchanges, DOCUMENT, errors_as=("post", "/customers", 400))
    return [each for each in told if each[1] != "/token"]


@pytest.mark.parametrize("rail", [rail_pb2.RAIL_ACH, rail_pb2.RAIL_ACH_SAME_DAY], ids=rail_pb2.Rail.Name)
@pytest.mark.parametrize(
    "receiver",
    [samples.beneficiary(), samples.beneficiary(samples.BUSINESS, last="1"), samples.savings()],
    ids=["person", "business", "savings"],
)
def test_a_payout_is_as_the_document_says(
    rail: rail_pb2.Rail.ValueType, receiver: Any, wire: Recording, call: Callable[..., Call]
) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(rail), receiver)

    assert PAYOUT_STATE_PENDING == seen.state
    assert samples.payout(rail).amount == seen.amount
    told = [(method, status) for method, _, status in judged(wire)]
    assert [("get", 200), ("post", 201), ("get", 200), ("post", 201), ("post", 201), ("get", 200)] == told


def test_the_token_is_asked_for_as_the_document_says_and_once(wire: Recording, call: Callable[..., Call]) -> None:
    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(call(), samples.payout())

    judged_by(wire.exchanges, DOCUMENT)
    assert 1 == sum(request.path == "/token" for request, _ in wire.exchanges)


def test_looking_up_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    nothing = ADAPTER.look_up_payout(call(), payout)
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
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
    created = ADAPTER.create_payout(call(), payout, samples.beneficiary())
    payout.provider_reference = "0383a613-1439-4ff8-992c-5e8691dfcc19"

    assert created == ADAPTER.look_up_payout(call(), payout)
    assert [404, 200] == [status for _, _, status in judged(wire)][-2:]


def test_cancelling_is_as_the_document_says(wire: Recording, call: Callable[..., Call]) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())

    assert PAYOUT_STATE_CANCELLED == ADAPTER.cancel_payout(call(), payout).state
    assert ["get", "post", "get"] == [method for method, _, _ in judged(wire)][-3:]


def test_what_can_no_longer_be_cancelled_is_answered_with_its_state(
    simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "processed")

    assert PAYOUT_STATE_SETTLED == ADAPTER.cancel_payout(call(), payout).state
    assert [200, 400, 200] == [status for _, _, status in judged(wire)][-3:]


def test_cancelling_what_the_vendor_does_not_have_is_refused(wire: Recording, call: Callable[..., Call]) -> None:
    with pytest.raises(Rejected):
        ADAPTER.cancel_payout(call(), samples.payout())

    judged(wire)


@pytest.mark.parametrize("word", sorted({word for script in SCRIPTS.values() for word in script} - {"created"}))
def test_a_transfer_in_every_state_is_as_the_document_says(
    word: str, simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, word)

    assert ADAPTER.look_up_payout(call(), payout) is not None
    judged(wire)


def test_a_transfer_that_the_beneficiary_s_bank_sends_back_is_returned_with_its_code(
    simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "failed:R03")
    seen = ADAPTER.look_up_payout(call(), payout)

    assert seen is not None
    assert (PAYOUT_STATE_RETURNED, PAYOUT_REASON_ACCOUNT_NOT_FOUND, "R03") == (
        seen.state, seen.reason, seen.provider_reason_code,
    )  # fmt: skip
    judged(wire)


def test_a_transfer_that_fails_at_the_account_that_pays_has_failed(
    simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "failed:R01")
    seen = ADAPTER.look_up_payout(call(), payout)

    assert seen is not None
    assert (PAYOUT_STATE_FAILED, PAYOUT_REASON_INSUFFICIENT_FUNDS) == (seen.state, seen.reason)
    judged(wire)


@pytest.mark.parametrize(
    ("amount_minor", "reason"),
    [(99_011, PAYOUT_REASON_INSUFFICIENT_FUNDS), (99_012, PAYOUT_REASON_DECLINED_BY_PROVIDER)],
)
def test_a_decline_is_an_answer_with_a_reason(
    amount_minor: int, reason: int, wire: Recording, call: Callable[..., Call], simulator: DwollaSimulator
) -> None:
    seen = ADAPTER.create_payout(call(), samples.payout(amount_minor=amount_minor), samples.beneficiary())

    assert (PAYOUT_STATE_FAILED, reason, "") == (seen.state, seen.reason, seen.provider_reference)
    assert [] == simulator.books()
    judged(wire)


@pytest.mark.parametrize(
    ("amount_minor", "number", "field"),
    [(99_013, "123456789", "amount"), (12_345, "0000", "beneficiary.bank_account")],
)
def test_what_the_vendor_refuses_is_rejected_with_our_field(
    amount_minor: int, number: str, field: str, wire: Recording, call: Callable[..., Call]
) -> None:
    with pytest.raises(Rejected) as refused:
        ADAPTER.create_payout(call(), samples.payout(amount_minor=amount_minor), samples.beneficiary(number=number))

    assert [field] == [problem.field for problem in refused.value.problems]
    assert 400 == judged(wire)[-1][2]


@pytest.mark.parametrize(
    ("changes", "status"), [({"client_secret": "wrong-secret"}, 401), ({"funding_source_id": "nobody"}, 400)]
)
def test_what_is_wrong_with_the_connection_is_not_the_customers_fault(
    changes: dict[str, str], status: int, wire: Recording, call: Callable[..., Call]
) -> None:
    with pytest.raises(Misconfigured):
        ADAPTER.create_payout(call(**changes), samples.payout(), samples.beneficiary())

    judged_by(wire.exchanges, DOCUMENT)
    assert status == wire.exchanges[-1][1].status_code


def test_what_only_people_use_is_as_the_document_says(
    simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    created = ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    with httpx.Client(base_url=wire.url, headers={"Accept": HAL}) as person:
        client = (samples.CREDENTIALS["client_id"], samples.CREDENTIALS["client_secret"])
        token = person.post("/token", data={"grant_type": "client_credentials"}, auth=client).json()["access_token"]
        person.headers["Authorization"] = f"Bearer {token}"
        person.get("/")
        customer = person.get("/customers").json()["_embedded"]["customers"][0]
        person.get(f"/customers/{customer['id']}")
        first = person.post("/sandbox-simulations", json={}, headers={"Content-Type": HAL}).json()["total"]
        person.post("/sandbox-simulations", json={}, headers={"Content-Type": HAL})
        done = person.get(f"/transfers/{created.provider_reference}").json()["status"]

    assert (1, "processed") == (first, done)
    judged_by(wire.exchanges, DOCUMENT)


# The judge itself is tried: it refuses wrong bodies of the operations that count.

RIGHT = {
    "_links": {"source": {"href": "https://x/1"}, "destination": {"href": "https://x/2"}},
    "amount": {"value": "5.00", "currency": "USD"},
    "correlationId": "po_1",
}


def transfer_request(body: dict[str, Any]) -> Request:
    headers = {"content-type": "application/json", "authorization": "Bearer x", "accept": HAL}
    return Request("post", "/transfers", headers, json.dumps(body).encode())


def test_the_judge_allows_a_right_request() -> None:
    DOCUMENT.check_request(transfer_request(RIGHT))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": {"value": 5, "currency": "USD"}},
        {"amount": {"value": "5.00"}},
        {"amount": {"value": "5.00", "currency": "USD", "cents": 500}},
        {"_links": {"source": "https://x/1"}},
        {"correlationId": 1},
        {"clearing": {"destination": 1}},
        {"processingChannel": {"destination": "pigeon"}},
        {"misspelt": "field"},
    ],
    ids=json.dumps,
)
def test_the_judge_refuses_a_wrong_request(wrong: dict[str, Any]) -> None:
    with pytest.raises(OpenAPIError):
        DOCUMENT.check_request(transfer_request({**RIGHT, **wrong}))


@pytest.mark.parametrize("wrong", [{"status": 1}, {"amount": {"value": 5}}, {"correlationId": {}}], ids=json.dumps)
def test_the_judge_refuses_a_wrong_answer(wrong: dict[str, Any]) -> None:
    asked = Request("get", "/transfers/1", {"authorization": "Bearer x", "accept": HAL}, None)
    answer = Response(200, {"content-type": HAL}, json.dumps({**samples.transfer(), **wrong}).encode())

    with pytest.raises(OpenAPIError):
        DOCUMENT.check_response(asked, answer)


def test_the_list_of_what_has_happened_is_as_the_document_says(
    simulator: DwollaSimulator, wire: Recording, call: Callable[..., Call]
) -> None:
    payout = samples.payout()
    ADAPTER.create_payout(call(), payout, samples.beneficiary())
    simulator.move(payout.payout_id, "processed")

    listing = ADAPTER.list_changes(call(), datetime.now(UTC) - timedelta(hours=1), "")

    assert listing.observations
    assert ("get", "/events", 200) in judged(wire)
