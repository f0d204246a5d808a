"""Methods, ranges and ends of API keys: what they keep out, and that no key gives more than it has."""

from datetime import UTC
from typing import Any

import pytest

from corridor.access.v1 import api_key_service_pb2 as api
from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import contract, networks
from server.platform.access import admin, policy
from tests.server import people
from tests.server.platform.api_keys import SERVICE, at, make
from tests.serving import SANDBOX, Client, Running

LIST = "PayoutService/ListPayouts"
HERE, ELSEWHERE = "127.0.0.0/8", "192.0.2.0/24"


def restricted(corridor: Running, company_id: str = "", **restrictions: Any) -> Client:
    """A client with every scope and some restrictions."""
    grant = policy.grant(contract.scopes(), **restrictions)
    company_id = company_id or corridor.company()
    _, secret = admin.create_key(corridor.parts.store, corridor.parts.keys, company_id, SANDBOX, "test", grant=grant)
    return Client(corridor.address, secret)


def read(client: Client, **metadata: str) -> str:
    """Why a list of payouts is refused; empty if it is not."""
    try:
        return people.refused(client, LIST, payouts.ListPayoutsRequest(), **metadata).reason
    except pytest.fail.Exception:
        return ""


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([], ""),
        (["corridor.payouts.v1.PayoutService/ListPayouts"], ""),
        (["corridor.payouts.v1.PayoutService/*"], ""),
        (["corridor.payouts.v1.PayoutService/GetPayout"], "PERMISSION_DENIED"),
        (["corridor.access.v1.ApiKeyService/*"], "PERMISSION_DENIED"),
    ],
)
def test_a_key_calls_only_the_methods_that_it_is_allowed(corridor: Running, methods: list[str], expected: str) -> None:
    assert expected == read(restricted(corridor, methods=methods))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], ""),
        ([HERE], ""),
        ([ELSEWHERE, HERE], ""),
        ([ELSEWHERE], "CALLER_ADDRESS_REFUSED"),
        (["2001:db8::/32"], "CALLER_ADDRESS_REFUSED"),
    ],
)
def test_a_key_is_used_only_from_where_it_is_allowed(corridor: Running, ranges: list[str], expected: str) -> None:
    assert expected == read(restricted(corridor, ranges=ranges))


@pytest.mark.parametrize(
    ("ranges", "address", "inside"),
    [
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", True),
        (["2001:db8::/32"], "2001:db8:ffff::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["0.0.0.0/0", "::/0"], "", False),
        (["0.0.0.0/0", "::/0"], "not an address", False),
    ],
)
def test_addresses_and_ranges(ranges: list[str], address: str, inside: bool) -> None:
    assert inside == networks.contains([networks.network(text) for text in ranges], address)


@pytest.mark.parametrize("text", ["192.0.2.1/24", "300.0.0.0/8", "192.0.2.0/33", "::/129", "1.2.3", ":::"])
def test_what_is_no_range_is_refused_by_its_place(corridor: Running, text: str) -> None:
    request = api.CreateApiKeyRequest(title="x", scopes=["keys:read"], allowed_ranges=[HERE, text])

    found = people.refused(corridor.client(), f"{SERVICE}/CreateApiKey", request, key="k")

    assert ("INVALID_ARGUMENT", ["allowed_ranges[1]"]) == (found.reason, found.fields)


@pytest.mark.parametrize("name", ["corridor.payouts.v1.PayoutService/Fly", "corridor.x.v1.Y/*"])
def test_a_method_that_does_not_exist_is_refused(corridor: Running, name: str) -> None:
    request = api.CreateApiKeyRequest(title="x", scopes=["keys:read"], allowed_methods=[name])

    found = people.refused(corridor.client(), f"{SERVICE}/CreateApiKey", request, key="k")

    assert ("INVALID_ARGUMENT", ["allowed_methods[0]"]) == (found.reason, found.fields)


def test_a_restricted_key_makes_keys_with_its_own_restrictions(corridor: Running) -> None:
    methods, ends = ["corridor.access.v1.ApiKeyService/*"], at(days=3)
    client = restricted(corridor, methods=methods, ranges=[HERE], expire_time=ends.ToDatetime(UTC))

    made = make(client).api_key

    assert (methods, [HERE]) == (list(made.allowed_methods), list(made.allowed_ranges))
    assert ends.seconds == made.expire_time.seconds


@pytest.mark.parametrize(
    ("has", "asks"),
    [
        (
            {"methods": ["corridor.access.v1.ApiKeyService/*"]},
            {"allowed_methods": ["corridor.payouts.v1.PayoutService/*"]},
        ),
        (
            {"methods": ["corridor.access.v1.ApiKeyService/CreateApiKey"]},
            {"allowed_methods": ["corridor.access.v1.ApiKeyService/*"]},
        ),
        ({"ranges": ["127.0.0.0/16"]}, {"allowed_ranges": ["127.0.0.0/8"]}),
        ({"ranges": [HERE]}, {"allowed_ranges": [HERE, "::1/128"]}),
    ],
)
def test_no_key_gives_more_than_it_has(corridor: Running, has: dict[str, Any], asks: dict[str, Any]) -> None:
    request = api.CreateApiKeyRequest(title="x", scopes=["keys:read"], **asks)

    found = people.refused(restricted(corridor, **has), f"{SERVICE}/CreateApiKey", request, key="k")

    assert "PERMISSION_DENIED" == found.reason


def test_no_key_gives_more_time_than_it_has(corridor: Running) -> None:
    client = restricted(corridor, expire_time=at(days=1).ToDatetime(UTC))
    request = api.CreateApiKeyRequest(title="x", scopes=["keys:read"], expire_time=at(days=2))

    assert "PERMISSION_DENIED" == people.refused(client, f"{SERVICE}/CreateApiKey", request, key="k").reason


def test_a_key_gives_part_of_what_it_has(corridor: Running) -> None:
    client = restricted(corridor, methods=["corridor.access.v1.ApiKeyService/*"], ranges=[HERE])

    made = make(client, allowed_methods=["corridor.access.v1.ApiKeyService/ListApiKeys"], allowed_ranges=["127.0.0.1"])

    assert ["127.0.0.1/32"] == list(made.api_key.allowed_ranges)


def test_an_update_replaces_what_a_key_gives(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, allowed_ranges=[ELSEWHERE])
    request = api.UpdateApiKeyRequest(
        api_key_id=made.api_key.api_key_id, title="Ledger", scopes=["payouts:read"], allowed_ranges=[HERE]
    )

    key = client.call(f"{SERVICE}/UpdateApiKey", request).api_key

    assert ("Ledger", ["payouts:read"], [HERE]) == (key.title, list(key.scopes), list(key.allowed_ranges))
    assert "" == read(Client(corridor.address, made.secret))


@pytest.mark.parametrize("verb", ["Update", "Rotate", "Activate", "Resume"])
def test_a_weaker_key_cannot_make_a_stronger_one_work(corridor: Running, verb: str) -> None:
    company_id = corridor.company()
    strong = corridor.client(company_id)
    made = make(strong, scopes=["payouts:create"], pending=verb == "Activate")
    if verb == "Resume":
        strong.call(f"{SERVICE}/SuspendApiKey", api.SuspendApiKeyRequest(api_key_id=made.api_key.api_key_id))
    weak = corridor.client(company_id, scopes=["keys:manage", "keys:read"])
    values = {"title": "x", "scopes": ["payouts:create"]} if verb == "Update" else {}
    request = getattr(api, f"{verb}ApiKeyRequest")(api_key_id=made.api_key.api_key_id, **values)

    found = people.refused(weak, f"{SERVICE}/{verb}ApiKey", request, key="k")

    assert "PERMISSION_DENIED" == found.reason
    assert "payouts:create" in found.status.message


def test_a_weaker_key_cannot_replay_the_rotation_of_a_stronger_one(corridor: Running) -> None:
    company_id = corridor.company()
    strong = corridor.client(company_id)
    request = api.RotateApiKeyRequest(api_key_id=make(strong, scopes=["payouts:create"]).api_key.api_key_id)
    strong.call(f"{SERVICE}/RotateApiKey", request, key="same")
    weak = corridor.client(company_id, scopes=["keys:manage"])

    assert "PERMISSION_DENIED" == people.refused(weak, f"{SERVICE}/RotateApiKey", request, key="same").reason


@pytest.mark.parametrize("verb", ["Suspend", "Revoke"])
def test_a_weaker_key_stops_a_stronger_one(corridor: Running, verb: str) -> None:
    company_id = corridor.company()
    made = make(corridor.client(company_id), scopes=["payouts:create"])
    weak = corridor.client(company_id, scopes=["keys:manage"])

    weak.call(f"{SERVICE}/{verb}ApiKey", getattr(api, f"{verb}ApiKeyRequest")(api_key_id=made.api_key.api_key_id))

    assert read(Client(corridor.address, made.secret)).startswith("CREDENTIAL_")
