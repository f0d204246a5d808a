"""Requests and answers that pass as they are, for methods whose form is set by a standard other than our own.

What a server may not decide stays here: the framing of the answer, and the connection that it travels on.
"""

import re
from typing import Any, cast

from protobuf import DescField, DescFieldValueMessage, DescMessage, Message, Registry

from gateway.problems import Answer, Header

RAW_REQUEST = "corridor.type.v1.RawRequest"
RAW_RESPONSE = "corridor.type.v1.RawResponse"

# Header fields that concern one connection (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# What only a gateway may tell the server; nobody outside can be believed about it.
TRUSTED = frozenset(
    (
        b"x-corridor-client-ip",
        b"x-corridor-client-certificate",
        b"x-corridor-client-certificate-der",
        b"x-corridor-http-method",
        b"x-corridor-http-url",
    )
)
# Our own credential is none of what a vendor sent; where a standard governs the whole exchange, it is part of it.
_DROPPED_INWARDS = _HOP_BY_HOP | TRUSTED | {b"authorization"}
_DROPPED_OF_EXCHANGE = _HOP_BY_HOP | TRUSTED
_DROPPED_OUTWARDS = _HOP_BY_HOP | {b"content-length"}
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+").fullmatch
_VALUE = re.compile(rb"[\x20-\x7e\x80-\xff\t]*").fullmatch
_WITHOUT_BODY = frozenset((204, 304))


def is_message(field: DescField | None, type_name: str) -> bool:
    """Whether a field is one message of that type."""
    return (
        field is not None
        and isinstance(field.value, DescFieldValueMessage)
        and field.value.message.type_name == type_name
    )


def only_request(message: DescMessage) -> DescField | None:
    """The message's one raw request, or None where it has none or several."""
    found = [field for field in message.fields if is_message(field, RAW_REQUEST)]
    return found[0] if len(found) == 1 else None


class RawRequests:
    """Makes RawRequest messages."""

    def __init__(self, registry: Registry) -> None:
        raw = registry.message(RAW_REQUEST)
        self._raw: Any = raw.type if raw else None
        header = registry.message("corridor.type.v1.RawHeader")
        self._header: Any = header.type if header else None

    def message(self, headers: list[Header], query: bytes, body: bytes, *, whole: bool) -> Message:
        """The message of an HTTP request. `whole` keeps the caller's credential in it."""
        dropped = _DROPPED_OF_EXCHANGE if whole else _DROPPED_INWARDS
        found = self._raw(
            headers=[
                self._header(name=name.decode("latin-1"), value=content)
                for name, content in headers
                if name not in dropped
            ],
            query=query.decode("latin-1"),
            body=body,
        )
        return cast(Message, found)


def answer(response: Any) -> Answer:
    """The HTTP answer that a RawResponse asks for. Raises ValueError for one that cannot be sent."""
    status: int = response.status
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is no status of an answer")
    body: bytes = b"" if status in _WITHOUT_BODY else response.body
    headers: list[Header] = []
    for header in response.headers:
        name = header.name.lower().encode("latin-1")
        if not _NAME(name) or not _VALUE(header.value):
            raise ValueError(f"the header field {header.name[:64]!r} cannot be sent")
        if name not in _DROPPED_OUTWARDS:
            headers.append((name, header.value))
    if status not in _WITHOUT_BODY:
        headers.append((b"content-length", b"%d" % len(body)))
    return Answer(status, headers, body)
