"""Errors as RFC 9457 problem documents, from the catalogue in the contract and from google.rpc.Status.

A caller sees what the catalogue says; texts of libraries and addresses of servers never leave.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from google.rpc import error_details_pb2, status_pb2

from gateway.contract import Reason

Header = tuple[bytes, bytes]

CONTENT_TYPE = b"application/problem+json"
TYPE_PREFIX = "/docs/problems#"

# What a gRPC status means when it carries no reason: it then comes from a library or a proxy, not from Corridor.
REASON_OF_CODE = {
    1: "UNAVAILABLE",  # CANCELLED
    2: "INTERNAL",  # UNKNOWN
    3: "INVALID_ARGUMENT",
    4: "DEADLINE_EXCEEDED",
    5: "NOT_FOUND",
    6: "STATE_CONFLICT",  # ALREADY_EXISTS
    7: "PERMISSION_DENIED",
    8: "RATE_LIMITED",  # RESOURCE_EXHAUSTED
    9: "STATE_CONFLICT",  # FAILED_PRECONDITION
    10: "STATE_CONFLICT",  # ABORTED
    11: "INVALID_ARGUMENT",  # OUT_OF_RANGE
    12: "METHOD_NOT_FOUND",  # UNIMPLEMENTED
    13: "INTERNAL",
    14: "UNAVAILABLE",
    15: "INTERNAL",  # DATA_LOSS
    16: "UNAUTHENTICATED",
}

# Reasons whose answers say when to come back, where nobody else said it.
_RETRY_AFTER_SECONDS = {"UNAVAILABLE": 1, "RATE_LIMITED": 1, "IDEMPOTENCY_IN_PROGRESS": 1}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with the request: the field's path, the rule in words, and the rule's id."""

    field: str
    description: str
    rule: str = ""


class Refusal(Exception):  # noqa: N818  # as the exceptions of the adapters: a word, not an Error
    """The gateway itself refuses the request, for a reason of the catalogue."""

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        violations: Iterable[Violation] = (),
        headers: tuple[Header, ...] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.violations = tuple(violations)
        self.headers = headers
        self.metadata = dict(metadata or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: list[Header]
    body: bytes


class Problems:
    """Makes problem documents from the catalogue."""

    def __init__(self, reasons: Mapping[str, Reason]) -> None:
        self._reasons = reasons

    def answer(self, refusal: Refusal, request_id: str) -> Answer:
        """The problem document for a refusal, with the headers that go with its reason."""
        reason = self._reasons[refusal.reason]
        body = json.dumps(self.document(reason, refusal, request_id), ensure_ascii=False).encode()
        headers = [
            (b"content-type", CONTENT_TYPE),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *refusal.headers,
        ]
        names = {name for name, _ in refusal.headers}
        if reason.http_status == 401 and b"www-authenticate" not in names:
            headers.append((b"www-authenticate", b"Bearer"))
        if reason.name in _RETRY_AFTER_SECONDS and b"retry-after" not in names:
            headers.append((b"retry-after", str(_RETRY_AFTER_SECONDS[reason.name]).encode()))
        return Answer(reason.http_status, headers, body)

    def document(self, reason: Reason, refusal: Refusal, request_id: str) -> dict[str, Any]:
        """The members of a problem document. Members without content are left out."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + reason.name,
            "title": reason.title,
            "status": reason.http_status,
            "detail": refusal.detail or reason.title,
            "instance": quote(request_id, safe="-._~"),
            "reason": reason.name,
            "class": reason.error_class,
            "retryable": reason.retryable,
            "suggested_action": reason.suggested_action,
        }
        if refusal.violations:
            document["violations"] = [
                {"field": v.field, "description": v.description, "rule": v.rule} for v in refusal.violations
            ]
        if refusal.metadata:
            document["metadata"] = refusal.metadata
        return document

    def from_status(self, code: int, message: str, details: bytes | None) -> Refusal:
        """What a gRPC status says to an HTTP caller. `details` is `grpc-status-details-bin`, if it came."""
        info, violations, retry_after = _read_details(details)
        if info is None or info.reason not in self._reasons:
            return Refusal(_reason_of(code, message), violations=violations)
        headers: tuple[Header, ...] = ()
        if retry_after is not None:
            headers = ((b"retry-after", str(retry_after).encode()),)
        return Refusal(info.reason, message, violations=violations, headers=headers, metadata=info.metadata)


def _reason_of(code: int, message: str) -> str:
    if code == 8 and "larger than max" in message:  # gRPC core, message_size_filter.cc
        return "REQUEST_TOO_LARGE" if message.startswith("SERVER:") else "INTERNAL"
    return REASON_OF_CODE.get(code, "INTERNAL")


def _read_details(
    details: bytes | None,
) -> tuple[error_details_pb2.ErrorInfo | None, list[Violation], int | None]:
    """ErrorInfo, violations and retry delay in whole seconds; unreadable details count as none."""
    info: error_details_pb2.ErrorInfo | None = None
    violations: list[Violation] = []
    retry_after: int | None = None
    try:
        status = status_pb2.Status.FromString(details or b"")
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo()
                detail.Unpack(info)
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                bad = error_details_pb2.BadRequest()
                detail.Unpack(bad)
                violations += [Violation(v.field, v.description, v.reason) for v in bad.field_violations]
            elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                retry = error_details_pb2.RetryInfo()
                detail.Unpack(retry)
                delay = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
                retry_after = max(1, math.ceil(delay))
    except Exception:  # a proxy between may send anything; the code still says enough
        return None, [], None
    return info, violations, retry_after
