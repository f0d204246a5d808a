"""Labelled changes of an OpenAPI document: each that breaks HTTP callers is told, and its harmless twin is not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from server.cli.contracts.openapi_breaking import breaks

Json = dict[str, Any]
Change = Callable[[Json], Any]


def reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


BEFORE: Json = {
    "paths": {
        "/v1/payouts": {
            "get": {
                "operationId": "ListPayouts",
                "parameters": [
                    {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 250}},
                    {"name": "state", "in": "query", "schema": reference("State")},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": reference("Page")}}}},
                "security": [{"bearer": ["payouts:read"]}],
            },
            "post": {
                "operationId": "CreatePayout",
                "parameters": [{"$ref": "#/components/parameters/Key"}],
                "requestBody": {
                    "required": True, "content": {"application/json": {"schema": reference("CreatePayout")}}},
                "responses": {
                    "200": {
                        "headers": {"X-Request-Id": {}},
                        "content": {"application/json": {"schema": reference("Payout")}},
                    },
                    "422": {"content": {"application/problem+json": {"schema": {}}}},
                },
                "security": [{"bearer": ["payouts:create"]}, {"bearer": ["payouts:all"]}],
            },
        },
        "/v1/health": {"get": {"operationId": "GetHealth", "parameters": [], "responses": {"200": {}}, "security": []}},
    },
    "webhooks": {"payout.settled": {"post": {"requestBody": {
        "content": {"application/json": {"schema": {"allOf": [reference("Event")]}}}}}}},
    "components": {
        "parameters": {"Key": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}},
        "schemas": {
            "State": {"type": "string", "enum": ["SENT", "SETTLED"]},
            "CreatePayout": {
                "type": "object", "required": ["amount"], "additionalProperties": False,
                "properties": {
                    "amount": {"type": ["string", "integer"]}, "reference": {"type": "string", "maxLength": 140},
                    "state": reference("State"), "labels": {"type": "array", "items": {"type": "string"}},
                },
            },
            "Payout": {
                "type": "object", "required": ["id", "state"],
                "properties": {
                    "id": {"type": "string"}, "state": reference("State"), "amount": {"type": "string"},
                    "parent": reference("Payout"),
                },
            },
            "Page": {"type": "object", "properties": {"payouts": {"type": "array", "items": reference("Payout")}}},
            "Event": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}},
        },
    },
}  # fmt: skip


def at(document: Json, *path: Any) -> Any:
    for step in path:
        document = document[step]
    return document


def schema(name: str) -> Callable[[Json], Json]:
    return lambda document: at(document, "components", "schemas", name)


def sent(document: Json) -> Json:
    return schema("CreatePayout")(document)


def got(document: Json) -> Json:
    return schema("Payout")(document)


def post(document: Json) -> Json:
    return at(document, "paths", "/v1/payouts", "post")


def listing(document: Json) -> Json:
    return at(document, "paths", "/v1/payouts", "get")


BREAKING: dict[str, tuple[Change, str]] = {
    "an operation goes": (lambda d: d["paths"]["/v1/payouts"].pop("post"), "POST /v1/payouts: is gone"),
    "a path changes": (lambda d: d["paths"].update({"/v1/status": d["paths"].pop("/v1/health")}), "GET /v1/health: is"),
    "an operation id changes": (lambda d: post(d).update(operationId="MakePayout"), "CreatePayout and is MakePayout"),
    "a parameter goes": (lambda d: listing(d)["parameters"].pop(), "query parameter state is gone"),
    "a parameter becomes required": (lambda d: listing(d)["parameters"][0].update(required=True), "has to be sent now"),
    "a shared parameter becomes required": (
        lambda d: d["components"]["parameters"]["Key"].update(required=True), "header parameter Idempotency-Key has"),
    "a new parameter is required": (
        lambda d: listing(d)["parameters"].append({"name": "x", "in": "query", "required": True, "schema": {}}),
        "query parameter x is new and has to be sent"),
    "a parameter takes less": (
        lambda d: listing(d)["parameters"][0]["schema"].update(maximum=100), "was 250 and is 100"),
    "a body becomes required": (
        lambda d: listing(d).update(requestBody={"required": True, "content": {}}), "a body has to be sent now"),
    "a body is no longer taken": (lambda d: post(d).pop("requestBody"), "takes no body any more"),
    "a field of a body goes": (lambda d: sent(d)["properties"].pop("reference"), "CreatePayout.reference: is gone"),
    "a field of a body is required": (
        lambda d: sent(d)["required"].append("reference"), "reference: has to be sent now"),
    "a field of a body takes fewer types": (
        lambda d: sent(d)["properties"]["amount"].update(type="string"), "was integer or string and is string"),
    "a field of a body is shorter": (
        lambda d: sent(d)["properties"]["reference"].update(maxLength=35), "140 and is 35"),
    "a field of a body gets a pattern": (
        lambda d: sent(d)["properties"]["reference"].update(pattern="^[A-Z]*$"), "the pattern was free"),
    "entries of a body are bounded": (
        lambda d: sent(d)["properties"]["labels"]["items"].update(minLength=1), "[]: minL"),
    "an enum takes less": (lambda d: schema("State")(d).update(enum=["SENT"]), "State: no longer takes SETTLED"),
    "one of two fields must be chosen": (lambda d: sent(d).update(oneOf=[{"required": ["state"]}]), "exactly one of"),
    "an answer goes": (lambda d: post(d)["responses"].pop("200"), "no longer answered with 200"),
    "an answer's header goes": (lambda d: post(d)["responses"]["200"]["headers"].clear(), "no X-Request-Id any more"),
    "a field of an answer goes": (lambda d: got(d)["properties"].pop("amount"), "Payout.amount: is gone"),
    "a field of an answer may be missing": (
        lambda d: got(d)["required"].remove("id"), "Payout.id: is not always there"),
    "a field of an answer changes its type": (
        lambda d: got(d)["properties"]["amount"].update(type="integer"), "was string and is integer"),
    "an answer has another media type": (
        lambda d: post(d)["responses"]["200"].update(content={"text/xml": {}}),
        "application/json is answered no longer"),
    "another scope is asked for": (
        lambda d: post(d)["security"][0].update(bearer=["payouts:send"]), "bearer with payouts:create is no longer"),
    "one of two scopes is not enough": (lambda d: post(d)["security"].pop(), "payouts:all is no longer enough"),
    "an open operation asks for a credential": (
        lambda d: at(d, "paths", "/v1/health", "get").update(security=[{"bearer": []}]), "asks for a credential now"),
    "an event goes": (lambda d: d["webhooks"].clear(), "webhook payout.settled: is gone"),
    "a field of an event goes": (lambda d: schema("Event")(d)["properties"].clear(), "Event.type: is gone"),
}  # fmt: skip

HARMLESS: dict[str, Change] = {
    "nothing changes": lambda d: None,
    "an operation comes": lambda d: d["paths"].update({"/v1/refunds": d["paths"]["/v1/health"]}),
    "a parameter comes": lambda d: listing(d)["parameters"].append({"name": "x", "in": "query", "schema": {}}),
    "a parameter takes more": lambda d: listing(d)["parameters"][0]["schema"].update(maximum=500),
    "a body becomes optional": lambda d: post(d)["requestBody"].update(required=False),
    "a body takes a further field": lambda d: sent(d)["properties"].update(memo={"type": "string"}),
    "a field of a body becomes optional": lambda d: sent(d)["required"].clear(),
    "a field of a body is longer": lambda d: sent(d)["properties"]["reference"].update(maxLength=500),
    "an enum takes more": lambda d: schema("State")(d)["enum"].append("RETURNED"),
    "an answer has a further field": lambda d: got(d)["properties"].update(fee={"type": "string"}),
    "a field of an answer is always there": lambda d: got(d)["required"].append("amount"),
    "a further problem": lambda d: post(d)["responses"].update({"409": {}}),
    "a problem goes": lambda d: post(d)["responses"].pop("422"),
    "a further scope is enough": lambda d: listing(d)["security"].append({"bearer": ["payouts:all"]}),
    "no credential is asked for": lambda d: listing(d).update(security=[]),
    "words change": lambda d: post(d).update(summary="Pays", description="Pays somebody.", tags=["Payouts"]),
    "what is deprecated": lambda d: post(d).update(deprecated=True),
    "an event comes": lambda d: d["webhooks"].update({"payout.sent": d["webhooks"]["payout.settled"]}),
}


def after(change: Change) -> Json:
    document = copy.deepcopy(BEFORE)
    change(document)
    return document


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_told_once(name: str) -> None:
    change, told = BREAKING[name]

    (found,) = breaks(BEFORE, after(change))

    assert told in found


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_not(name: str) -> None:
    assert [] == breaks(BEFORE, after(HARMLESS[name]))
