"""A company id that a caller sends never widens anything: not as metadata or header, in a path, a query or a body.

Every RPC that names a resource is asked for one of another company, which says that it is that company.
"""

import json
import re
from collections.abc import Iterator

import grpc
import httpx
import psycopg
import pytest
from google.api import annotations_pb2
from google.protobuf import json_format
from google.protobuf.message import Message

from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import ids
from tests.chaos.world import Process, free_port
from tests.server import owned, people
from tests.server.owned import CANARY, Owner
from tests.serving import SANDBOX, Client, Refused, Running

NAMES = owned.naming_a_resource()
# Grpc status of what does not exist; what a company has not got cannot be told from what nobody has.
UNSEEN = grpc.StatusCode.NOT_FOUND
UNKNOWN_FIELD = 15_000  # of no message


@pytest.fixture(scope="module")
def owner(corridor: Running) -> Owner:
    """Who has one of everything."""
    return owned.owner_of_everything(corridor)


@pytest.fixture(scope="module")
def other(corridor: Running) -> Client:
    """Somebody else, who may do everything in a company of their own."""
    return corridor.client()


@pytest.fixture(scope="module")
def http(corridor: Running, other: Client) -> Iterator[httpx.Client]:
    """The other, over HTTP."""
    gateway = Process("gateway", "--port", str(port := free_port()), "--upstream", corridor.address)
    headers = {"Authorization": f"Bearer {other.key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10.0) as client:
        yield client
    gateway.stop()


def asking(name: str, owner: Owner) -> Message:
    """The request for the owner's resource."""
    method, field = NAMES[name]
    return owned.request(method, {field: owner.ids[field]})


def claimed(name: str, owner: Owner, other: Client, **metadata: str) -> Refused:
    """How a call is refused that says it is the owner's."""
    method, _ = NAMES[name]
    key = people.new_key() if method.writes else ""
    return people.refused(other, name, asking(name, owner), key=key, x_company_id=owner.company_id, **metadata)


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_in_metadata_finds_nothing_of_another_company(owner: Owner, other: Client, name: str) -> None:
    found = claimed(name, owner, other)

    assert UNSEEN == found.code, found
    assert CANARY.encode() not in found.status.SerializeToString()
    assert owner.company_id.encode() not in found.status.SerializeToString()


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_in_the_body_finds_nothing_of_another_company(owner: Owner, other: Client, name: str) -> None:
    method, _ = NAMES[name]
    text = owner.company_id.encode()
    unknown = _varint(UNKNOWN_FIELD << 3 | 2) + _varint(len(text)) + text  # a string that no message has
    body = asking(name, owner).SerializeToString() + unknown

    found = people.refused(other, name, body, key=people.new_key() if method.writes else "")

    assert UNSEEN == found.code


@pytest.mark.parametrize("name", ["PayoutService/GetPayout", "PayoutService/CancelPayout"])
def test_the_audit_has_the_owner_the_effective_and_the_claimed_company(
    corridor: Running, owner: Owner, other: Client, name: str
) -> None:
    effective = people.company_of(corridor, other)
    correlation = ids.request_id()

    claimed(name, owner, other, x_correlation_id=correlation)

    with psycopg.connect(corridor.parts.store.url) as database:
        rows = database.execute(
            """SELECT company_id, owner_company_id, claimed, resource_id, outcome, reason FROM corridor.audit
            WHERE correlation_id = %s""",
            (correlation,),
        ).fetchall()
    assert [(effective, owner.company_id, owner.company_id, owner.ids["payout_id"], 2, "NOT_FOUND")] == rows


def test_a_claim_does_not_change_whose_things_are_made_or_listed(
    corridor: Running, owner: Owner, other: Client
) -> None:
    beneficiary = people.beneficiary(other)
    made = other.call(
        "PayoutService/CreatePayout", people.create(beneficiary), key=people.new_key(), x_company_id=owner.company_id
    ).payout
    listed = other.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest(), x_company_id=owner.company_id)

    assert made.payout_id in {each.payout_id for each in listed.payouts}
    assert owner.ids["payout_id"] not in {each.payout_id for each in listed.payouts}
    with corridor.parts.store.of(owner.company_id, SANDBOX) as rows:
        found = rows.execute("SELECT 1 FROM corridor.payouts WHERE payout_id = %s", (made.payout_id,)).fetchall()
    assert [] == found


OVER_HTTP = [
    name for name, (method, _) in NAMES.items() if method.descriptor.GetOptions().HasExtension(annotations_pb2.http)
]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_claim_in_a_header_finds_nothing_over_http(owner: Owner, http: httpx.Client, name: str) -> None:
    answer = _send(http, name, owner, {"X-Company-Id": owner.company_id, "Company-Id": owner.company_id})

    assert 404 == answer.status_code, answer.text
    assert CANARY not in answer.text
    assert owner.company_id not in answer.text


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_claim_in_the_query_finds_nothing_over_http(owner: Owner, http: httpx.Client, name: str) -> None:
    answer = _send(http, name, owner, {}, company_id=owner.company_id)

    assert answer.status_code in {400, 404}  # what no request has is refused before anything is looked for
    assert CANARY not in answer.text


@pytest.mark.parametrize("path", ["/v1/companies/{company}/payouts/{payout}", "/v1/{company}/payouts/{payout}"])
def test_there_is_no_path_for_a_claim(owner: Owner, http: httpx.Client, path: str) -> None:
    answer = http.get(path.format(company=owner.company_id, payout=owner.ids["payout_id"]))

    assert 404 == answer.status_code


def test_a_claim_in_a_json_body_makes_nothing(
    corridor: Running, owner: Owner, other: Client, http: httpx.Client
) -> None:
    body = json_format.MessageToDict(people.create(people.beneficiary(other)), preserving_proto_field_name=True)

    answer = http.post(
        "/v1/payouts", json={**body, "company_id": owner.company_id}, headers={"Idempotency-Key": people.new_key()}
    )

    assert (400, "MALFORMED_REQUEST") == (answer.status_code, answer.json()["reason"])


def _send(http: httpx.Client, name: str, owner: Owner, headers: dict[str, str], **query: str) -> httpx.Response:
    """The call over HTTP, by the method's own rule."""
    method, _ = NAMES[name]
    rule = method.descriptor.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    body = json_format.MessageToDict(asking(name, owner), preserving_proto_field_name=True)
    template = getattr(rule, verb)
    path = re.sub(r"\{(\w+)\}", lambda match: str(body.pop(match[1], "")), template)
    sent = body if rule.body == "*" else body.get(rule.body, {})
    if not rule.body:
        query = {**{key: value for key, value in body.items() if isinstance(value, str)}, **query}
    return http.request(
        verb.upper(),
        path,
        params=query,
        content=json.dumps(sent).encode() if rule.body else b"",
        headers={"Idempotency-Key": people.new_key(), "Content-Type": "application/json", **headers},
    )


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])
