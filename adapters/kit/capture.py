"""What is kept of an exchange with a vendor: enough to explain an attempt, nothing that identifies a customer.

Rule: default-deny. A value is kept only under a key that the adapter calls safe, and only if it looks like a code.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.kit.forms import Part

REDACTED = "•••"

_CODE = re.compile(r"[A-Za-z0-9_.:+\-]{0,128}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+\-]{1,64}/[A-Za-z0-9.+\-]{1,64}")
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
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-rate-limit-limit",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
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


def kept_headers(
    headers: Mapping[str, str], *, of_request: bool, also: Collection[str] = frozenset()
) -> dict[str, str]:
    """The headers that say nothing about the customer or the company's credentials, by lower-case name.

    `also` are those by which the provider tells of its rate limits, from its manifest.
    """
    allowed = _REQUEST_HEADERS if of_request else _RESPONSE_HEADERS
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: value[:256] for name, value in lower.items() if name in allowed or name in also}


def kept_body(value: Any, safe: Collection[str], secrets: Collection[str] = ()) -> str:
    """A JSON value, or a decoded form, as text: everything is replaced that is not a code-like scalar under a safe key.

    A key is also safe by its full name in brackets, such as `card[brand]`; a list's items have the list's name.
    """
    return _text(_kept(value, False, safe, secrets, 0, ""))


def kept_parts(parts: Iterable[Part], safe: Collection[str], secrets: Collection[str] = ()) -> str:
    """A multipart form as JSON: fields as in a body; of a file its field's name, its size and its type."""
    kept: list[dict[str, Any]] = []
    for part in parts:
        name = part.name if _CODE.fullmatch(part.name) else REDACTED
        if part.filename or isinstance(part.content, bytes):
            media_type = part.content_type if _MEDIA_TYPE.fullmatch(part.content_type) else ""
            kept.append({"name": name, "bytes": len(part.data), "content_type": media_type})
        else:
            kept.append({name: _scalar(part.content, part.name in safe, secrets)})
    return _text(kept)


def kept_query(query: Iterable[tuple[str, str]], safe: Collection[str], secrets: Collection[str] = ()) -> str:
    """A query for people to read: not URL-encoded, values redacted as in a body."""
    return "&".join(f"{name}={_scalar(value, name in safe, secrets)}" for name, value in query)


def kept_code(value: object, secrets: Collection[str] = ()) -> str:
    """A vendor's error code, or nothing if it does not look like one."""
    kept = _scalar(value, True, secrets)
    return "" if kept is None or kept == REDACTED else str(kept)


def _kept(value: Any, is_safe: bool, safe: Collection[str], secrets: Collection[str], depth: int, path: str) -> Any:
    if depth > _DEPTH_LIMIT:
        return REDACTED
    if isinstance(value, dict):
        # Key names come from the vendor's contract, save where a vendor uses data as keys: those are not code-like.
        kept = {}
        for key, item in value.items():
            name = f"{path}[{key}]" if path else key
            shown = key if _CODE.fullmatch(key) else REDACTED
            kept[shown] = _kept(item, key in safe or name in safe, safe, secrets, depth + 1, name)
        return kept
    if isinstance(value, list):
        return [_kept(item, is_safe, safe, secrets, depth + 1, path) for item in value]
    return _scalar(value, is_safe, secrets)


def _text(kept: Any) -> str:
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _BODY_LIMIT else text[:_BODY_LIMIT] + REDACTED


def _scalar(value: object, is_safe: bool, secrets: Collection[str]) -> str | int | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if not is_safe:
        return REDACTED
    text = str(value)
    if not _CODE.fullmatch(text) or any(secret in text for secret in secrets if secret):
        return REDACTED
    return value if isinstance(value, int) else text
