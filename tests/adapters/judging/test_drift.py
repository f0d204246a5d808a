"""What two versions of a document differ in, on the operations and fields that are used, and on no others."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from adapters.kit.spec import drift, uses

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"title": "Acme", "version": "1"},
    "paths": {
        "/orders": {
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
            "post": {
                "parameters": [{"name": "Acme-Version", "in": "header", "required": True, "schema": {}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/wanted"}}}},
                "responses": {
                    "201": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/order"}}},
                        "description": "",
                    },
                    "422": {
                        "content": {"application/json": {"schema": {"properties": {"code": {"type": "string"}}}}},
                        "description": "",
                    },
                },
            },
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/order"}}
                            }
                        },
                        "description": "",
                    }
                }
            },
        },
        "/unused": {"get": {"responses": {}}},
    },
    "components": {
        "schemas": {
            "wanted": {
                "type": "object",
                "required": ["amount"],
                "properties": {
                    "amount": {"type": "integer"},
                    "kind": {"type": "string", "enum": ["fast", "slow"]},
                    "note": {"type": "string", "maxLength": 140},
                    "owner": {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}},
                    "unused": {"type": "string"},
                },
            },
            "order": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "status": {"type": "string", "enum": ["open", "paid"]},
                    "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
                    "unused": {"type": "string"},
                },
            },
        }
    },
}
USED = {
    "operation": "POST /orders",
    "media_types": ["application/json"],
    "parameters": dict.fromkeys(["header:acme-version", "query:limit"]),
    "sends": dict.fromkeys(["amount", "kind", "note", "owner", "owner.name"]),
    "reads": {"201": dict.fromkeys(["id", "status", "lines", "lines[].sku"]), "4XX": {"code": None}},
}
LISTED = {
    "operation": "GET /orders",
    "media_types": [],
    "parameters": {},
    "sends": {},
    "reads": {"200": {"[].id": None}},
}
TABLES = [frozenset({"open", "paid", "void"}), frozenset({"fast"})]

Change = Callable[[dict[str, Any]], object]


def compared(change: Change) -> list[tuple[str, str]]:
    """What a change of the document means, kind by kind."""
    kept = {"operations": [uses.described(DOCUMENT, each) for each in (USED, LISTED)]}
    new = copy.deepcopy(DOCUMENT)
    change(new)
    return [(each.kind, each.what) for each in drift.changes(kept, new, TABLES)]


def post(document: dict[str, Any]) -> Any:
    return document["paths"]["/orders"]["post"]


def wanted(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]["wanted"]["properties"]


def order(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]["order"]["properties"]


def state(document: dict[str, Any]) -> Any:
    return order(document)["status"]["enum"]


def optional(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]["order"].pop("required")


def needed(document: dict[str, Any], name: str) -> None:
    document["components"]["schemas"]["wanted"]["required"].append(name)


BREAKS: dict[str, Change] = {
    "the operation is gone; is it /order now?": lambda new: new["paths"].update(
        {"/order": new["paths"].pop("/orders")}
    ),
    "the operation is deprecated: it will go": lambda new: post(new).update(deprecated=True),
    "a body of application/json is not taken any more": lambda new: post(new)["requestBody"].update(
        content={"application/xml": {}}
    ),
    "query:limit is not taken any more": lambda new: new["paths"]["/orders"].pop("parameters"),
    "note, which is sent, is gone; is it notes now?": lambda new: wanted(new).update(notes=wanted(new).pop("note")),
    "owner.name, which is sent, is gone": lambda new: wanted(new)["owner"]["properties"].pop("name"),
    "amount, which is sent, was integer and is string": lambda new: wanted(new)["amount"].update(type="string"),
    "kind, which is sent, cannot be slow any more": lambda new: wanted(new)["kind"]["enum"].remove("slow"),
    "note, which is sent, takes 35 characters, where it took 140": lambda new: wanted(new)["note"].update(maxLength=35),
    "amount, which is sent, takes 9 characters, where it took any number": lambda new: wanted(new)["amount"].update(
        maxLength=9
    ),
    "kind, which is sent, is deprecated: it will go": lambda new: wanted(new)["kind"].update(deprecated=True),
    "unused is needed now, and is not sent": lambda new: needed(new, "unused"),
    "owner.age is needed now, and is not sent": lambda new: wanted(new)["owner"].update(required=["age"]),
    "query:page is needed now, and is not sent": lambda new: post(new)["parameters"].append(
        {"name": "page", "in": "query", "required": True}
    ),
    "201: status, which is read, can be lost now, and no table has the word": lambda new: order(new)["status"][
        "enum"
    ].append("lost"),
    "201: status, which is read, is gone": lambda new: order(new).pop("status"),
    "201: lines[].sku, which is read, is gone": lambda new: order(new)["lines"]["items"]["properties"].pop("sku"),
    "201: id, which is read, was string and is integer": lambda new: order(new)["id"].update(type="integer"),
    "4XX: code, which is read, is gone": lambda new: post(new)["responses"].pop("422"),
    "200: [].id, which is read, is gone": lambda new: order(new).pop("id"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_breaks_is_told(what: str) -> None:
    assert ("breaks", what) in compared(BREAKS[what])


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("201: id, which is read, may be missing now", lambda new: optional(new)),
        ("note is needed now; it is sent, though perhaps not always", lambda new: needed(new, "note")),
        ("201: status, which is read, can be any word now", lambda new: order(new)["status"].pop("enum")),
    ],
)  # fmt: skip
def test_what_a_person_has_to_look_at_is_told(what: str, change: Change) -> None:
    assert ("look", what) in compared(change)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("201: status can be void now, which a table has already", lambda new: state(new).append("void")),
        ("201: status cannot be paid any more", lambda new: state(new).remove("paid")),
    ],
)  # fmt: skip
def test_what_is_harmless_is_told_as_such(what: str, change: Change) -> None:
    assert [("harmless", what)] == compared(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda new: None,
        lambda new: new["paths"].pop("/unused"),
        lambda new: wanted(new).pop("unused"),
        lambda new: order(new).update(unused={"type": "integer"}),
        lambda new: wanted(new)["note"].update(maxLength=500),
        lambda new: wanted(new).update(more={"type": "string"}),
        lambda new: wanted(new)["kind"]["enum"].append("never"),
        lambda new: new["paths"]["/orders"]["get"].update(description="Other words"),
    ],
)
def test_what_is_not_used_breaks_nothing(change: Change) -> None:
    assert [] == [what for kind, what in compared(change) if kind != "harmless"]


def test_parameters_of_a_path_may_be_renamed() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/orders/{id}"] = document["paths"].pop("/orders")
    used = {**USED, "operation": "POST /orders/{id}"}
    new = copy.deepcopy(document)
    new["paths"]["/orders/{order}"] = new["paths"].pop("/orders/{id}")

    assert [] == drift.changes({"operations": [uses.described(document, used)]}, new, TABLES)


def test_an_object_tells_what_was_asked_of_it_also_where_it_is_missing() -> None:
    operation = uses.Operation("get", "/orders")
    answer = uses._seen({"id": 1, "owner": {"name": "x", "age": 3}, "lines": [{"sku": 1}]}, operation, "200")

    assert (1, None, False) == (answer["id"], answer.get("gone"), "never" in answer)
    assert ["x"] == [answer["owner"]["name"]]
    assert [1] == [line["sku"] for line in answer["lines"]]
    assert {"id", "gone", "never", "owner", "owner.name", "lines", "lines[].sku"} == operation.reads["200"]


def test_going_through_an_object_reads_all_of_it() -> None:
    operation = uses.Operation("get", "/orders")

    assert {"a": 1, "b": 2} == {**uses._seen({"a": 1, "b": 2}, operation, "200")}
    assert {"a", "b"} == operation.reads["200"]
