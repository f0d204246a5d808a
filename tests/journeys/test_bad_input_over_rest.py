"""A careless caller over HTTP: each mistake gets a clear problem document, and leaves nothing behind."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from tests.chaos.world import Process, free_port
from tests.server import people
from tests.serving import LIVE, Client, Running

KEY = {"Idempotency-Key": "careless"}


@dataclass
class Rest:
    """The gateway, with a caller's key and a beneficiary of theirs."""

    http: httpx.Client
    grpc: Client
    beneficiary_id: str

    def payout(self, **changes: Any) -> dict[str, Any]:
        """A body that is right, but for the changes."""
        right = {
            "beneficiary_id": self.beneficiary_id,
            "amount": {"currency_code": "EUR", "amount_minor": "1200"},
            "reference": "Invoice 7",
        }
        return {name: value for name, value in {**right, **changes}.items() if value is not None}


@pytest.fixture(scope="module")
def rest(corridor: Running) -> Iterator[Rest]:
    """A gateway in front of the server."""
    client = corridor.client()
    gateway = Process("gateway", "--port", str(port := free_port()), "--upstream", corridor.address)
    headers = {"Authorization": f"Bearer {client.key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        yield Rest(http, client, people.beneficiary(client))
    gateway.stop()


def money(currency: str, amount: Any) -> dict[str, Any]:
    """An amount as JSON."""
    return {"currency_code": currency, "amount_minor": amount}


BODIES: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "negative amount": ({"amount": money("EUR", -5)}, 400, "INVALID_ARGUMENT", "amount"),
    "zero amount": ({"amount": money("EUR", 0)}, 400, "INVALID_ARGUMENT", "amount"),
    "amount beyond every rail": ({"amount": money("EUR", "1000000000000001")}, 400, "INVALID_ARGUMENT", "amount"),
    "amount beyond 64 bits": ({"amount": money("EUR", "9223372036854775808")}, 400, "MALFORMED_REQUEST", "amount"),
    "decimals": ({"amount": money("EUR", 12.5)}, 400, "MALFORMED_REQUEST", "amount"),
    "decimals in text": ({"amount": money("EUR", "12.50")}, 400, "MALFORMED_REQUEST", "amount"),
    "unknown currency": ({"amount": money("XQX", 5)}, 400, "CURRENCY_NOT_SUPPORTED", "amount.currency_code"),
    "another currency": ({"amount": money("USD", 5)}, 400, "CURRENCY_NOT_SUPPORTED", "amount.currency_code"),
    "lower case currency": ({"amount": money("eur", 5)}, 400, "INVALID_ARGUMENT", "amount.currency_code"),
    "rail of another country": ({"rail": "RAIL_ACH"}, 400, "RAIL_NOT_SUPPORTED", "rail"),
    "unknown rail": ({"rail": "RAIL_PIGEON"}, 400, "MALFORMED_REQUEST", "rail"),
    "missing amount": ({"amount": None}, 400, "INVALID_ARGUMENT", "amount"),
    "missing beneficiary": ({"beneficiary_id": None}, 400, "INVALID_ARGUMENT", "beneficiary_id"),
    "unknown beneficiary": ({"beneficiary_id": "ben_" + "0" * 26}, 404, "BENEFICIARY_NOT_FOUND", ""),
    "oversized reference": ({"reference": "x" * 141}, 400, "INVALID_ARGUMENT", "reference"),
    "unknown field": ({"amuont": 5}, 400, "MALFORMED_REQUEST", "amuont"),
    "wrong type": ({"reference": {"text": "x"}}, 400, "MALFORMED_REQUEST", "reference"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_body_is_refused_by_field_and_reason(rest: Rest, name: str) -> None:
    changes, status, reason, field = BODIES[name]

    answer = rest.http.post(
        "/v1/payouts", json=rest.payout(**changes), headers={"Idempotency-Key": f"body {name}".replace(" ", "-")}
    )

    problem = answer.json()
    assert (status, reason) == (answer.status_code, problem["reason"]), problem
    assert "application/problem+json" == answer.headers["content-type"]
    assert not field or any(v["field"].startswith(field) for v in problem["violations"]), problem


RAW: dict[str, tuple[bytes, int]] = {
    "half a document": (b'{"amount": 5', 400),
    "not UTF-8": (b'{"reference": "\xff\xfe"}', 400),
    "deep nesting": (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    "a list": (b"[]", 400),
    "duplicate keys": (b'{"reference": "a", "reference": "b"}', 400),
    "four megabytes": (b'{"reference": "' + b"x" * 4_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("name", RAW)
def test_a_body_that_cannot_be_read_is_refused(rest: Rest, name: str) -> None:
    body, status = RAW[name]

    answer = rest.http.post("/v1/payouts", content=body, headers={**KEY, "Content-Type": "application/json"})

    assert status == answer.status_code, answer.text
    assert answer.json()["suggested_action"]


@pytest.mark.parametrize(
    ("keys", "status", "reason"),
    [
        ([], 400, "IDEMPOTENCY_KEY_REQUIRED"),
        (["x" * 256], 400, "IDEMPOTENCY_KEY_INVALID"),
        (["with space"], 400, "IDEMPOTENCY_KEY_INVALID"),
        (["one", "two"], 400, "IDEMPOTENCY_KEY_INVALID"),
    ],
)
def test_a_key_that_is_missing_or_wrong_is_refused(rest: Rest, keys: list[str], status: int, reason: str) -> None:
    headers = [("Idempotency-Key", key) for key in keys]

    answer = rest.http.post("/v1/payouts", json=rest.payout(), headers=headers)

    assert (status, reason) == (answer.status_code, answer.json()["reason"])


def test_a_reused_key_names_what_differs_and_never_the_values(rest: Rest) -> None:
    headers = {"Idempotency-Key": "reused"}
    first = rest.http.post("/v1/payouts", json=rest.payout(), headers=headers)
    again = rest.http.post("/v1/payouts", json=rest.payout(), headers=headers)
    other = rest.http.post("/v1/payouts", json=rest.payout(reference="Confidential"), headers=headers)

    assert 200 == first.status_code
    assert (first.content, "true") == (again.content, again.headers["idempotent-replayed"])
    assert (422, "IDEMPOTENCY_KEY_REUSED") == (other.status_code, other.json()["reason"])
    assert ["reference"] == [violation["field"] for violation in other.json()["violations"]]
    assert "Confidential" not in other.text


@pytest.mark.parametrize(
    ("account", "field"),
    [
        ({"iban": {"iban": "DE89370400440532013001"}, "currency_code": "EUR"}, "bank_account.iban.iban"),
        ({"us": {"routing_number": "123456789", "account_number": "12345678"}, "currency_code": "USD"},
         "bank_account.us.routing_number"),
        ({"us": {"routing_number": "021000021", "account_number": "12345678"}, "currency_code": "EUR"},
         "bank_account.currency_code"),
        ({"uk": {"sort_code": "12345", "account_number": "12345678"}, "currency_code": "GBP"},
         "bank_account.uk.sort_code"),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_right_is_refused(rest: Rest, account: dict[str, Any], field: str) -> None:
    body = {"party": {"business": {"legal_name": "Beneficiary Ltd"}}, "bank_account": account}

    answer = rest.http.post("/v1/beneficiaries", json=body, headers={"Idempotency-Key": field})

    assert (400, "BANK_ACCOUNT_INVALID") == (answer.status_code, answer.json()["reason"])
    assert [field] == [violation["field"] for violation in answer.json()["violations"]]


def test_a_page_token_of_another_list_is_refused(rest: Rest) -> None:
    answer = rest.http.get("/v1/payouts", params={"page_token": "bm90LW91cnM"})

    assert (400, "PAGE_TOKEN_INVALID") == (answer.status_code, answer.json()["reason"])


def test_another_companys_payout_is_not_found(corridor: Running, rest: Rest) -> None:
    made = rest.http.post("/v1/payouts", json=rest.payout(), headers={"Idempotency-Key": "mine"}).json()
    for stranger in (corridor.client(), corridor.client(environment=LIVE)):
        answer = rest.http.get(f"/v1/payouts/{made['payout_id']}", headers={"Authorization": f"Bearer {stranger.key}"})

        assert (404, "NOT_FOUND") == (answer.status_code, answer.json()["reason"])


def test_a_deadline_that_has_passed_is_told(corridor: Running, rest: Rest) -> None:
    with psycopg.connect(corridor.parts.settings.owner_database_url) as held:
        held.execute("LOCK TABLE corridor.payouts")  # so that no answer can come in time
        answer = rest.http.get("/v1/payouts", headers={"X-Request-Timeout": "0.05"})

    assert (504, "DEADLINE_EXCEEDED") == (answer.status_code, answer.json()["reason"])


def test_nothing_of_all_this_became_a_payout(rest: Rest) -> None:
    made = rest.grpc.call("PayoutService/ListPayouts", payouts_api.ListPayoutsRequest(page_size=250)).payouts

    assert {"Invoice 7"} >= {payout.reference for payout in made}, json.dumps([p.payout_id for p in made])


def test_a_choice_that_was_not_made_is_told_in_words(rest: Rest) -> None:
    limit = {"name": "daily", "currency_code": "EUR", "max_count": "1", "window_seconds": 3600}

    answer = rest.http.put("/v1/payout-settings", json={"spending_limits": [limit]})

    assert 400 == answer.status_code
    (violation,) = answer.json()["violations"]
    assert ("settings.spending_limits[0].per", "must be given") == (violation["field"], violation["description"])
