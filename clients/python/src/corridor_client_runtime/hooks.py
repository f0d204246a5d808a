"""Verifies deliveries by Standard Webhooks 1.0.0 and reads the event that they carry.

Rule: nothing of a body is read before its signature is found right, in constant time, and its time near enough.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import datetime
import hmac
import importlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import betterproto2

from corridor_client_runtime import json_codec

TOLERANCE_SECONDS = 300.0
_PREFIX = "whsec_"


class SignatureError(Exception):
    """The delivery is not from Corridor, or not of now: answer 400, and do nothing with it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event. `data` is None for a type that this version does not know; `body` has all of it as JSON.

    It may be delivered more than once, with the same `event_id`; events of one resource come in order of `sequence`.
    """

    event_id: str
    type: str
    resource_id: str
    sequence: int
    create_time: datetime.datetime | None
    correlation_id: str
    data: betterproto2.Message | None = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Event:
    """The event of a delivery. `body` is the request's body as it came; `secret` one secret, or all that are in use.

    `now` is a Unix time, for tests. Raises SignatureError.
    """
    check(body, headers, secret, tolerance_seconds=tolerance_seconds, now=now)
    try:
        document = json.loads(body)
        return _event(document)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise SignatureError("The body is signed, and is no event.") from None


def check(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> None:
    """Return if one of the secrets signed the delivery, near enough to now. Raises SignatureError otherwise."""
    if not isinstance(body, bytes):
        raise TypeError(
            "body must be the bytes that came: a body that was parsed and written again has another signature."
        )
    keys = [_key(each) for each in ([secret] if isinstance(secret, str) else secret)]
    if not keys:
        raise ValueError("Give the endpoint's secret.")
    given = {name.lower(): value for name, value in headers.items()}
    event_id, at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    signatures = [each[3:] for each in given.get("webhook-signature", "").split() if each.startswith("v1,")]
    if not event_id.isascii() or not event_id or not signatures:
        raise SignatureError("The delivery has no webhook-id, or no webhook-signature of version 1.")
    _check_time(at, time.time() if now is None else now, tolerance_seconds)
    signed = event_id.encode() + b"." + at.encode() + b"." + body
    digests = [hmac.digest(key, signed, "sha256") for key in keys]
    found = False
    for signature in signatures[:16]:
        try:
            sent = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            continue
        for digest in digests:  # all are compared, so that time tells nothing
            found |= hmac.compare_digest(digest, sent)
    if not found:
        raise SignatureError("No signature fits: the secret or the body is another.")


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        raise ValueError(f"An endpoint's secret starts with {_PREFIX}.")
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("The endpoint's secret is not whole.")
    return key


def _check_time(at: str, now: float, tolerance_seconds: float) -> None:
    if not at.isascii() or not at.isdigit() or len(at) > 12:
        raise SignatureError("The delivery's webhook-timestamp is no Unix time.")
    if abs(now - int(at)) > tolerance_seconds:
        raise SignatureError("The delivery is too old, or from the future: check this machine's clock.")


def _event(document: Mapping[str, Any]) -> Event:
    created = document.get("create_time")
    return Event(
        event_id=document["event_id"],
        type=document["type"],
        resource_id=document.get("resource_id", ""),
        sequence=int(document.get("sequence", 0)),
        create_time=json_codec.timestamp(created) if created else None,
        correlation_id=document.get("correlation_id", ""),
        data=_data(document.get("data") or {}),
        body=document,
    )


def _data(value: Mapping[str, Any]) -> betterproto2.Message | None:
    """The message that `@type` names, where this version has it."""
    from corridor_client.webhooks import EVENT_MESSAGES

    place = EVENT_MESSAGES.get(str(value.get("@type", "")).rpartition("/")[2])
    if place is None:
        return None
    module, _, name = place.partition(":")
    kind: type[betterproto2.Message] = getattr(importlib.import_module(module), name)
    return json_codec.decode(kind, value)
