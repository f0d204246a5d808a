"""HTTP as OAuth sees it: forms in, JSON out, and errors as RFC 6749, 5.2 wants them.

A parameter that is sent twice is refused (RFC 6749, 3.1 and 3.2); one without a value counts as not sent.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import grpc

from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse

_FORM = "application/x-www-form-urlencoded"
_FORM_BYTES = 64 * 1024
_PARAMETERS = 50
_NEVER_STORED = (("cache-control", "no-store"), ("pragma", "no-cache"))  # RFC 6749, 5.1
_CERTIFICATE = "x-corridor-client-certificate-der"  # set by a trusted gateway alone


class OAuthError(Exception):
    """The request is refused, in OAuth's own words. The description quotes nothing that was sent."""

    def __init__(self, error: str, description: str, status: int = 400, **headers: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Http:
    """A request at one of the endpoints."""

    def __init__(self, raw: RawRequest, certificate: bytes = b"") -> None:
        self.raw = raw
        self.certificate = certificate  # DER, of the connection; empty where it has none
        self._headers: dict[str, list[bytes]] = {}
        for header in raw.headers:
            self._headers.setdefault(header.name.lower(), []).append(header.value)

    @classmethod
    def of(cls, raw: RawRequest, context: grpc.ServicerContext) -> "Http":
        """The request with the certificate that the gateway saw."""
        given = [str(value) for key, value in context.invocation_metadata() if key == _CERTIFICATE]
        try:
            return cls(raw, base64.b64decode(given[0]) if len(given) == 1 else b"")
        except binascii.Error:
            return cls(raw)

    def header(self, name: str) -> str:
        """The header field; empty where it is missing. One that is sent twice is refused."""
        values = self._headers.get(name, [])
        if len(values) > 1:
            raise OAuthError("invalid_request", f"The header field {name} was sent more than once.")
        return values[0].decode("latin-1") if values else ""

    def form(self) -> dict[str, str]:
        """The parameters of the body, and of nothing else (RFC 6749, 2.3.1 and 3.2)."""
        if self.header("content-type").partition(";")[0].strip().lower() != _FORM:
            raise OAuthError("invalid_request", f"The body must be {_FORM}.")
        if self.raw.query:
            raise OAuthError("invalid_request", "Parameters stand in the body, never in the address.")
        if len(self.raw.body) > _FORM_BYTES:
            raise OAuthError("invalid_request", "The body is too long.")
        return _parameters(self.raw.body)

    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return _parameters(self.raw.query.encode())


def _parameters(data: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS, separator="&"
        )
    except ValueError:  # UnicodeDecodeError is one
        raise OAuthError("invalid_request", "The parameters cannot be read.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise OAuthError("invalid_request", "A parameter was sent more than once.")
        if "\0" in value or "\0" in name:
            raise OAuthError("invalid_request", "A parameter has a character that none can have.")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def answer(body: Mapping[str, Any] | None, status: int = 200, headers: Mapping[str, str] | None = None) -> RawResponse:
    """A JSON answer that nobody stores. `headers` come first: they may say that it can be stored."""
    response = RawResponse(status=status)
    given = {**dict(_NEVER_STORED), **(headers or {})}
    if body is not None:
        given["content-type"] = "application/json"
        response.body = json.dumps(body, separators=(",", ":")).encode()
    _add(response, given)
    return response


def refusal(error: OAuthError) -> RawResponse:
    """The answer to a refused request (RFC 6749, 5.2)."""
    return answer({"error": error.error, "error_description": error.description}, error.status, error.headers)


def answered(serve: Callable[[], RawResponse]) -> RawResponse:
    """What `serve` answers, or its refusal."""
    try:
        return serve()
    except OAuthError as error:
        return refusal(error)


def redirect(url: str) -> RawResponse:
    """Sends a browser on with a GET (RFC 9700, 4.12), and tells the next page nothing of this one."""
    response = RawResponse(status=303)
    _add(response, {**dict(_NEVER_STORED), "location": url, "referrer-policy": "no-referrer"})
    return response


def _add(response: RawResponse, headers: Mapping[str, str]) -> None:
    response.headers.extend(RawHeader(name=name, value=value.encode("latin-1")) for name, value in headers.items())
