"""The vendor's OpenAPI document as a judge of what we send and of what our simulator answers.

Its faults are repaired by the table REPAIRS and the rule on nulls, and nowhere else, so that each can be read.
"""

import copy
import functools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests import corpora

HOST = "https://app.moderntreasury.com"

_ORDER = "components/schemas/payment_order"
_CREATE = "components/schemas/payment_order_create_request"
_UPDATE = "components/schemas/payment_order_update_request"


_NULL: dict[str, Any] = {"type": "object", "nullable": True, "enum": [None]}
_ADDRESS_OR_NULL = {"anyOf": [{"$ref": "#/components/schemas/address"}, _NULL]}

REPAIRS: tuple[tuple[str, Any], ...] = (
    # "… or `null`", says the description; the schema does not.
    (f"{_ORDER}/properties/receiving_account/oneOf/0/properties/party_address", _ADDRESS_OR_NULL),
    ("components/schemas/external_account/properties/party_address", _ADDRESS_OR_NULL),
    # Not faults, but closed here so that a misspelt field of ours is refused rather than taken for an extra one.
    (f"{_CREATE}/additionalProperties", False),
    (f"{_CREATE}/properties/receiving_account/additionalProperties", False),
    (f"{_CREATE}/properties/receiving_account/properties/account_details/items/additionalProperties", False),
    (f"{_CREATE}/properties/receiving_account/properties/routing_details/items/additionalProperties", False),
    ("components/schemas/address_request/additionalProperties", False),
    (f"{_UPDATE}/additionalProperties", False),
)


def _with_nulls(schema: Any) -> Any:
    """The document with `nullable` taken at its word, also where OpenAPI 3.0.3 gives it no effect.

    That is beside `$ref` or `oneOf`, and beside an `enum` without null: all through the document null is meant.
    """
    if isinstance(schema, list):
        return [_with_nulls(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    repaired = {name: _with_nulls(value) for name, value in schema.items()}
    if repaired.get("nullable") is not True:
        return repaired
    if "enum" in repaired and None not in repaired["enum"]:
        return {**repaired, "enum": [*repaired["enum"], None]}
    return {"anyOf": [repaired, _NULL]} if "$ref" in repaired or "oneOf" in repaired else repaired


@functools.cache
def document() -> dict[str, Any]:
    """The document as published; skips the test where it is absent."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = corpora.path("modern-treasury/mt_openapi_spec_v1.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)
    return loaded


def enumeration(schema: str, name: str) -> list[str]:
    """The values that the document enumerates for one property of one schema."""
    values: list[str] = document()["components"]["schemas"][schema]["properties"][name]["enum"]
    return values


@dataclass(slots=True)
class Request:
    """A request as openapi-core wants to see it, which fills in `parameters.path` itself."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    host_url: str = HOST
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        """Split the query, keeping blanks, because a filter with an empty value is a filter."""
        query = ImmutableMultiDict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))
        self.parameters = RequestParameters(query=query, header=Headers(self.headers))

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def content_type(self) -> str:
        """The media type."""
        return self.headers.get("content-type", "").lower()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as openapi-core wants to see it."""

    status_code: int
    headers: Headers
    data: bytes | None

    @property
    def content_type(self) -> str:
        """The media type."""
        return str(self.headers.get("content-type", "")).lower()


@functools.cache
def _judge() -> OpenAPI:
    repaired = copy.deepcopy(document())
    for pointer, value in REPAIRS:
        *parents, last = pointer.split("/")
        place: Any = repaired
        for step in parents:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value
    return OpenAPI.from_dict(_with_nulls(repaired), config=Config(spec_validator_cls=None))


def check_request(request: Request) -> None:
    """Raise `OpenAPIError` unless the document allows the request."""
    _judge().validate_request(request)


def check_response(request: Request, response: Response) -> None:
    """Raise `OpenAPIError` unless the document allows the answer to the request."""
    _judge().validate_response(request, response)


def statuses(request: Request) -> set[str]:
    """The statuses that the document lists for an operation."""
    for template, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), request.path):
            return set(operations[request.method]["responses"])
    raise LookupError(request.path)
