"""Operations: parameters, bodies and answers of one HTTP binding.

Every status that the gateway can answer with stands in every operation.
"""

from typing import Any

from protobuf import DescField, DescFieldValueMessage

from gateway.bindings import Parameter
from gateway.contract import Contract, Method
from gateway.openapi import lifecycle, naming, paging, raw, security
from gateway.openapi.comments import summary
from gateway.openapi.examples import Examples
from gateway.openapi.problem_answers import ProblemAnswers
from gateway.openapi.recorded import Recorded
from gateway.openapi.schemas import Schema, Schemas
from gateway.routes import Body, Route

Json = dict[str, Any]

_ANY_CALLER = ["API_KEY", "OAUTH_CLIENT", "USER"]


class Operations:
    """Makes operations. Shared parts are references into `components`."""

    def __init__(self, contract: Contract, schemas: Schemas, examples: Examples, recorded: Recorded) -> None:
        self._schemas = schemas
        self._examples = examples
        self._recorded = recorded
        self.problems = ProblemAnswers(contract, schemas)

    def operation(self, route: Route, operation_id: str) -> Json:
        """The operation object of a route."""
        method = route.method
        text = self._schemas.comments.get(method.full_name, "")
        found: Json = {
            "operationId": operation_id,
            "tags": [naming.tag(method.service)],
            "summary": summary(text),
            "description": text,
            "parameters": self._parameters(route, operation_id),
            "responses": self._responses(route, operation_id),
            "security": security.requirement(method),
            "x-corridor-grpc-method": method.full_name,
            "x-corridor-policy": _policy(method),
        }
        body = self._body(route, operation_id)
        if body is not None:
            found["requestBody"] = body
        if pages := paging.of(route):
            found["x-corridor-paging"] = pages
        policy = method.policy
        ends = (policy.deprecated_since, policy.sunset, policy.replacement)
        lifecycle.mark(found, lifecycle.facts(policy.stability, *ends))
        return found

    def _parameters(self, route: Route, operation_id: str) -> list[Json]:
        found = [self._parameter(v.parameter, "path", operation_id) for v in route.variables]
        listed: set[str] = set()
        for parameter in route.query.values():
            if parameter.dotted not in listed:
                listed.add(parameter.dotted)
                found.append(self._parameter(parameter, "query", operation_id))
        if route.keyed:
            name = "IdempotencyKeyRequired" if route.method.policy.idempotency == "REQUIRED" else "IdempotencyKey"
            found.append({"$ref": f"#/components/parameters/{name}"})
        if "ETAG_MISMATCH" in route.method.errors:
            found.append({"$ref": "#/components/parameters/IfMatch"})
        if route.safe and route.etag is not None:
            found.append({"$ref": "#/components/parameters/IfNoneMatch"})
        if route.raw_answer:
            found += raw.parameters(route, self._recorded.parameter(operation_id, "query", "parameters"))
        elif route.body is not Body.RAW:
            shared = ("RequestId", "CorrelationId", "RequestTimeout")
            found += [{"$ref": f"#/components/parameters/{name}"} for name in shared]
        return found

    def _parameter(self, parameter: Parameter, place: str, operation_id: str) -> Json:
        schema = text_schema(self._schemas.field(parameter.field, True))
        found: Json = {"name": parameter.dotted, "in": place}
        if "description" in schema:
            found["description"] = schema.pop("description")
        found |= {name: schema.pop(name) for name in ("deprecated", "x-corridor-lifecycle") if name in schema}
        needed = len(parameter.names) == 1 and self._schemas.required(parameter.field, True)
        found["required"] = place == "path" or needed
        found["schema"] = schema
        if parameter.repeated:
            found |= {"style": "form", "explode": True}
        example = self._recorded.parameter(operation_id, place, parameter.dotted)
        if example is not None or place == "path" or needed:
            found["example"] = example if example is not None else self._examples.field(parameter.field, True)
        return found

    def _body(self, route: Route, operation_id: str) -> Json | None:
        if route.body is Body.NONE:
            return None
        if route.body is Body.RAW and route.raw_answer:
            return raw.body(route, self._recorded.request(operation_id))
        if route.body is Body.RAW:
            return {
                "description": "The body as the sender made it, of any media type, in the bytes that it signed.",
                "content": {
                    "application/json": {"schema": {}},
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                },
            }
        recorded = self._recorded.request(operation_id)
        if route.masked and route.verb == "PATCH":
            return self._part_body(route, recorded)
        if route.body_field is not None:
            return self._field_body(route.body_field, recorded)
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
                    "example": recorded if recorded is not None else self._examples.message(message, True, bound),
                }
            },
        }

    def _part_body(self, route: Route, recorded: Any) -> Json:
        """The body of a `PATCH`: nothing has to be there, and what is there changes."""
        field = route.body_field
        inner = field.value if field is not None else None
        message = inner.message if isinstance(inner, DescFieldValueMessage) else route.input.desc()
        schema = self._schemas.object(message, True, route.keys)
        schema.pop("required", None)
        name = route.method.input.name.removesuffix("Request").replace("Update", "Patch") + "Body"
        self._schemas.components[name] = schema
        example = recorded if recorded is not None else self._examples.message(message, True, route.keys)
        return {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}, "example": example}},
        }

    def _field_body(self, field: DescField, recorded: Any) -> Json:
        return {
            "required": self._schemas.required(field, True),
            "content": {
                "application/json": {
                    "schema": self._schemas.field(field, True),
                    "example": recorded if recorded is not None else self._examples.field(field, True),
                }
            },
        }

    def _responses(self, route: Route, operation_id: str) -> Json:
        if route.raw_answer:
            return raw.responses(self.problems.inline(route), self._recorded.answer(operation_id))
        field = route.response_field
        if field is None:
            message = route.output.desc()
            schema, example = self._schemas.message(message, False), self._examples.message(message, False)
            description = self._schemas.comments.get(message.type_name, "The answer.")
        else:
            schema, example = self._schemas.field(field, False), self._examples.field(field, False)
            description = schema.get("description", "The answer.")
        recorded = self._recorded.answer(operation_id)
        headers = ["XRequestId", "XCorrelationId", *(["IdempotentReplayed"] if route.keyed else [])]
        headers += ["ETag"] if route.etag is not None else []
        not_modified = {"304": {"$ref": "#/components/responses/NotModified"}} if route.safe and route.etag else {}
        method = route.method
        fields_end = any(map(self._schemas.takes_deprecated, (method.input, method.output)))
        answer = {
            "description": description,
            "headers": {
                **{_HEADER_NAMES[h]: {"$ref": f"#/components/headers/{h}"} for h in headers},
                **lifecycle.headers(method.policy.stability == "DEPRECATED", fields_end),
            },
            "content": {"application/json": {"schema": schema, "example": example if recorded is None else recorded}},
        }
        return {"200": answer, **not_modified, **self.problems.of(route)}


_HEADER_NAMES = {
    "XRequestId": "X-Request-Id",
    "XCorrelationId": "X-Correlation-Id",
    "IdempotentReplayed": "Idempotent-Replayed",
    "ETag": "ETag",
}


def text_schema(schema: Schema) -> Schema:
    """A schema for a value that travels as text: a 64-bit integer is then only ever a string."""
    found = dict(schema)
    if found.get("type") == ["string", "integer"]:
        found["type"] = "string"
        for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            found.pop(keyword, None)
    return found


def _policy(method: Method) -> Json:
    policy = method.policy
    return {
        "scopes": list(policy.scopes),
        "idempotency": policy.idempotency,
        "deadline_seconds": policy.deadline_seconds,
        "rate_class": policy.rate_class,
        "callers": list(policy.callers) or _ANY_CALLER,
        "stability": policy.stability or "STABLE",
    }
