"""Which header fields pass, inwards to gRPC metadata and outwards from it. Everything not listed here stays outside.

Values that gRPC metadata cannot carry are refused, or dropped where a standard says that a bad value counts as none.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.problems import Header, Refusal

# Metadata of the answer that becomes a header field, under the same name.
OUTWARD = {
    name: name.encode()
    for name in (
        "x-request-id",
        "x-correlation-id",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "dpop-nonce",
        "idempotent-replayed",
        "location",
        "www-authenticate",
        "deprecation",
        "sunset",
        "link",
        "corridor-deprecated-fields",
    )
}

_VISIBLE = re.compile(rb"[\x21-\x7e]*").fullmatch
_TEXT = re.compile(rb"[\x20-\x7e]*").fullmatch
_ID = re.compile(rb"[\x21-\x7e]{1,128}").fullmatch
_SECONDS = re.compile(rb"[0-9]{1,6}(?:\.[0-9]{1,3})?").fullmatch
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A prefix and a UUIDv7 (RFC 9562), in 26 characters of lower-case Crockford base 32, ordered by time."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    number = milliseconds << 80 | 7 << 76 | (random >> 68) << 64 | 2 << 62 | random & ((1 << 62) - 1)
    return prefix + "".join([_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)])


class Inbound:
    """What the header fields of one request say. Mutable while it is read, and read once."""

    __slots__ = (
        "accept",
        "authorization",
        "company_id",
        "content_encoding",
        "content_length",
        "content_type",
        "correlation_id",
        "dpop",
        "environment",
        "forwarded_for",
        "host",
        "idempotency_key",
        "if_match",
        "if_none_match",
        "request_id",
        "sandbox_scenario",
        "timeout",
        "traceparent",
        "tracestate",
        "transfer_encoding",
    )

    def __init__(self, headers: Iterable[Header]) -> None:
        self.accept: bytes | None = None
        self.authorization: bytes | None = None
        self.company_id: bytes | None = None
        self.dpop: list[bytes] = []
        self.environment: bytes | None = None
        self.content_encoding: bytes | None = None
        self.content_length: bytes | None = None
        self.content_type: bytes | None = None
        self.correlation_id: bytes | None = None
        self.forwarded_for: bytes | None = None
        self.host: bytes | None = None
        self.idempotency_key: bytes | list[bytes] | None = None
        self.if_match: bytes | None = None
        self.if_none_match: bytes | None = None
        self.request_id: bytes | None = None
        self.sandbox_scenario: bytes | None = None
        self.timeout: bytes | None = None
        self.traceparent: bytes | None = None
        self.tracestate: bytes | None = None
        self.transfer_encoding: bytes | None = None
        for name, value in headers:
            slot = _SLOTS.get(name)
            if slot is not None:
                slot(self, value)

    def identify(self) -> str:
        """The request's id: the caller's if it can be used, else a new one."""
        given = self.request_id
        if given is not None and _ID(given):
            return given.decode("ascii")
        return new_id("req_")

    def metadata(self, request_id: str, client: str, keyed: bool) -> list[tuple[str, str]]:
        """The metadata of the upstream call. Raises Refusal where a value cannot be carried."""
        found = [("x-request-id", request_id), ("x-corridor-client-ip", client)]
        if self.authorization is not None:
            if not _TEXT(self.authorization):
                raise Refusal("UNAUTHENTICATED", "The credential has characters that no credential has.")
            found.append(("authorization", self.authorization.decode("ascii")))
        # Each proof by itself: more than one is the verifier's to refuse (RFC 9449, section 4.3).
        found += [("dpop", proof.decode("ascii")) for proof in self.dpop if _TEXT(proof)]
        if self.environment is not None and _TEXT(self.environment):
            found.append(("x-corridor-environment", self.environment.decode("ascii")))
        if self.company_id is not None and _TEXT(self.company_id):
            found.append(("x-company-id", self.company_id.decode("ascii")))  # recorded, and never believed
        if self.sandbox_scenario is not None:  # what cannot be carried is refused: it must never be ignored
            if not self.sandbox_scenario or not _VISIBLE(self.sandbox_scenario):
                raise Refusal("MALFORMED_REQUEST", "Corridor-Sandbox-Scenario must be the name of a scenario.")
            found.append(("corridor-sandbox-scenario", self.sandbox_scenario.decode("ascii")))
        if keyed and self.idempotency_key is not None:
            found.append(("idempotency-key", _key(self.idempotency_key)))
        if self.if_match is not None:  # what cannot be carried is refused: a condition must never be passed over
            if not _TEXT(self.if_match):
                raise Refusal("MALFORMED_REQUEST", "If-Match must be etags, or *.")
            found.append(("if-match", self.if_match.decode("ascii")))
        if self.request_id is not None and not _ID(self.request_id):
            raise _bad_id("X-Request-Id")
        if self.correlation_id is not None:
            if not _ID(self.correlation_id):
                raise _bad_id("X-Correlation-Id")
            found.append(("x-correlation-id", self.correlation_id.decode("ascii")))
        # W3C Trace Context, 2.2.2 and 3.3.1: what cannot be parsed counts as absent.
        if self.traceparent is not None and _TEXT(self.traceparent):
            found.append(("traceparent", self.traceparent.decode("ascii")))
            if self.tracestate is not None and _TEXT(self.tracestate):
                found.append(("tracestate", self.tracestate.decode("ascii")))
        return found

    def addressed(self, scope: Mapping[str, Any], public_url: str) -> list[tuple[str, str]]:
        """What the request was for, as a proof must name it (RFC 9449, 4.2): its method, and its URL without query."""
        host = self.host.decode("ascii") if self.host is not None and _VISIBLE(self.host) else ""
        base = public_url.rstrip("/") or f"{scope['scheme']}://{host}"
        path: bytes = scope["raw_path"]
        if not _VISIBLE(path):
            return []
        return [("x-corridor-http-method", scope["method"]), ("x-corridor-http-url", base + path.decode("ascii"))]

    def seconds(self, longest: float) -> float:
        """How long the call may take: the method's deadline, or the caller's `X-Request-Timeout` if that is shorter."""
        if self.timeout is None:
            return longest
        if not _SECONDS(self.timeout) or float(self.timeout) == 0:
            raise Refusal("MALFORMED_REQUEST", "X-Request-Timeout must be seconds above 0, such as 2 or 0.5.")
        return min(float(self.timeout), longest)

    def client(self, peer: str, trusted_hops: int) -> str:
        """The caller's address: the peer's, or what the outermost trusted proxy wrote into X-Forwarded-For."""
        if not trusted_hops or self.forwarded_for is None or not _TEXT(self.forwarded_for):
            return peer
        addresses = [address.strip() for address in self.forwarded_for.decode("ascii").split(",")]
        return addresses[-min(trusted_hops, len(addresses))] or peer


def _key(key: bytes | list[bytes]) -> str:
    if isinstance(key, list):
        raise Refusal("IDEMPOTENCY_KEY_INVALID", "Idempotency-Key was sent more than once.")
    if not key or not _VISIBLE(key):
        raise Refusal(
            "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key is empty, or has other characters than visible ASCII."
        )
    return key.decode("ascii")


def _bad_id(name: str) -> Refusal:
    return Refusal("MALFORMED_REQUEST", f"{name} must be 1 to 128 visible ASCII characters.")


def _last(attribute: str) -> Callable[[Inbound, bytes], None]:
    descriptor: Any = getattr(Inbound, attribute)
    setter: Callable[[Inbound, bytes], None] = descriptor.__set__
    return setter


def _joined(attribute: str) -> Callable[[Inbound, bytes], None]:
    """Lists may come in several fields; they mean the same joined by commas (RFC 9110, 5.3)."""

    def join(inbound: Inbound, value: bytes) -> None:
        before = getattr(inbound, attribute)
        setattr(inbound, attribute, value if before is None else before + b"," + value)

    return join


def _collect_key(inbound: Inbound, value: bytes) -> None:
    before = inbound.idempotency_key
    if before is None:
        inbound.idempotency_key = value
    elif isinstance(before, list):
        before.append(value)
    else:
        inbound.idempotency_key = [before, value]


_SLOTS: dict[bytes, Callable[[Inbound, bytes], None]] = {
    b"accept": _joined("accept"),
    b"authorization": _joined("authorization"),
    b"content-encoding": _joined("content_encoding"),
    b"dpop": lambda inbound, value: inbound.dpop.append(value),
    b"x-company-id": _joined("company_id"),
    b"x-corridor-environment": _joined("environment"),
    b"corridor-sandbox-scenario": _joined("sandbox_scenario"),
    b"content-length": _last("content_length"),
    b"content-type": _joined("content_type"),
    b"host": _joined("host"),
    b"idempotency-key": _collect_key,
    b"if-match": _joined("if_match"),
    b"if-none-match": _joined("if_none_match"),
    b"traceparent": _joined("traceparent"),
    b"tracestate": _joined("tracestate"),
    b"transfer-encoding": _last("transfer_encoding"),
    b"x-correlation-id": _joined("correlation_id"),
    b"x-forwarded-for": _joined("forwarded_for"),
    b"x-request-id": _joined("request_id"),
    b"x-request-timeout": _joined("timeout"),
}


def accepts_json(accept: bytes) -> bool:
    """Whether an Accept field admits application/json (RFC 9110, 12.5.1; the most specific range decides)."""
    best, admitted = -1, False
    for part in accept.lower().split(b","):
        media, *parameters = [piece.strip() for piece in part.split(b";")]
        rank = _RANGES.get(media, -1)
        if rank > best:
            best = rank
            admitted = not any(p.replace(b" ", b"") in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000") for p in parameters)
    return admitted


_RANGES = {b"*/*": 0, b"application/*": 1, b"application/json": 2}


def is_json(content_type: bytes) -> bool:
    """Whether a Content-Type is JSON in UTF-8."""
    media, *parameters = [piece.strip() for piece in content_type.lower().split(b";")]
    charsets = (b"charset=utf-8", b'charset="utf-8"')
    return media == b"application/json" and all(p in charsets or not p.startswith(b"charset") for p in parameters)
