"""Operations: parameters, bodies and answers of one HTTP binding.

Every status that the gateway can answer with stands in every operation.
"""

from typing import Any

from protobuf import DescField

from gateway.bindings import Parameter
from gateway.contract import Contract
from gateway.openapi import raw
from gateway.openapi.comments import summary
from gateway.openapi.examples import Examples
from gateway.openapi.schemas import Schema, Schemas
from gateway.problems import TYPE_PREFIX, Problems, Refusal, Violation
from gateway.routes import Body, Route

Json = dict[str, Any]

# Reasons for which any call can fail, in front of the server or in it.
SHARED_REASONS = (
    "INVALID_ARGUMENT",
    "MALFORMED_REQUEST",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "METHOD_NOT_FOUND",
    "HTTP_METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "REQUEST_TIMEOUT",
    "LENGTH_REQUIRED",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "RATE_LIMITED",
    "HEADERS_TOO_LARGE",
    "INTERNAL",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
)
# How a call stands that the company put under approval: any that changes something.
WAITING_REASONS = ("APPROVAL_PENDING", "APPROVAL_REJECTED", "APPROVAL_EXPIRED")
EXAMPLE_REQUEST_ID = "req_01kafz3q9x7m2c5v8b1n4d6g0h"
_PROBLEM = "application/problem+json"


class Operations:
    """Makes operations. Shared parts are references into `components`."""

    def __init__(self, contract: Contract, schemas: Schemas, examples: Examples) -> None:
        self._contract = contract
        self._schemas = schemas
        self._examples = examples
        self._problems = Problems(contract.reasons)

    def operation(self, route: Route, operation_id: str) -> Json:
        """The operation object of a route."""
        method = route.method
        text = self._schemas.comments.get(method.full_name, "")
        policy = method.policy
        found: Json = {
            "operationId": operation_id,
            "tags": [method.service.rsplit(".", 1)[1]],
            "summary": summary(text),
            "description": text,
            "parameters": self._parameters(route),
            "responses": self._responses(route),
            "security": [{"bearer": [scope]} for scope in policy.scopes] or ([] if policy.open else [{"bearer": []}]),
            "x-corridor-grpc-method": method.full_name,
            "x-corridor-policy": {
                "scopes": list(policy.scopes),
                "idempotency": policy.idempotency,
                "deadline_seconds": policy.deadline_seconds,
                "rate_class": policy.rate_class,
                "callers": list(policy.callers) or ["API_KEY"],
                "stability": policy.stability or "STABLE",
            },
        }
        body = self._body(route)
        if body is not None:
            found["requestBody"] = body
        if policy.stability == "DEPRECATED":
            found["deprecated"] = True
            found["x-corridor-policy"] |= {
                "deprecated_since": policy.deprecated_since,
                "sunset": policy.sunset,
                "replacement": policy.replacement,
            }
        return found

    def _parameters(self, route: Route) -> list[Json]:
        found = [self._parameter(v.parameter, "path") for v in route.variables]
        listed: set[str] = set()
        for parameter in route.query.values():
            if parameter.dotted not in listed:
                listed.add(parameter.dotted)
                found.append(self._parameter(parameter, "query"))
        if route.keyed:
            name = "IdempotencyKeyRequired" if route.method.policy.idempotency == "REQUIRED" else "IdempotencyKey"
            found.append({"$ref": f"#/components/parameters/{name}"})
        if route.raw_answer:
            found += raw.parameters(route)
        elif route.body is not Body.RAW:
            shared = ("RequestId", "CorrelationId", "RequestTimeout")
            found += [{"$ref": f"#/components/parameters/{name}"} for name in shared]
        return found

    def _parameter(self, parameter: Parameter, place: str) -> Json:
        schema = text_schema(self._schemas.field(parameter.field, True))
        found: Json = {"name": parameter.dotted, "in": place}
        if "description" in schema:
            found["description"] = schema.pop("description")
        needed = len(parameter.names) == 1 and self._schemas.required(parameter.field, True)
        found["required"] = place == "path" or needed
        found["schema"] = schema
        if parameter.repeated:
            found |= {"style": "form", "explode": True}
        if place == "path" or needed:
            found["example"] = self._examples.field(parameter.field, True)
        return found

    def _body(self, route: Route) -> Json | None:
        if route.body is Body.NONE:
            return None
        if route.body is Body.RAW and route.raw_answer:
            return raw.body(route)
        if route.body is Body.RAW:
            return {
                "description": "The body as the sender made it, of any media type, in the bytes that it signed.",
                "content": {
                    "application/json": {"schema": {}},
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                },
            }
        if route.body_field is not None:
            return self._field_body(route.body_field)
        bound = frozenset(v.parameter.names[0] for v in route.variables if len(v.parameter.names) == 1)
        message = route.input.desc()
        schema = self._schemas.object(message, True, bound)
        name = message.name + ("Body" if bound else "")
        self._schemas.components[name] = schema
        return {
            "required": "required" in schema,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{name}"},
                    "example": self._examples.message(message, True, bound),
                }
            },
        }

    def _field_body(self, field: DescField) -> Json:
        return {
            "required": self._schemas.required(field, True),
            "content": {
                "application/json": {
                    "schema": self._schemas.field(field, True),
                    "example": self._examples.field(field, True),
                }
            },
        }

    def _responses(self, route: Route) -> Json:
        by_status = self._by_status(route)
        if route.raw_answer:
            return raw.responses({str(status): self.problem(by_status[status]) for status in sorted(by_status)})
        field = route.response_field
        if field is None:
            message = route.output.desc()
            schema, example = self._schemas.message(message, False), self._examples.message(message, False)
            description = self._schemas.comments.get(message.type_name, "The answer.")
        else:
            schema, example = self._schemas.field(field, False), self._examples.field(field, False)
            description = schema.get("description", "The answer.")
        headers = ["XRequestId", "XCorrelationId", *(["IdempotentReplayed"] if route.keyed else [])]
        found: Json = {
            "200": {
                "description": description,
                "headers": {_HEADER_NAMES[h]: {"$ref": f"#/components/headers/{h}"} for h in headers},
                "content": {"application/json": {"schema": schema, "example": example}},
            }
        }
        for status in sorted(by_status):
            own = [reason for reason in by_status[status] if reason not in SHARED_REASONS]
            found[str(status)] = (
                self.problem(by_status[status]) if own else {"$ref": f"#/components/responses/Problem{status}"}
            )
        return found

    def _by_status(self, route: Route | None) -> dict[int, list[str]]:
        """The reasons for which a call can fail, by HTTP status; those that all calls share for None."""
        found: dict[int, list[str]] = {}
        own = (*route.method.errors, *(WAITING_REASONS if route.keyed else ())) if route is not None else ()
        for reason in dict.fromkeys((*SHARED_REASONS, *own)):
            if reason in self._contract.reasons:
                found.setdefault(self._contract.reasons[reason].http_status, []).append(reason)
        return found

    def shared_responses(self) -> Json:
        """The problem answers that operations share, by component name."""
        return {f"Problem{status}": self.problem(reasons) for status, reasons in sorted(self._by_status(None).items())}

    def problem(self, reasons: list[str]) -> Json:
        """The answer for problems of one status."""
        titles = "; ".join(f"{self._contract.reasons[r].title} (`{r}`)" for r in reasons)
        headers = {"X-Request-Id": {"$ref": "#/components/headers/XRequestId"}}
        if any(self._contract.reasons[r].retryable for r in reasons):
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        return {
            "description": f"{titles}.",
            "headers": headers,
            "content": {
                _PROBLEM: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {reason: {"$ref": f"#/components/examples/{reason}"} for reason in reasons},
                }
            },
        }

    def problem_examples(self) -> Json:
        """A worked example of every reason in the catalogue."""
        found: Json = {}
        for reason in self._contract.reasons.values():
            text = self._schemas.comments.get(f"corridor.errors.v1.ErrorReason.ERROR_REASON_{reason.name}", "")
            meaning, _, told = text.partition("Example: ")
            broken = reason.name in ("INVALID_ARGUMENT", "MALFORMED_REQUEST")
            violation = Violation("page_size", "must be at most 250", "int32.lte")
            refusal = Refusal(reason.name, summary(meaning) + ".", violations=[violation] if broken else [])
            found[reason.name] = {
                "summary": reason.title,
                "description": told.strip() or meaning.strip(),
                "value": self._problems.document(reason, refusal, EXAMPLE_REQUEST_ID),
            }
        return found


_HEADER_NAMES = {
    "XRequestId": "X-Request-Id",
    "XCorrelationId": "X-Correlation-Id",
    "IdempotentReplayed": "Idempotent-Replayed",
}


def text_schema(schema: Schema) -> Schema:
    """A schema for a value that travels as text: a 64-bit integer is then only ever a string."""
    found = dict(schema)
    if found.get("type") == ["string", "integer"]:
        found["type"] = "string"
        for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            found.pop(keyword, None)
    return found


def problem_schema(contract: Contract) -> Schema:
    """The schema of a problem document (RFC 9457) with our members."""
    text: Schema = {"type": "string"}
    classes = sorted({reason.error_class for reason in contract.reasons.values()})
    return {
        "type": "object",
        "description": "A problem document (RFC 9457). `reason` never changes its meaning; `detail` is for people.",
        "required": [
            "type", "title", "status", "detail", "instance", "reason", "class", "retryable", "suggested_action",
        ],
        "properties": {
            "type": {**text, "format": "uri-reference", "description": f"`{TYPE_PREFIX}` and the reason."},
            "title": {**text, "description": "A short name, the same for every occurrence."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {**text, "description": "What happened this time."},
            "instance": {**text, "format": "uri-reference", "description": "The id of the request."},
            "reason": {**text, "enum": sorted(contract.reasons), "description": "Why, in one word for programs."},
            "class": {**text, "enum": classes, "description": "Who has to act before the call can succeed."},
            "retryable": {"type": "boolean", "description": "Whether the same call may succeed later."},
            "suggested_action": {**text, "description": "What to do next."},
            "violations": {
                "type": "array",
                "description": "Every field that breaks a rule.",
                "items": {
                    "type": "object",
                    "required": ["field", "description", "rule"],
                    "properties": {
                        "field": {**text, "description": "The field's path, such as `created.start_time`."},
                        "description": {**text, "description": "The rule in words."},
                        "rule": {**text, "description": "The rule's id."},
                    },
                },
            },
            "metadata": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Further facts, such as `error_id`.",
            },
        },
    }  # fmt: skip
