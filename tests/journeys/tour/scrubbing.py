"""Recorded exchanges as they may stand in a public document: the same on every machine, and without secrets.

Ids, times, addresses and secrets are replaced by others of the same form, so that examples still belong together.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Json = Any

_ID = re.compile(r"\b([a-z]{2,6})_([0-9a-hjkmnp-tv-z]{26})\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_LOCAL = re.compile(r"http://127\.0\.0\.1:\d+")
_KEY = re.compile(r"\bck_(test|live)_[0-9A-Za-z_-]+")
_TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*){2,4}")  # compact JWS and JWE: what is inside can be read, or is random
_RANDOM = re.compile(r"\b[0-9a-z]{52}\b")
_HEX = re.compile(r"\b[0-9a-f]{32,}\b")
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_MOST_ENTRIES = 2
# Names of fields whose values are secrets, or differ from run to run without telling a reader anything.
_SECRETS: Mapping[str, str] = {
    "access_token": "at_example",
    "client_secret": "cs_example",
    "jwt": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl",
    "token_id": "tok_example",
}
_OPAQUE = {
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636, appendix B
    "next_page_token": "b3BhcXVl",
    "page_token": "b3BhcXVl",
}


class Scrubber:
    """Replaces what differs between runs. One scrubber for all exchanges keeps what is the same the same."""

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._ids: dict[str, str] = {}
        self._times: dict[str, str] = {}

    def value(self, value: Json, name: str = "") -> Json:
        """The value as it may be shown; `name` is that of its field."""
        if isinstance(value, dict):
            return {self.text(key): self.value(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, name) for each in chosen(value)]
        if not isinstance(value, str):
            return value
        if value and name in _OPAQUE:
            return _OPAQUE[name]
        if name in _SECRETS:
            return _SECRETS[name]
        if name in ("secret", "webhook_secret", "signing_secret") and value:
            return _secret(value)
        return self.text(value)

    def text(self, text: str) -> str:
        """A text with what is in it replaced."""
        text = _ID.sub(self._id, text)
        text = _TIME.sub(self._time, text)
        text = _KEY.sub(r"ck_\1_EXAMPLE", text)
        text = _RANDOM.sub("example-" * 3 + "1", _TOKEN.sub(_SECRETS["jwt"], text))
        text = _HEX.sub(lambda found: ("0123456789abcdef" * 8)[: len(found[0])], text)
        return _LOCAL.sub("https://example.com", text).replace("127.0.0.1", "192.0.2.10")

    def _id(self, found: re.Match[str]) -> str:
        if found[0] not in self._ids:
            number = len(self._ids)
            tail = "".join(_DIGITS[(number >> shift) & 31] for shift in (10, 5, 0))
            self._ids[found[0]] = f"{found[1]}_01kafz3q9x7m2c5v8b1n4d6{tail}"
        return self._ids[found[0]]

    def _time(self, found: re.Match[str]) -> str:
        if found[0] not in self._times:
            at = datetime.fromisoformat(found[0].replace("Z", "+00:00"))
            after = at - self._began
            # What happened in the run is put a second apart; what lies further away keeps its distance, to the hour.
            near = abs(after) < timedelta(hours=1)
            shown = _START + (timedelta(seconds=len(self._times)) if near else _hours(after))
            self._times[found[0]] = shown.strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._times[found[0]]


def chosen(entries: list[Json]) -> list[Json]:
    """The first entries of a list. Of providers, only our own is shown."""
    ours = [each for each in entries if not isinstance(each, dict) or _ours(each)]
    return (ours or entries[:0])[:_MOST_ENTRIES]


def _ours(entry: Json) -> bool:
    named = entry.get("provider") or (entry.get("name") if "stage" in entry else None)
    return named in (None, "", "sandbox")


def _secret(value: str) -> str:
    if value.startswith("whsec_"):
        return "whsec_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtMDAwMQ=="
    return _KEY.sub(r"ck_\1_EXAMPLE", value) if value.startswith("ck_") else "example-secret"


def _hours(distance: timedelta) -> timedelta:
    return timedelta(hours=round(distance / timedelta(hours=1)))
