"""What is kept of an exchange with a vendor: enough to explain an attempt, nothing that identifies a customer.

Rule: default-deny. A value is kept only under a key that the adapter calls safe, and only if it looks like a code.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REDACTED = "•••"

_CODE = re.compile(r"[A-Za-z0-9_.:+\-]{0,128}")
_BODY_LIMIT = 16 * 1024
_DEPTH_LIMIT = 32
_REQUEST_HEADERS = frozenset({"content-type", "content-length", "x-request-id", "x-correlation-id", "traceparent"})
_RESPONSE_HEADERS = frozenset(
    {
        "content-type",
        "content-length",
        "date",
        "request-id",
        "retry-after",
        "x-request-id",
        "idempotent-replayed",
        "ratelimit",
        "ratelimit-policy",
    }
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a vendor and its answer, redacted. `failure` is empty if it succeeded."""

    method: str
    url: str
    """Without its query."""
    query: str
    started_at: float
    """Unix time in seconds."""
    duration_seconds: float
    request_headers: Mapping[str, str]
    request_body: str
    request_bytes: int
    status: int
    """0 where no status came."""
    response_headers: Mapping[str, str]
    response_body: str
    response_bytes: int
    failure: str = ""
    detail: str = ""


def kept_headers(headers: Mapping[str, str], *, of_request: bool) -> dict[str, str]:
    """The headers that say nothing about the customer or the company's credentials, by lower-case name."""
    allowed = _REQUEST_HEADERS if of_request else _RESPONSE_HEADERS
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: value[:256] for name, value in lower.items() if name in allowed}


def kept_body(value: Any, safe: Collection[str], secrets: Collection[str] = ()) -> str:
    """A JSON value as text, with everything replaced that is not a code-like scalar under a safe key."""
    text = json.dumps(_kept(value, False, safe, secrets, 0), ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _BODY_LIMIT else text[:_BODY_LIMIT] + REDACTED


def kept_query(query: Iterable[tuple[str, str]], safe: Collection[str], secrets: Collection[str] = ()) -> str:
    """A query for people to read: not URL-encoded, values redacted as in a body."""
    return "&".join(f"{name}={_scalar(value, name in safe, secrets)}" for name, value in query)


def kept_code(value: object, secrets: Collection[str] = ()) -> str:
    """A vendor's error code, or nothing if it does not look like one."""
    kept = _scalar(value, True, secrets)
    return "" if kept is None or kept == REDACTED else str(kept)


def _kept(value: Any, is_safe: bool, safe: Collection[str], secrets: Collection[str], depth: int) -> Any:
    if depth > _DEPTH_LIMIT:
        return REDACTED
    if isinstance(value, dict):
        # Key names come from the vendor's contract, save where a vendor uses data as keys: those are not code-like.
        return {
            (key if _CODE.fullmatch(key) else REDACTED): _kept(item, key in safe, safe, secrets, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_kept(item, is_safe, safe, secrets, depth + 1) for item in value]
    return _scalar(value, is_safe, secrets)


def _scalar(value: object, is_safe: bool, secrets: Collection[str]) -> str | int | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if not is_safe:
        return REDACTED
    text = str(value)
    if not _CODE.fullmatch(text) or any(secret in text for secret in secrets if secret):
        return REDACTED
    return value if isinstance(value, int) else text
