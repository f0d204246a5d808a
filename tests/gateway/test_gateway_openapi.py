"""The OpenAPI document: valid, complete, deterministic, and in agreement with what the gateway answers."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from gateway.contract import Contract
from gateway.openapi import document, dump
from gateway.openapi.problem_answers import SHARED_REASONS
from gateway.routes import compile_routes
from gateway.settings import contract_image
from tests.gateway.sample import sample_contract

Json = dict[str, Any]
VERBS = ("get", "put", "post", "delete", "patch")


@pytest.fixture(scope="module")
def api(contract: Contract) -> Json:
    """The document of the contract."""
    return document(contract)


def operations(api: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in [*api["paths"].items(), *api["webhooks"].items()]:
        for verb in VERBS:
            if verb in item:
                yield path, verb, item[verb]


def _check(api: Json, schema: Json, value: Any) -> list[str]:
    whole = {**schema, "components": api["components"]}
    checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(value)]


def test_the_document_is_valid_openapi(api: Json) -> None:
    validate(api)


def test_a_document_with_every_kind_of_field_is_valid_openapi() -> None:
    rules = ('post: "/v1/s" body: "*"', 'get: "/v1/s/{name}"', 'put: "/v1/{name=a/*}/b" body: "inner"')

    validate(document(sample_contract(*rules)))


def test_the_same_contract_gives_the_same_bytes(api: Json) -> None:
    assert dump(api) == dump(document(Contract.load(contract_image())))


def test_the_command_prints_the_document(api: Json) -> None:
    command = [sys.executable, "-m", "gateway.openapi", str(contract_image())]

    assert dump(api) == subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_http_binding_is_an_operation(api: Json, contract: Contract) -> None:
    documented = {op["x-corridor-grpc-method"] for path, _, op in operations(api) if path.startswith("/")}

    assert documented == {route.method.full_name for route in compile_routes(contract)}


def test_operation_ids_are_unique(api: Json) -> None:
    ids = [op["operationId"] for _, _, op in operations(api)]

    assert len(set(ids)) == len(ids)


def test_every_request_and_answer_has_an_example_that_fits(api: Json) -> None:
    for path, verb, op in operations(api):
        for holder in (op.get("requestBody"), *op["responses"].values()):
            content = (holder or {}).get("content", {}).get("application/json", {})
            if content.get("schema"):
                assert "example" in content, (path, verb)
                assert [] == _check(api, content["schema"], content["example"]), (path, verb)


def test_every_problem_example_fits(api: Json) -> None:
    for name, example in api["components"]["examples"].items():
        assert [] == _check(api, {"$ref": "#/components/schemas/Problem"}, example["value"]), name


def test_a_wrong_example_would_be_noticed(api: Json) -> None:
    schema = {"$ref": "#/components/schemas/CreatePayoutRequest"}

    assert _check(api, schema, {"beneficiary_id": "nobody", "amount": {"currency_code": "EUR"}})
    assert _check(api, schema, {})


def test_every_shared_reason_is_an_answer_of_every_operation(api: Json, contract: Contract) -> None:
    statuses = {str(contract.reasons[reason].http_status) for reason in SHARED_REASONS}

    for path, verb, op in operations(api):
        if path.startswith("/"):
            assert statuses <= op["responses"].keys(), (path, verb)


def test_an_operation_lists_its_own_errors(api: Json) -> None:
    answer = api["paths"]["/v1/payouts"]["post"]["responses"]["422"]

    assert {"AMOUNT_ABOVE_LIMIT", "IDEMPOTENCY_KEY_REUSED", "SPENDING_LIMIT_REACHED"} == set(
        answer["content"]["application/problem+json"]["examples"]
    )


def test_the_idempotency_key_follows_the_policy(api: Json) -> None:
    def key(path: str, verb: str) -> str | None:
        refs = [p.get("$ref", "") for p in api["paths"][path][verb]["parameters"]]
        return next((ref.rsplit("/", 1)[1] for ref in refs if "IdempotencyKey" in ref), None)

    assert "IdempotencyKeyRequired" == key("/v1/payouts", "post")
    assert "IdempotencyKey" == key("/v1/payouts/{payout_id}:cancel", "post")
    assert key("/v1/payouts", "get") is None


def test_scopes_stand_in_the_security_of_an_operation(api: Json) -> None:
    ways = [{"bearer": ["payouts:create"]}, {"oauth2": ["payouts:create"]}]

    assert ways == api["paths"]["/v1/payouts"]["post"]["security"]
    assert [] == api["paths"]["/v1/webhooks/inbound/{connection_id}"]["post"]["security"]


def test_rules_of_fields_become_keywords(api: Json) -> None:
    schemas = api["components"]["schemas"]
    request, money = schemas["CreatePayoutRequest"], schemas["MoneyInput"]["properties"]

    assert ["beneficiary_id", "amount"] == request["required"]
    assert ("^ben_[0-9a-z]{26}$", 30) == (
        request["properties"]["beneficiary_id"]["pattern"],
        request["properties"]["beneficiary_id"]["maxLength"],
    )
    assert (["string", "integer"], 10**15) == (money["amount_minor"]["type"], money["amount_minor"]["maximum"])
    assert 20 == request["properties"]["metadata"]["maxProperties"]
    assert request["additionalProperties"] is False
    assert "PERSONAL" == request["properties"]["reference"]["x-corridor-sensitivity"]


def test_a_required_oneof_asks_for_exactly_one(api: Json) -> None:
    schema = {"$ref": "#/components/schemas/BankAccountInput"}
    iban = {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"}

    assert [] == _check(api, schema, iban)
    assert _check(api, schema, {"currency_code": "EUR"})
    assert _check(api, schema, {**iban, "uk": {"sort_code": "1", "account_number": "1"}})


def test_numbers_of_64_bits_are_strings_in_answers(api: Json) -> None:
    assert "string" == api["components"]["schemas"]["Money"]["properties"]["amount_minor"]["type"]


def test_fields_without_presence_are_required_in_answers(api: Json) -> None:
    payout = api["components"]["schemas"]["Payout"]

    assert {"payout_id", "state", "metadata", "revision"} <= set(payout["required"])
    assert "amount" not in payout["required"]


def test_fields_of_the_path_are_not_in_the_body(api: Json) -> None:
    assert "properties" not in api["components"]["schemas"]["CancelPayoutRequestBody"]
    assert "webhook_endpoint_id" not in api["components"]["schemas"]["UpdateWebhookEndpointRequestBody"]["properties"]


def test_query_parameters_reach_into_messages(api: Json) -> None:
    names = {p["name"] for p in api["paths"]["/v1/payouts"]["get"]["parameters"] if "name" in p}

    assert {"page_size", "page_token", "states", "beneficiary_id", "created.start_time", "created.end_time"} == names


def test_every_event_is_a_webhook(api: Json) -> None:
    assert "payout.settled" in api["webhooks"]
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in api["webhooks"])


def test_every_operation_field_and_parameter_is_described(api: Json) -> None:
    for path, verb, op in operations(api):
        assert op["summary"], (path, verb)
        for parameter in op["parameters"]:
            assert "$ref" in parameter or parameter.get("description"), (path, verb, parameter)
    for name, schema in api["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert described.get("description"), (name, field)


def test_the_document_is_served(http: Any, api: Json) -> None:
    answer = http.get("/v1/openapi.json")

    assert "application/json" == answer.headers["content-type"]
    assert json.loads(dump(api)) == answer.json()
