"""The document as a whole: information, paths, webhooks and components."""

import json
from typing import Any

from protobuf import DescMessage

from gateway.contract import Contract
from gateway.openapi.comments import summary
from gateway.openapi.examples import Examples
from gateway.openapi.operations import Operations, problem_schema
from gateway.openapi.schemas import Schemas
from gateway.routes import compile_routes

Json = dict[str, Any]

_DESCRIPTION = """\
The HTTP face of Corridor. Everything here is also there as gRPC; both are made from one contract.

Field names are written as in the contract (`amount_minor`); requests may write them in lowerCamelCase as well.
64-bit integers are strings in answers, and strings or numbers in requests. Enum values are names; requests may use
numbers. Unknown fields, unknown query parameters and duplicate keys are refused. Fields without a value of their own
(`""`, `"0"`, `[]`, `…_UNSPECIFIED`) are always there in answers; messages that are not set are left out.

Errors are problem documents (RFC 9457). Calls that must not take effect twice carry an `Idempotency-Key`.
"""

_EVENT = "corridor.events.v1.Event"


def dump(document: Json) -> str:
    """The document as text: the same document always gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def document(contract: Contract) -> Json:
    """The OpenAPI document of a contract."""
    schemas = Schemas(contract)
    examples = Examples(schemas)
    operations = Operations(contract, schemas, examples)
    paths: dict[str, Json] = {}
    seen: dict[str, int] = {}
    tags: dict[str, str] = {}
    for route in sorted(compile_routes(contract), key=lambda r: (r.template, r.verb)):
        method = route.method
        seen[method.name] = count = seen.get(method.name, 0) + 1
        operation_id = method.name if count == 1 else f"{method.name}_{count}"
        paths.setdefault(_path(route.template), {})[route.verb.lower()] = operations.operation(route, operation_id)
        tags[method.service.rsplit(".", 1)[1]] = schemas.comments.get(method.service, "")
    webhooks = _webhooks(contract, schemas, examples)
    components: Json = {
        "schemas": {"Problem": problem_schema(contract), **dict(sorted(schemas.components.items()))},
        "responses": operations.shared_responses(),
        "parameters": _parameters(),
        "headers": _headers(),
        "examples": operations.problem_examples(),
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "API key",
                "description": "An API key, `ck_test_…` or `ck_live_…`. It names company and environment. "
                "An operation lists its scopes; a key that holds any one of them may call it.",
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Corridor",
            "version": "v1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document came from."}],
        "tags": [{"name": name, "description": text} for name, text in sorted(tags.items())],
        "paths": paths,
        "webhooks": webhooks,
        "components": components,
    }


def _path(template: str) -> str:
    """The template in OpenAPI's form: `{name=shelves/*}` becomes `{name}`."""
    pieces = template.split("{")
    return pieces[0] + "".join("{" + p.split("}", 1)[0].split("=", 1)[0] + "}" + p.split("}", 1)[1] for p in pieces[1:])


def _webhooks(contract: Contract, schemas: Schemas, examples: Examples) -> Json:
    envelope = contract.registry.message(_EVENT)
    if envelope is None:
        return {}
    found: Json = {}
    for descriptor in contract.registry:
        if not isinstance(descriptor, DescMessage):
            continue
        facts = contract.option(descriptor, "corridor.options.v1.event")
        if facts is None:
            continue
        text = schemas.comments.get(descriptor.type_name, "")
        data = {"@type": f"type.googleapis.com/{descriptor.type_name}", **examples.message(descriptor, False)}
        found[facts.type] = {
            "post": {
                "operationId": f"on{descriptor.name}",
                "tags": ["Webhooks"],
                "summary": summary(text),
                "description": f"{text}\n\nAny 2xx answer takes it; anything else is tried again.",
                "parameters": [
                    {"$ref": f"#/components/parameters/{name}"}
                    for name in ("WebhookId", "WebhookTimestamp", "WebhookSignature")
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _event_schema(schemas, envelope, descriptor, facts.type),
                            "example": {**examples.message(envelope, False), "type": facts.type, "data": data},
                        }
                    },
                },
                "responses": {"2XX": {"description": "The event was taken."}},
                "security": [],
            }
        }
    return dict(sorted(found.items()))


def _event_schema(schemas: Schemas, envelope: DescMessage, data: DescMessage, event_type: str) -> Json:
    return {
        "allOf": [
            schemas.message(envelope, False),
            {"properties": {"type": {"const": event_type}, "data": schemas.message(data, False)}},
        ]
    }


def _parameters() -> Json:
    key_schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7E]+$"}
    id_schema = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\x21-\\x7E]+$"}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Names the intended operation. The same key with the same request gives the same answer again.",
        "schema": key_schema,
        "example": "9b7e6f3a-5d7c-4a51-9a63-1f0f7c2f8d10",
    }
    return {
        "IdempotencyKeyRequired": {**key, "required": True},
        "IdempotencyKey": {**key, "required": False},
        "RequestId": _header("X-Request-Id", "The id of this request; one is made if it is not sent.", id_schema),
        "CorrelationId": _header(
            "X-Correlation-Id", "Ties calls, provider calls, events and logs together.", id_schema
        ),
        "RequestTimeout": _header(
            "X-Request-Timeout",
            "Seconds after which the caller no longer waits. It can only shorten the method's own deadline. "
            "Decimals are taken too.",
            {"type": "integer", "minimum": 1, "maximum": 60},
        ),
        "WebhookId": _header("webhook-id", "The event's id (Standard Webhooks).", {"type": "string"}, True),
        "WebhookTimestamp": _header("webhook-timestamp", "Unix seconds of the attempt.", {"type": "string"}, True),
        "WebhookSignature": _header(
            "webhook-signature", "Signatures over id, timestamp and body.", {"type": "string"}, True
        ),
    }


def _header(name: str, description: str, schema: Json, required: bool = False) -> Json:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _headers() -> Json:
    text = {"type": "string"}
    return {
        "XRequestId": {"description": "The id of this request.", "schema": text},
        "XCorrelationId": {"description": "The correlation id of this call.", "schema": text},
        "IdempotentReplayed": {
            "description": "`true` where the answer is that of an earlier call with the same key.",
            "schema": text,
        },
        "RetryAfter": {"description": "Seconds to wait before the call is repeated.", "schema": text},
    }
