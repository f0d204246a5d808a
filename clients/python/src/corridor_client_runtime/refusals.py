"""Why an attempt failed, read alike from a gRPC status and from a problem document.

Rule: whatever cannot be read counts as not said; a proxy between may send anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import betterproto2

# What a gRPC status means when it carries no reason: it then comes from a library or a proxy.
REASON_OF_CODE = {
    1: "UNAVAILABLE",
    2: "INTERNAL",
    3: "INVALID_ARGUMENT",
    4: "DEADLINE_EXCEEDED",
    5: "NOT_FOUND",
    6: "STATE_CONFLICT",
    7: "PERMISSION_DENIED",
    8: "RATE_LIMITED",
    9: "STATE_CONFLICT",
    10: "STATE_CONFLICT",
    11: "INVALID_ARGUMENT",
    12: "METHOD_NOT_FOUND",
    14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
}
# The same for HTTP, where an answer is no problem document of Corridor.
REASON_OF_STATUS = {
    400: "MALFORMED_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "METHOD_NOT_FOUND",
    408: "REQUEST_TIMEOUT",
    413: "REQUEST_TOO_LARGE",
    429: "RATE_LIMITED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks a rule: its path, the rule in words, and the rule's id. Never the value."""

    field: str
    description: str
    rule: str = ""


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - it is how an attempt ended
    """An attempt failed. `answered` is whether Corridor said so; without an answer it may have acted."""

    reason: str
    detail: str
    answered: bool = True
    violations: tuple[Violation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_after_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)  # what the answer itself said of a reason


def from_status(code: int, message: str, details: bytes | None, headers: Mapping[str, str]) -> Refusal:
    """What a gRPC status says. `details` is `grpc-status-details-bin`, a serialized google.rpc.Status."""
    reason, metadata, violations, retry_after = "", {}, [], _seconds(headers.get("retry-after"))
    try:
        for kind, value in _details(details or b""):
            if kind == "google.rpc.ErrorInfo":
                reason = _text(value, 1)
                metadata = {_text(entry, 1): _text(entry, 2) for entry in _all(value, 3)}
            elif kind == "google.rpc.BadRequest":
                violations += [Violation(_text(v, 1), _text(v, 2), _text(v, 3)) for v in _all(value, 1)]
            elif kind == "google.rpc.RetryInfo":
                retry_after = max(retry_after or 0.0, _duration(value))
    except Exception:
        reason, metadata, violations = "", {}, []
    return Refusal(
        reason or REASON_OF_CODE.get(code, "INTERNAL"),
        message,
        answered=bool(reason),
        violations=tuple(violations),
        metadata=metadata,
        retry_after_seconds=retry_after,
        headers=headers,
    )


def from_problem(status: int, body: bytes, headers: Mapping[str, str]) -> Refusal:
    """What an HTTP answer says that is no success: a problem document (RFC 9457), or whatever a proxy made of it."""
    try:
        document = json.loads(body)
        found = document if isinstance(document, dict) and isinstance(document.get("reason"), str) else {}
        violations = tuple(
            Violation(str(v.get("field", "")), str(v.get("description", "")), str(v.get("rule", "")))
            for v in found.get("violations", ())
        )
        metadata = {str(name): str(value) for name, value in found.get("metadata", {}).items()}
    except (ValueError, AttributeError, TypeError):
        found, violations, metadata = {}, (), {}
    by_status = REASON_OF_STATUS.get(status, "INTERNAL" if status >= 500 else "MALFORMED_REQUEST")
    return Refusal(
        found.get("reason", by_status),
        str(found.get("detail", f"HTTP status {status}")),
        answered=bool(found),
        violations=violations,
        metadata=metadata,
        retry_after_seconds=_seconds(headers.get("retry-after")),
        headers=headers,
        facts=found,
    )


def unanswered(reason: str, detail: str) -> Refusal:
    """Nothing came back: the connection failed, or the time was over."""
    return Refusal(reason, detail, answered=False)


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None  # an HTTP-date: Corridor sends seconds


# google.rpc's messages, read off the wire: so few fields are needed that no package has to come for them.


def _details(status: bytes) -> list[tuple[str, bytes]]:
    return [(_text(each, 1).rpartition("/")[2], (_all(each, 2) or [b""])[0]) for each in _all(status, 3)]


def _all(message: bytes, number: int) -> list[bytes]:
    return [
        value
        for parsed in betterproto2.parse_fields(message)
        if parsed.number == number and isinstance(value := parsed.value, bytes)
    ]


def _text(message: bytes, number: int) -> str:
    found = _all(message, number)
    return found[-1].decode() if found else ""


def _duration(retry_info: bytes) -> float:
    seconds = 0.0
    for duration in _all(retry_info, 1):
        for parsed in betterproto2.parse_fields(duration):
            seconds += float(parsed.value) * (1.0 if parsed.number == 1 else 1e-9)
    return seconds
