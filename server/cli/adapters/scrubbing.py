"""Exchanges as fixtures that say nothing about anybody: values replaced by stand-ins of the same shape.

Rule: default-deny. A value stays only under a key that the adapter calls safe, or that can hold but a word, a time or
an amount; and what was replaced anywhere is looked for in the whole before it is written.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from adapters.kit.spec import form_bodies
from adapters.kit.spec.exchange import Request, Response
from server.cli.adapters.fakes import Fakes

_WORDS = frozenset({"object", "resultcode", "eventcode", "errorcode", "grant_type", "token_type"})
# Keys of enumerations, whatever stands before: `account_type`. Their words are one lower-case word, or two to three
# capitals; a name of somebody is neither.
_ENUMERATIONS = re.compile(r"(.*_)?(type|status|state|currency|kind|country|method|direction|priority)")
_ENUMERATED = re.compile(r"[a-z][a-z_]{0,63}|[A-Z]{2,3}")
_AMOUNTS = frozenset({"amount", "value", "currency_code", "amount_minor"})
_TIMES = re.compile(r"(created|updated|timestamp|time|date|.*(_at|_time|_date)|.*(Date|Time|At)|expires_in)")
_BIRTH = re.compile(r"birth|dob", re.IGNORECASE)

_WORD = re.compile(r"[A-Za-z][A-Za-z_.\-]{0,63}")
_CODE = re.compile(r"[A-Za-z0-9_.:+\-]{0,128}")
# A code may name a thing or a person's account; then it holds many digits, or is long and mixed.
_IDENTIFIER = re.compile(r"(?=(.*\d){4})|(?=.*\d)(?=.*[A-Za-z]).{12,}")
_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,4})?")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?|1[4-9]\d{8}|2[01]\d{8}")
_KEY = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@.:\-\[\]]{0,63}")
_URL = re.compile(r"https?://\S+")
_SEGMENT = re.compile(r"v\d+(\.\d+)?|[A-Za-z][A-Za-z_.:\-]{0,39}")

_KEPT_HEADERS = frozenset({"content-type", "accept", "retry-after", "location", "idempotency-key"})
_VERSION_HEADER = re.compile(r"[a-z\-]*-version")


class Survived(Exception):  # noqa: N818 - names here finish the sentence "a value has …"
    """Something sensitive would have been written. The text names where, never what."""


class Scrubber:
    """Scrubs the exchanges of one recording. `safe`: keys whose values the adapter calls harmless."""

    def __init__(self, safe: Collection[str], secrets: Collection[str]) -> None:
        self._safe = frozenset(safe)
        self._fakes = Fakes()
        self._secrets = [value for value in secrets if len(value) >= 4]

    def exchange(self, request: Request, response: Response) -> dict[str, Any]:
        """One exchange as JSON values."""
        url = urlsplit(request.target)
        query = [(name, self._text(value, _leaf(name))) for name, value in request.query]
        target = self._path(url.path) + (f"?{urlencode(query)}" if query else "")
        return {
            "request": {
                "method": request.method.upper(),
                "target": target,
                "headers": self._headers(request.headers),
                "body": self._body(request.content_type, request.body),
            },
            "response": {
                "status": response.status_code,
                "headers": self._headers(response.headers),
                "body": self._body(response.content_type, response.data),
            },
        }

    def check(self, text: str) -> None:
        """Raise `Survived` if a secret, or a value that was replaced, stands in the text after all."""
        for value in self._secrets:
            if value in text:
                raise Survived("a credential stands in what would be written")
        for value, fake in self._fakes.made.items():
            if len(value) >= 6 and value in text and value not in fake:
                raise Survived(f"a value of {len(value)} characters that was replaced in one place stands in another")

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        kept = {}
        for name, value in headers.items():
            if name == "authorization":
                # Some vendors take a key as it is, without a scheme before it.
                scheme, space, rest = value.partition(" ")
                kept[name] = f"{scheme} {self._fakes.of(rest)}" if space else self._fakes.of(value)
            elif name == "location":
                kept[name] = self._url(value)
            elif name == "idempotency-key":
                kept[name] = self._fakes.of(value)
            elif (name in _KEPT_HEADERS or _VERSION_HEADER.fullmatch(name)) and not self._secret(value):
                kept[name] = value
        return kept

    def _body(self, content_type: str, body: bytes | None) -> Any:
        if not body:
            return None
        if form_bodies.is_form(content_type):
            fields = form_bodies.pairs(content_type, body)
            return {"form": [[self._key(name), self._text(value, _leaf(name))] for name, value in fields]}
        try:
            return self._value(json.loads(body), "")
        except ValueError:
            return {"unreadable": f"{len(body)} bytes of {content_type or 'no type'}"}

    def _value(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {self._key(name): self._value(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value(each, key) for each in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, int):
            return value if self._stays(str(value), key) or abs(value) < 1000 else int(self._fakes.of(str(value)))
        return value if self._stays(str(value), key) else 0

    def _text(self, value: str, key: str) -> str:
        if not value or self._stays(value, key):
            return value
        if _URL.fullmatch(value):
            return self._url(value)
        return self._fakes.of(value)

    def _stays(self, value: str, key: str) -> bool:
        if self._secret(value) or value in self._fakes.made:
            return False
        name = key.lower()
        if _TIMES.fullmatch(key) and not _BIRTH.search(key):
            return bool(_TIME.fullmatch(value))
        if name in _AMOUNTS or key in self._safe:
            if _AMOUNT.fullmatch(value) and (name in _AMOUNTS or len(value) <= 6):
                return True
            return bool(_CODE.fullmatch(value)) and not _IDENTIFIER.match(value) and key in self._safe
        if _ENUMERATIONS.fullmatch(name) and _ENUMERATED.fullmatch(value):
            return True
        return name in _WORDS and bool(_WORD.fullmatch(value))

    def _secret(self, value: str) -> bool:
        return any(secret in value for secret in self._secrets)

    def _key(self, key: str) -> str:
        """A key as it is, save where a vendor's document has data for keys."""
        if _KEY.fullmatch(key) and not self._secret(key) and not _IDENTIFIER.match(key):
            return key
        return self._fakes.of(key)

    def _url(self, value: str) -> str:
        url = urlsplit(value)
        host = f"{url.scheme}://example.com" if url.scheme else ""
        query = urlencode([(name, self._text(each, _leaf(name))) for name, each in parse_qsl(url.query)])
        return host + self._path(url.path) + (f"?{query}" if query else "")

    def _path(self, path: str) -> str:
        segments = [unquote(each) for each in path.split("/")]
        kept = [
            each if not each or (_SEGMENT.fullmatch(each) and not self._secret(each) and each not in self._fakes.made)
            else self._fakes.of(each)
            for each in segments
        ]  # fmt: skip
        return "/".join(quote(each, safe=":") for each in kept)


def _leaf(name: str) -> str:
    """The innermost name of a form's or query's field: `amount` of `data[0][amount]`."""
    parts = [part.rstrip("]") for part in name.split("[")]
    return next((part for part in reversed(parts) if part and not part.isdigit()), name)
