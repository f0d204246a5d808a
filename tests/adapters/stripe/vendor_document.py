"""The vendor's document as a judge, also of queries: this vendor nests them as it does its forms (`created[gte]=1`).

The shared judge reads forms; a query is read here the same way, and judged by the operation's declared parameters.
"""

import dataclasses
import functools
from typing import Any

import jsonschema
from openapi_core.exceptions import OpenAPIError

from adapters.kit.spec import documents, form_bodies
from tests.adapters.judging.vendor_document import Document, Request


class WrongQuery(OpenAPIError):  # noqa: N818 - names here finish the sentence "it is a …"
    """A query that the document does not declare so."""


class StripeDocument(Document):
    """The shared judge, and queries with brackets."""

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The document without its query parameters, whose style openapi-core cannot read for lists."""
        paths = {
            path: {method: _without_query(operation) for method, operation in item.items()}
            for path, item in self.published["paths"].items()
        }
        return {**self.published, "paths": paths}

    def check_request(self, request: Request) -> None:
        """Raise `OpenAPIError` unless the document allows the request with its query."""
        declared = self._declared(request)
        schema = {"type": "object", "properties": declared, "additionalProperties": False}
        query = form_bodies.typed(self.document, schema, form_bodies.nested(request.query))
        try:
            jsonschema.validate(query, schema, cls=jsonschema.Draft7Validator)
        except jsonschema.ValidationError as error:
            raise WrongQuery(f"{request.method.upper()} {request.target}: {error.message}") from None
        if unknown := [*documents.undeclared(self.published, schema, query)]:
            raise WrongQuery(f"{request.method.upper()} {request.path} does not declare {', '.join(unknown)}")
        super().check_request(dataclasses.replace(request, target=request.path))

    def _declared(self, request: Request) -> dict[str, Any]:
        template, _ = self.operation(request)
        parameters = self.published["paths"][template][request.method].get("parameters", ())
        return {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}


def _without_query(operation: Any) -> Any:
    kept = [each for each in operation.get("parameters", ()) if each["in"] != "query"]
    return {**operation, "parameters": kept}


DOCUMENT = StripeDocument("stripe/2023-08-16/spec3.yaml")
