"""The day on which payouts have a second version. Callers of both work on the same payouts; no money moves twice.

Everything goes over HTTP and gRPC to one server and one gateway; what is tested here is not shipped.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli import provision
from server.cli.stack import Stack
from tests.serving import until
from tests.versions.conftest import Installed
from tests.versions.desk import Desk, euros, new, old
from tests.versions.hearing import Hearing

_FIRST = "corridor.payouts.v1.PayoutService.CreatePayout"
_SECOND = "corridor.payouts.v2.PayoutService/CreatePayout"


@pytest.fixture(scope="module")
def desk(both_versions: Stack) -> Desk:
    """A company with a connection to its provider."""
    company = provision.company(both_versions, "Analytical Engines")
    rest = provision.Rest(both_versions.gateway_url, company.key)
    connection, _ = provision.connection(rest, both_versions)
    provision.route(rest, connection.connection_id)
    provision.webhooks_to(both_versions, connection)
    rest.close()
    return Desk(both_versions, company.key)


@pytest.fixture(scope="module")
def supplier(desk: Desk) -> str:
    """Whom payouts are made to."""
    account = {"bank_account": {"iban": {"iban": "FR1420041010050500013M02606"}, "currency_code": "EUR"}}
    party = {"party": {"business": {"legal_name": "Jacquard Looms SARL"}}}
    return str(desk.done("POST", "/v1/beneficiaries", party | account, "supplier")["beneficiary_id"])


def test_what_one_version_made_the_other_reads(desk: Desk, supplier: str) -> None:
    first = desk.done("POST", "/v1/payouts", old(supplier, metadata={"order": "1"}), "read-1")
    second = desk.done("POST", "/v2/payouts", new(supplier, 900, labels={"order": "2"}), "read-2")

    seen = desk.done("GET", f"/v2/payouts/{first['payout_id']}")
    assert (euros(12_500), {"order": "1"}) == (seen["arriving_amount"], seen["labels"])
    assert "Invoice 1843" == seen["statement"]["asked"]
    seen = desk.done("GET", f"/v1/payouts/{second['payout_id']}")
    assert (euros(900), {"order": "2"}, "Invoice 1843") == (seen["amount"], seen["metadata"], seen["reference"])
    for version in ("v1", "v2"):
        listed = {each["payout_id"] for each in desk.done("GET", f"/{version}/payouts")["payouts"]}
        assert {first["payout_id"], second["payout_id"]} <= listed
    ended = desk.done("GET", "/v2/payouts?phases=PAYOUT_PHASE_HELD")
    assert [] == ended["payouts"]


def test_a_page_goes_on_in_the_second_version(desk: Desk, supplier: str) -> None:
    made = {desk.done("POST", "/v2/payouts", new(supplier), f"page-{each}")["payout_id"] for each in range(3)}

    first = desk.done("GET", "/v2/payouts?page_size=2")
    rest = desk.done("GET", f"/v2/payouts?page_size=2&page_token={first['next_page_token']}")
    assert made <= {each["payout_id"] for page in (first, rest) for each in page["payouts"]}
    refused = desk.send("GET", f"/v2/payouts?phases=PAYOUT_PHASE_HELD&page_token={first['next_page_token']}")
    assert "PAGE_TOKEN_INVALID" == refused.json()["reason"]


@pytest.mark.parametrize("before", ["v1", "v2"])
def test_one_key_makes_one_payout_whichever_version_it_comes_by(desk: Desk, supplier: str, before: str) -> None:
    ways = {"v1": ("/v1/payouts", old), "v2": ("/v2/payouts", new)}
    (path, made), (other_path, other) = ways.pop(before), ways.popitem()[1]
    key = f"once-{before}"
    first = desk.send("POST", path, made(supplier), key)

    again = desk.send("POST", other_path, other(supplier), key)
    assert (200, "true") == (again.status_code, again.headers["idempotent-replayed"])
    assert first.json()["payout_id"] == again.json()["payout_id"]
    assert again.content == desk.send("POST", other_path, other(supplier), key).content
    assert first.content == desk.send("POST", path, made(supplier), key).content


@pytest.mark.parametrize(("before", "field"), [("v1", "arriving_amount"), ("v2", "amount")])
def test_a_key_that_asks_for_something_else_in_the_other_version_is_refused_in_its_words(
    desk: Desk, supplier: str, before: str, field: str
) -> None:
    ways = {"v1": ("/v1/payouts", old), "v2": ("/v2/payouts", new)}
    (path, made), (other_path, other) = ways.pop(before), ways.popitem()[1]
    key = f"other-{before}"
    desk.done("POST", path, made(supplier), key)

    refused = desk.send("POST", other_path, other(supplier, 99_900), key)
    assert (422, "IDEMPOTENCY_KEY_REUSED") == (refused.status_code, refused.json()["reason"])
    assert [f"{field}.amount_minor"] == [each["field"] for each in refused.json()["violations"]]


def test_calls_of_both_versions_that_race_with_one_key_make_one_payout(desk: Desk, supplier: str) -> None:
    def call(number: int) -> httpx.Response:
        path, body = ("/v1/payouts", old(supplier, 3_141)) if number % 2 else ("/v2/payouts", new(supplier, 3_141))
        return Desk(desk.stack, desk.key).send("POST", path, body, "race")

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(call, range(16))]
    assert {200, 409} >= {answer.status_code for answer in answers}
    made = {answer.json()["payout_id"] for answer in answers if answer.is_success}
    listed = desk.done("GET", "/v1/payouts?page_size=250")["payouts"]
    assert made == {each["payout_id"] for each in listed if euros(3_141) == each["amount"]}
    assert 1 == len(made)


def test_each_version_keeps_its_own_rules(desk: Desk, supplier: str) -> None:
    without = {"beneficiary_id": supplier, "arriving_amount": euros(1)}
    refused = desk.send("POST", "/v2/payouts", without, "rules-1").json()
    assert ("INVALID_ARGUMENT", ["statement_text"]) == (refused["reason"], [v["field"] for v in refused["violations"]])
    payout = desk.done("POST", "/v1/payouts", {"beneficiary_id": supplier, "amount": euros(1)}, "rules-2")
    path = f"{payout['payout_id']}"

    # The second version asks for a key where the first one takes one.
    assert "IDEMPOTENCY_KEY_REQUIRED" == desk.send("POST", f"/v2/payouts/{path}:stop", {}).json()["reason"]
    nobody = desk.send("POST", "/v2/payouts", new("ben_" + "0" * 26), "rules-3").json()
    assert "BENEFICIARY_NOT_FOUND" == nobody["reason"]


def test_what_only_the_second_version_has_is_served_by_its_own_code(desk: Desk, supplier: str) -> None:
    payout = desk.done("POST", "/v1/payouts", old(supplier, 700), "receipt")

    found = desk.done("GET", f"/v2/payouts/{payout['payout_id']}/receipt")
    assert "700 EUR: Invoice 1843" == found["line"]
    assert "METHOD_NOT_FOUND" == desk.send("GET", f"/v1/payouts/{payout['payout_id']}/receipt").json()["reason"]


def test_both_versions_are_called_over_grpc(desk: Desk, supplier: str, second_version: Installed) -> None:
    pool = descriptor_pool.DescriptorPool()
    for file in FileDescriptorSet.FromString(second_version.image).file:
        pool.AddSerializedFile(file.SerializeToString())

    def call(version: str, key: str = "", **fields: Any) -> Any:
        package = f"corridor.payouts.{version}"
        request, response = (
            message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.CreatePayout{part}"))
            for part in ("Request", "Response")
        )
        money = message_factory.GetMessageClass(pool.FindMessageTypeByName("corridor.type.v1.Money"))
        fields = {k: money(currency_code="EUR", amount_minor=v) if isinstance(v, int) else v for k, v in fields.items()}
        with grpc.insecure_channel(desk.stack.grpc_address) as channel:
            create = channel.unary_unary(
                f"/{package}.PayoutService/CreatePayout",
                request_serializer=request.SerializeToString,
                response_deserializer=response.FromString,
            )
            metadata = [("authorization", f"Bearer {desk.key}"), ("idempotency-key", key)]
            return create(request(beneficiary_id=supplier, **fields), metadata=metadata, timeout=30.0).payout

    second = call("v2", "grpc", arriving_amount=4_200, statement_text="Invoice 1844")
    first = call("v1", "grpc", amount=4_200, reference="Invoice 1844")
    assert first.payout_id == second.payout_id
    assert 4_200 == first.amount.amount_minor == second.arriving_amount.amount_minor


def test_an_endpoint_hears_in_the_version_that_it_is_pinned_to(desk: Desk, supplier: str) -> None:
    listening = {"v1": Hearing(), "v2": Hearing()}
    pinned = {"url": listening["v1"].url, "payload_version": "v1"}
    first = desk.done("POST", "/v1/webhook-endpoints", pinned, "hear-1")["webhook_endpoint"]
    newest = desk.done("POST", "/v1/webhook-endpoints", {"url": listening["v2"].url}, "hear-2")["webhook_endpoint"]
    assert ("v1", "v2") == (first["payload_version"], newest["payload_version"])
    payout_id = desk.done("POST", "/v2/payouts", new(supplier, 5_000), "hear-3")["payout_id"]

    heard = {
        version: until(lambda h=hearing: h.of(payout_id, "payout.settled"), seconds=60)[0]
        for version, hearing in listening.items()
    }
    assert heard["v1"].event["event_id"] == heard["v2"].event["event_id"]
    for version, each in heard.items():
        assert version == each.headers["corridor-payload-version"] == each.event["payload_version"]
        assert f"type.googleapis.com/corridor.payouts.{version}.PayoutSettled" == each.data["@type"]
    assert (euros(5_000), "PAYOUT_STATE_SETTLED") == tuple(heard["v1"].data["payout"][n] for n in ("amount", "state"))
    payout = heard["v2"].data["payout"]
    assert ("PAYOUT_PHASE_ENDED", "PAYOUT_OUTCOME_SETTLED") == (payout["phase"], payout["outcome"])
    assert "Invoice" not in str(heard["v2"].event)  # what is sensitive is masked in every version
    _listed(desk, payout_id, heard["v1"].event)
    _repeated(desk, first, listening["v1"], payout_id)
    for each in listening.values():
        each.close()


def _listed(desk: Desk, payout_id: str, heard: dict[str, Any]) -> None:
    """The list of events speaks the first version, unless it is asked for another one."""
    where = f"/v1/events?resource_id={payout_id}&types=payout.settled"
    usual, asked = desk.done("GET", where)["events"][0], desk.done("GET", f"{where}&payload_version=v2")["events"][0]
    assert ("v1", "v2") == (usual["payload_version"], asked["payload_version"])
    assert heard["data"]["payout"].keys() == usual["data"]["payout"].keys()
    assert "arriving_amount" in asked["data"]["payout"]
    assert "INVALID_ARGUMENT" == desk.send("GET", f"{where}&payload_version=v3").json()["reason"]


def _repeated(desk: Desk, endpoint: dict[str, Any], hearing: Hearing, payout_id: str) -> None:
    """What is delivered again comes in the version of then, and the endpoint can go on to the next one."""
    log = f"/v1/deliveries?webhook_endpoint_id={endpoint['webhook_endpoint_id']}&resource_id={payout_id}"
    settled = until(
        lambda: [
            each
            for each in desk.done("GET", log)["deliveries"]
            if (each["event_type"], each["state"]) == ("payout.settled", "DELIVERY_STATE_DELIVERED")
        ]
    )[0]
    again = f"/v1/deliveries/{settled['delivery_id']}:redeliver"
    desk.done("POST", again, {}, "hear-again-1")
    first = until(lambda: len(found := hearing.of(payout_id, "payout.settled")) == 2 and found)
    assert first[0].event == first[1].event

    path = f"/v1/webhook-endpoints/{endpoint['webhook_endpoint_id']}"
    kept = {"url": endpoint["url"], "state": "WEBHOOK_ENDPOINT_STATE_ENABLED"}
    assert "v1" == desk.done("PUT", path, kept)["payload_version"]
    assert "v2" == desk.done("PUT", path, kept | {"payload_version": "v2"})["payload_version"]
    desk.done("POST", again, {}, "hear-again-2")
    moved = until(lambda: len(found := hearing.of(payout_id, "payout.settled")) == 3 and found)[2]
    assert (first[0].event["event_id"], "v2") == (moved.event["event_id"], moved.headers["corridor-payload-version"])


def test_a_rule_that_two_people_agree_holds_in_every_version(both_versions: Stack, desk: Desk) -> None:
    company = provision.company(both_versions, "Four Eyes")
    clerk = Desk(both_versions, company.key)
    account = {"bank_account": {"iban": {"iban": "FR1420041010050500013M02606"}, "currency_code": "EUR"}}
    party = {"party": {"business": {"legal_name": "Jacquard Looms SARL"}}}
    to = clerk.done("POST", "/v1/beneficiaries", party | account, "to")["beneficiary_id"]
    rule = {
        "title": "Large",
        "method": _FIRST,
        "amount_above": {"field_path": "amount", "currency_code": "EUR", "above_minor": "1000"},
        "approvals_needed": 1,
    }
    assert 200 == clerk.send("PUT", "/v1/approval-policy", {"rules": [rule]}).status_code

    # Who may call the second version alone has done what it approves, though the first version does it.
    only = {"title": "Second", "scopes": ["payouts:create"], "allowed_methods": [_SECOND]}
    limited = Desk(both_versions, clerk.done("POST", "/v1/api-keys", only, "limited")["secret"])
    waits = limited.send("POST", "/v2/payouts", new(to, 5_000), "large")
    assert (202, "APPROVAL_PENDING") == (waits.status_code, waits.json()["reason"])
    assert [] == clerk.done("GET", "/v2/payouts")["payouts"]
    assert 202 == clerk.send("POST", "/v1/payouts", old(to, 5_000), "large").status_code
    treasurer = Desk(both_versions, provision.company(both_versions, "", company.company_id).key)
    treasurer.done("POST", f"{waits.headers['location']}:approve", {"reason": "checked"})
    paid = until(lambda: (r := clerk.send("POST", "/v2/payouts", new(to, 5_000), "large")).status_code == 200 and r)
    assert euros(5_000) == paid.json()["arriving_amount"]
    assert [paid.json()["payout_id"]] == [each["payout_id"] for each in clerk.done("GET", "/v1/payouts")["payouts"]]
    other = rule | {"method": "corridor.payouts.v2.PayoutService.CreatePayout"}
    refused = clerk.send("PUT", "/v1/approval-policy", {"rules": [other]}).json()
    assert ["policy.rules[0].method"] == [each["field"] for each in refused["violations"]]
    assert _FIRST in refused["violations"][0]["description"]


def test_the_audit_trail_says_which_version_was_called(desk: Desk, supplier: str) -> None:
    payout = desk.done("POST", "/v2/payouts", new(supplier, 600), "trail")
    desk.done("GET", f"/v2/payouts/{payout['payout_id']}")

    rows = desk.done("GET", f"/v1/audit-entries?resource_id={payout['payout_id']}")["audit_entries"]
    found = {(row["action"], row["method"]) for row in rows}
    service = "/corridor.payouts.v2.PayoutService"
    assert {("payout.create", f"{service}/CreatePayout"), ("payout.get", f"{service}/GetPayout")} == found


def test_the_first_version_says_that_it_ends_and_what_follows_it(desk: Desk, supplier: str) -> None:
    old_way = desk.send("POST", "/v1/payouts", old(supplier, 800), "ends-1")
    new_way = desk.send("POST", "/v2/payouts", new(supplier, 800), "ends-2")

    assert "@1795219200" == old_way.headers["deprecation"]  # RFC 9745, 2.1: 2026-11-21 as an sf-date
    assert "Thu, 31 Dec 2099 00:00:00 GMT" == old_way.headers["sunset"]  # RFC 8594, 3
    assert '</v2/payouts>; rel="successor-version"' in old_way.headers["link"]  # RFC 5829, 3.3
    assert "deprecation" not in new_way.headers
