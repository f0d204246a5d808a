"""A vendor's document as a judge of what we send and of what is answered. Runs on openapi-core, from the `test` extra.

Rule: no verdict counts before the judge has refused a spoilt body of the same operation; forms are judged as what
they say, with the document's types; and a field that the document does not declare is refused.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from adapters.kit.spec import documents, form_bodies, queries
from adapters.kit.spec.documents import Repair, SpecError
from adapters.kit.spec.exchange import Request, Response
from adapters.kit.spec.swagger import METHODS

__all__ = ["Judge", "OpenAPIError", "ProvesNothing", "Undeclared"]

_HOST = "https://vendor.invalid"
# Forms are judged as JSON under this media type, which nobody sends, so that a JSON body is not taken for a form.
_FORM = "application/x-corridor-form+json"


class Undeclared(OpenAPIError):  # noqa: N818 - names here finish the sentence "the field is …"
    """A request holds a field that the document does not declare."""


class ProvesNothing(OpenAPIError):  # noqa: N818 - what the judge does
    """The judge lets a spoilt body pass where the same kind of body should count."""


class _Asked:
    """A request as openapi-core wants to see it, which fills in `parameters.path` itself."""

    host_url = _HOST

    def __init__(self, request: Request, body: bytes | None, content_type: str) -> None:
        query = ImmutableMultiDict(request.query)
        self.method, self.path, self.body, self.content_type = request.method, request.path, body, content_type
        self.parameters = RequestParameters(query=query, header=Headers(dict(request.headers)))


class _Answered:
    """An answer as openapi-core wants to see it."""

    def __init__(self, response: Response) -> None:
        self.status_code, self.data = response.status_code, response.data
        self.headers, self.content_type = Headers(dict(response.headers)), response.content_type.lower()


class Judge:
    """Judges by one document. `prefix` is what stands before its paths on the wire, as `/v71`.

    `repairs` mend the document's faults, see `documents.repaired`.
    """

    def __init__(self, find: Callable[[], Path], *, prefix: str = "", repairs: Sequence[Repair] = ()) -> None:
        """`find` gives the document's path; it is asked when the document is first needed."""
        self._find, self.prefix, self.repairs = find, prefix.rstrip("/"), tuple(repairs)
        self._proven: set[tuple[str, str, str]] = set()
        self._schemas: dict[str, OpenAPI] = {}

    @functools.cached_property
    def published(self) -> dict[str, Any]:
        """The document as published; Swagger 2 as OpenAPI 3.0."""
        return documents.load(self._find())

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The document with its repairs. Raises `SpecError` where one of them has no place."""
        return documents.repaired(self.published, self.repairs)

    def enumeration(self, schema: str, name: str) -> list[str]:
        """The values that the published document enumerates for one property of one schema, null left out."""
        described = documents.branches(self.published, {"$ref": f"#/components/schemas/{schema}"})
        found = [each["properties"][name] for each in described if name in each.get("properties", {})]
        values = [
            value
            for one in documents.branches(self.published, {"anyOf": found})
            for value in one.get("enum") or one.get("items", {}).get("enum") or ()
            if value is not None
        ]
        if not values:
            raise SpecError(f"{schema}.{name} has no enumeration")
        return values

    def operation(self, request: Request) -> tuple[str, Mapping[str, Any]]:
        """The template and operation that a request is for. Raises `LookupError`."""
        path = request.path.removeprefix(self.prefix) if request.path.startswith(self.prefix) else ""
        found = documents.operation(self.document, request.method, path)
        if found is None:
            raise LookupError(f"{request.method.upper()} {request.path} is not in the document")
        return found

    def knows(self, request: Request) -> bool:
        """Whether the document has the operation."""
        try:
            return bool(self.operation(request))
        except LookupError:
            return False

    def statuses(self, request: Request) -> set[str]:
        """The statuses that the document lists for an operation; `default` may be among them."""
        return {str(status) for status in self.operation(request)[1]["responses"]}

    def decoded(self, request: Request) -> Any:
        """The body of a request as a value: JSON, or a form with the document's types; None where there is none."""
        if not request.body:
            return None
        if form_bodies.is_form(request.content_type):
            return form_bodies.decoded(self.document, self._body_schema(request), request.content_type, request.body)
        return json.loads(request.body)

    def check_request(self, request: Request) -> None:
        """Raise `OpenAPIError` unless the document allows the request."""
        self._check_query(request)
        if not request.body:
            self._judge.validate_request(_Asked(request, None, request.content_type))
            return
        try:
            body = self.decoded(request)
        except ValueError as error:
            raise OpenAPIError(f"the body cannot be read: {error}") from None
        self._check_body(request, body)
        self._prove(request, "", body, lambda spoilt: self._check_body(request, spoilt))

    def check_response(self, request: Request, response: Response) -> None:
        """Raise `OpenAPIError` unless the document allows the answer to the request."""
        self._check_answer(request, response)
        if response.data and "json" in response.content_type:

            def judge(spoilt: Any) -> None:
                data = json.dumps(spoilt).encode()
                self._check_answer(request, Response(response.status_code, response.headers, data))

            self._prove(request, str(response.status_code), json.loads(response.data), judge)

    def check_schema(self, schema: str, value: Any) -> None:
        """Raise `OpenAPIError` unless a value is as one of the document's schemas says, such as an event's."""
        reference = {"$ref": f"#/components/schemas/{schema}"}
        self._check_value(schema, reference, value)
        request = Request("get", "/", {}, None)
        self._prove(request, schema, value, lambda spoilt: self._check_value(schema, reference, spoilt))

    def _check_value(self, name: str, schema: Mapping[str, Any], value: Any) -> None:
        if name not in self._schemas:
            content = {"content": {"application/json": {"schema": schema}}, "description": ""}
            paths = {"/": {"get": {"responses": {"200": content}}}}
            self._schemas[name] = _judge({**self.document, "paths": paths}, "")
        answer = Response(200, {"content-type": "application/json"}, json.dumps(value).encode())
        self._schemas[name].validate_response(_Asked(Request("get", "/", {}, None), None, ""), _Answered(answer))

    def _check_query(self, request: Request) -> None:
        if not self.knows(request):
            return  # openapi-core says so better
        template, _ = self.operation(request)
        parameters = queries.declared(self.document, template, request.method)
        schema = queries.as_object(parameters)
        if queries.nests(parameters):
            try:
                query = form_bodies.typed(self.document, schema, form_bodies.nested(request.query))
            except ValueError as error:
                raise OpenAPIError(f"the query cannot be read: {error}") from None
            self._check_value(f"{request.method} {template}", schema, query)
        else:
            query = dict(request.query)
        if unknown := [*documents.undeclared(self.document, schema, query)]:
            raise Undeclared(f"{request.method.upper()} {request.path} does not declare {', '.join(unknown)}")

    @functools.cached_property
    def _judge(self) -> OpenAPI:
        return _judge(self.document, self.prefix)

    def _body_schema(self, request: Request) -> Any:
        content = self._content(request)
        media = request.content_type.partition(";")[0].strip().lower()
        if media not in content:
            raise OpenAPIError(f"{media or 'no media type'} is none of {', '.join(content) or 'nothing'}")
        return content[media].get("schema", {})

    def _content(self, request: Request) -> Mapping[str, Any]:
        body = documents.resolve(self.document, self.operation(request)[1].get("requestBody", {}))
        return {name.partition(";")[0].lower(): each for name, each in body.get("content", {}).items()}

    def _check_body(self, request: Request, body: Any) -> None:
        schema = self._body_schema(request)
        if unknown := [*documents.undeclared(self.document, schema, body)]:
            raise Undeclared(f"{request.method.upper()} {request.path} does not declare {', '.join(unknown)}")
        content_type = _FORM if form_bodies.is_form(request.content_type) else request.content_type.lower()
        self._judge.validate_request(_Asked(request, json.dumps(body).encode(), content_type))

    def _check_answer(self, request: Request, response: Response) -> None:
        asked = _Asked(request, None, "")
        self._judge.validate_response(asked, _Answered(response))

    def _prove(self, request: Request, what: str, body: Any, judge: Callable[[Any], None]) -> None:
        """Show once per operation that a spoilt body is refused. Raises `ProvesNothing`."""
        template = self.operation(request)[0] if self.knows(request) else request.path
        if (request.method, template, what) in self._proven:
            return
        refused = 0
        for spoilt in _spoilt(body):
            try:
                judge(spoilt)
            except (OpenAPIError, TypeError):  # validators stumble over a discriminator that is no text
                refused += 1
        if not refused and body not in ({}, []):
            raise ProvesNothing(f"{request.method.upper()} {template} {what}: the judge refuses nothing")
        self._proven.add((request.method, template, what))


def _spoilt(body: Any) -> list[Any]:
    """Bodies like this one that a schema cannot allow: of another kind, or with a member of another kind."""
    wrong: list[Any] = [17]
    if isinstance(body, dict):
        wrong += [{**body, name: [[17]]} for name in body]
    return wrong[1:] or wrong


def _judge(document: Mapping[str, Any], prefix: str) -> OpenAPI:
    made = _judgeable({**document}, prefix)
    media = {name for name in _media_types(made["paths"]) if name.endswith("+json")}
    config = Config(
        spec_validator_cls=None,  # vendors' documents have faults that would stop all use of them
        extra_media_type_deserializers=dict.fromkeys(media | {_FORM}, json.loads),
    )
    return OpenAPI.from_dict(made, config=config)


def _judgeable(document: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The document at the judge's own host, its forms as JSON, and `nullable` taken at its word."""
    document["servers"] = [{"url": _HOST + prefix}]
    components = document.get("components", {})
    schemes = {
        # How a token was got is not to be seen in a request; that there is one is.
        name: {"type": "http", "scheme": "bearer"} if scheme.get("type") in {"oauth2", "openIdConnect"} else scheme
        for name, scheme in components.get("securitySchemes", {}).items()
    }
    document["components"] = {**components, "securitySchemes": schemes}
    if str(document["openapi"]).startswith("3.0"):
        document = documents.with_nulls(document)
    document["paths"] = {
        path: {
            method: _with_forms(operation) if method in METHODS else operation
            for method, operation in item.items()
            if method != "servers"
        }
        for path, item in queries.without(document).items()
    }
    return document


def _with_forms(operation: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in operation.items() if name != "servers"}
    content = made.get("requestBody", {}).get("content", {})
    forms = [each for media, each in content.items() if form_bodies.is_form(media)]
    if forms:
        others = {media: each for media, each in content.items() if not form_bodies.is_form(media)}
        form = {"schema": _text_for_files(forms[0].get("schema", {}))}
        made["requestBody"] = {**made["requestBody"], "content": {**others, _FORM: form}}
    return made


def _text_for_files(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A form's schema in which a file is any text."""
    properties = {
        name: {"type": "string"} if isinstance(each, dict) and each.get("format") == "binary" else each
        for name, each in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties} if properties else dict(schema)


def _media_types(value: Any) -> set[str]:
    """Every media type that stands in the document's operations."""
    if isinstance(value, list):
        return {name for each in value for name in _media_types(each)}
    if not isinstance(value, dict):
        return set()
    content = value.get("content")
    own = {str(name) for name in content} if isinstance(content, dict) else set()
    return own.union(*(_media_types(each) for each in value.values()))
