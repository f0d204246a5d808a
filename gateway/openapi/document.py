"""The document as a whole: information, paths, webhooks and components."""

import json
from typing import Any

from gateway import majors
from gateway.contract import Contract
from gateway.openapi import events, naming, security
from gateway.openapi.examples import Examples
from gateway.openapi.operations import Operations
from gateway.openapi.problem_answers import problem_schema
from gateway.openapi.prose import DESCRIPTION
from gateway.openapi.recorded import Recorded
from gateway.openapi.schemas import Schemas
from gateway.routes import compile_routes

Json = dict[str, Any]


def dump(document: Json) -> str:
    """The document as text: the same document always gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def document(contract: Contract, recorded: Recorded | None = None, major: int = majors.FIRST) -> Json:
    """The OpenAPI document of one major version of a contract, with the examples that were recorded, or with others."""
    recorded = Recorded.load() if recorded is None else recorded
    schemas = Schemas(contract, major)
    examples = Examples(schemas)
    operations = Operations(contract, schemas, examples, recorded)
    paths: dict[str, Json] = {}
    routes = majors.routes_of(compile_routes(contract), major)
    ids = naming.operation_ids(routes)
    for place in sorted(range(len(routes)), key=lambda at: (routes[at].template, routes[at].verb)):
        route = routes[place]
        paths.setdefault(_path(route.template), {})[route.verb.lower()] = operations.operation(route, ids[place])
    services = {route.method.service for route in routes}
    webhooks = events.webhooks(contract, schemas, examples, recorded, major)
    components: Json = {
        "schemas": {"Problem": problem_schema(contract), **dict(sorted(schemas.components.items()))},
        "responses": {**operations.problems.shared(), "NotModified": _NOT_MODIFIED},
        "parameters": _parameters(),
        "headers": _headers(),
        "examples": operations.problems.examples(),
        "securitySchemes": security.schemes(contract, major),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Corridor",
            "version": f"v{major}",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document came from."}],
        "tags": _tags(services, schemas),
        "x-tagGroups": _groups(services),
        "paths": paths,
        "webhooks": webhooks,
        "components": components,
    }


_NOT_MODIFIED: Json = {
    "description": "The resource still has the etag that the caller named; there is no body.",
    "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
}


def _tags(services: set[str], schemas: Schemas) -> list[Json]:
    found = [
        {
            "name": naming.tag(service),
            "x-displayName": naming.title(service),
            "description": schemas.comments.get(service, ""),
        }
        for service in naming.in_order(services)
    ]
    return [*found, {"name": events.TAG, "x-displayName": "Webhooks sent", "description": events.DESCRIPTION}]


def _groups(services: set[str]) -> list[Json]:
    """Tags by domain, as readers of the document (x-tagGroups) show them."""
    found: list[Json] = [{"name": name, "tags": tags} for name, tags in naming.groups(services)]
    return [*found, {"name": "Webhooks sent", "tags": [events.TAG]}]


def _path(template: str) -> str:
    """The template in OpenAPI's form: `{name=shelves/*}` becomes `{name}`."""
    pieces = template.split("{")
    return pieces[0] + "".join("{" + p.split("}", 1)[0].split("=", 1)[0] + "}" + p.split("}", 1)[1] for p in pieces[1:])


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
        "IfMatch": _header(
            "If-Match",
            "The etag that the resource must have, in quotes: the call is refused if it has changed since. "
            "`*` matches any that is there.",
            {"type": "string", "minLength": 1, "maxLength": 1000, "pattern": '^(\\*|"[\\x21\\x23-\\x7E]*")$'},
        ),
        "IfNoneMatch": _header(
            "If-None-Match",
            "The etag that the caller has, in quotes: the answer is 304 if it is still that one.",
            {"type": "string", "minLength": 1, "maxLength": 1000, "pattern": '^"[\\x21\\x23-\\x7E]*"$'},
        ),
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
        "CorridorPayloadVersion": _header(
            "Corridor-Payload-Version",
            "The version of the event's data, as `payload_version` says in the body.",
            {"type": "string", "pattern": "^v[1-9][0-9]{0,2}$"},
            True,
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
        "ETag": {"description": "The resource's etag, in quotes (RFC 9110, 8.8.3).", "schema": text},
        "RetryAfter": {"description": "Seconds to wait before the call is repeated.", "schema": text},
    }
