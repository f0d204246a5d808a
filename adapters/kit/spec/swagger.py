"""Swagger 2 documents as OpenAPI 3.0 ones, so that there is one way to judge by either.

Rule: a form may travel as `x-www-form-urlencoded` or as `multipart/form-data`; where a document has a form, both count.
"""

from collections.abc import Mapping
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_PLACES = {"#/definitions/": "#/components/schemas/", "#/parameters/": "#/components/parameters/",
           "#/responses/": "#/components/responses/"}  # fmt: skip
# What stands beside `in` and `name` in Swagger 2, and under `schema` in OpenAPI 3.
_OF_PARAMETER = frozenset({"name", "in", "description", "required", "collectionFormat", "allowEmptyValue"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def as_openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same operations, parameters, schemas and security in OpenAPI 3.0's form."""
    shared = document.get("parameters", {})
    consumes, produces = document.get("consumes", ["application/json"]), document.get("produces", ["application/json"])
    paths: dict[str, Any] = {}
    for path, item in document.get("paths", {}).items():
        common = item.get("parameters", [])
        paths[path] = {
            method: _operation(operation, common, shared, consumes, produces)
            for method, operation in item.items()
            if method in METHODS
        }
    made = {
        "openapi": "3.0.3",
        "info": document.get("info", {"title": "", "version": ""}),
        "servers": [{"url": document.get("basePath", "/")}],
        "paths": paths,
        "components": {
            "schemas": document.get("definitions", {}),
            "responses": {name: _response(each, produces) for name, each in document.get("responses", {}).items()},
            "securitySchemes": {
                name: _security(scheme) for name, scheme in document.get("securityDefinitions", {}).items()
            },
        },
    }
    if "security" in document:
        made["security"] = document["security"]
    rewritten: dict[str, Any] = _rewritten(made)
    return rewritten


def _operation(
    operation: Mapping[str, Any], common: list[Any], shared: Mapping[str, Any], consumes: list[str], produces: list[str]
) -> dict[str, Any]:
    found = [
        shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in [*common, *operation.get("parameters", [])]
    ]
    kept = ("operationId", "summary", "deprecated", "security", "tags")
    made: dict[str, Any] = {name: operation[name] for name in kept if name in operation}
    made["parameters"] = [_parameter(each) for each in found if each["in"] in {"query", "header", "path"}]
    made["responses"] = {
        str(status): _response(each, operation.get("produces", produces))
        for status, each in operation.get("responses", {}).items()
    }
    form = [each for each in found if each["in"] == "formData"]
    body = next((each for each in found if each["in"] == "body"), None)
    if form:
        schema = {
            "type": "object",
            "properties": {each["name"].removesuffix("[]"): _schema(each) for each in form},
            "required": [each["name"].removesuffix("[]") for each in form if each.get("required")],
        }
        made["requestBody"] = {
            "required": bool(schema["required"]),
            "content": {media: {"schema": schema} for media in _FORMS},
        }
    elif body is not None:
        content = {media: {"schema": body["schema"]} for media in operation.get("consumes", consumes)}
        made["requestBody"] = {"required": bool(body.get("required")), "content": content}
    return made


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": bool(parameter.get("required")),
        "schema": _schema(parameter),
    }
    if parameter.get("type") == "array" and parameter["in"] == "query":
        made |= {"style": "form", "explode": parameter.get("collectionFormat") == "multi"}
    return made


def _schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = {name: value for name, value in parameter.items() if name not in _OF_PARAMETER}
    return {**schema, "type": "string"} if schema.get("type") == "file" else schema


def _response(response: Mapping[str, Any], produces: list[str]) -> dict[str, Any]:
    if "$ref" in response:
        return dict(response)
    made: dict[str, Any] = {"description": response.get("description", "")}
    if "schema" in response:
        made["content"] = {media: {"schema": response["schema"]} for media in produces}
    return made


def _security(scheme: Mapping[str, Any]) -> dict[str, Any]:
    match scheme["type"]:
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "oauth2":
            flow = {name: scheme[name] for name in ("tokenUrl", "authorizationUrl") if name in scheme}
            named = {"application": "clientCredentials", "accessCode": "authorizationCode"}
            return {"type": "oauth2", "flows": {named.get(scheme["flow"], scheme["flow"]): {**flow, "scopes": {}}}}
    return dict(scheme)


def _rewritten(value: Any) -> Any:
    """With references to where things stand now, `x-nullable` as `nullable`, and discriminators as objects."""
    if isinstance(value, list):
        return [_rewritten(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: _rewritten(each) for name, each in value.items()}
    reference = made.get("$ref")
    if isinstance(reference, str):
        for old, new in _PLACES.items():
            if reference.startswith(old):
                made["$ref"] = new + reference.removeprefix(old)
    if isinstance(made.get("x-nullable"), bool):
        made["nullable"] = made.pop("x-nullable")
    if isinstance(made.get("discriminator"), str):
        made["discriminator"] = {"propertyName": made["discriminator"]}
    return made
