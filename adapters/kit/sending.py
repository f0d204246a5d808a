"""What goes out in a call and what comes back, as values: the request as bytes, the answer as JSON.

Rule: a signature is made over exactly the bytes that are sent.
"""

import base64
import json as json_format
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from adapters.kit import forms
from adapters.kit.capture import kept_body, kept_parts
from adapters.kit.errors import ProviderError, Unmapped
from adapters.kit.forms import Part
from adapters.kit.mapping import document

Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """A provider's answer. Header names are in lower case; `body` is its JSON, None where it is empty."""

    status: int
    headers: Mapping[str, str]
    body: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it is about to be sent, for a signature. `path_and_query` is what the request line holds."""

    method: str
    url: str
    path_and_query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """A header's value by its name in any case; empty if it is not sent."""
        return next((value for each, value in self.headers.items() if each.lower() == name.lower()), "")


Sign = Callable[[Outgoing], Mapping[str, str]]
"""The headers to add to a request: its signature."""


@dataclass(frozen=True, slots=True)
class Content:
    """A request's body as bytes, and what it was made of."""

    data: bytes = field(default=b"", repr=False)
    content_type: str = ""
    json: object = field(default=None, repr=False)
    """The body's JSON, or the form as it reads once decoded."""
    parts: Sequence[Part] | None = field(default=None, repr=False)

    def kept(self, safe: Collection[str], secrets: Collection[str]) -> str:
        """What a capture keeps of it."""
        if self.parts is not None:
            return kept_parts(self.parts, safe, secrets)
        return kept_body(self.json, safe, secrets) if self.data else ""


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as one request shows it. `cached`: it was there before, so the provider may have ended it meanwhile."""

    header: str
    text: str = field(repr=False)
    value: str = field(repr=False)
    cached: bool


class TokenSource(Protocol):
    """Where a call's access token comes from; see `auth.CachedToken`."""

    def present(self, call: Any) -> Presented:
        """The token for the next request of a `Call`, fetched if there is none."""

    def forget(self, call: Any, presented: Presented) -> None:
        """Use this token no more."""


class Options(TypedDict, total=False):
    """What can be said of a request besides its method and path, and of how its answer is to be read."""

    host: str
    """Another host of the provider's than the usual one, by its name in the manifest."""
    json: object
    """The body as JSON. There is one body at most: `json`, `form` or `parts`."""
    form: Mapping[str, object] | None
    """The body as a form, nested fields in brackets: see `forms.encode`."""
    parts: Sequence[Part] | None
    """The body as a multipart form, for files."""
    query: Query
    headers: Mapping[str, str] | None
    accept: str
    """The media type to answer in; `application/json` unless told."""
    content_type: str
    """The vendor's own media type for the body, in place of the usual one."""
    auth: tuple[str, str] | None
    """User and password for Basic authentication."""
    token: TokenSource | None
    """An access token that is kept between calls."""
    sign: Sign | None
    """Gives the headers that sign the request. Runs last, over what is sent."""
    only_asks: bool
    """Nothing at the provider is other than before, though the method is not GET: a search, a validation, a login.

    Only a request that says so, or a GET, leaves a call without effects. See `Call.harmless`.
    """
    bodyless: bool
    """An empty body is success also with 200, 201 or 202."""
    safe: frozenset[str]
    """The keys whose values captures may keep: names, or full names such as `card[brand]`."""
    on_client_error: Callable[[int, Any], ProviderError | None] | None
    """The adapter's reading of a 4xx other than 401 and 429, from its status and its JSON or None.

    It returns the failure to raise, or None if it knows no better.
    """
    absent: Callable[[int, Any], bool] | None
    """Whether a 4xx means that what was asked for does not exist; then the body is None."""
    code_of: Callable[[Any], object] | None
    """The vendor's error code in an error's JSON."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """How an adapter wants one answer to be read: some of the `Options`."""

    writes: bool
    bodyless: bool
    on_client_error: Callable[[int, Any], ProviderError | None] | None
    absent: Callable[[int, Any], bool] | None
    code_of: Callable[[Any], object] | None


def content(options: Options) -> Content:
    """The body that the options give."""
    json, form, parts = options.get("json"), options.get("form"), options.get("parts")
    if sum(given is not None for given in (json, form, parts)) > 1:
        raise ValueError("a request has one body")
    content_type = options.get("content_type", "")
    if form is not None:
        encoded = forms.encode(form)
        usual = content_type or "application/x-www-form-urlencoded"
        return Content(encoded.encode(), usual, json=forms.decode(encoded))
    if parts is not None:
        data, with_boundary = forms.multipart(parts)
        return Content(data, with_boundary, parts=parts)
    if json is not None:
        text = json_format.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return Content(text.encode(), content_type or "application/json", json=json)
    return Content()


def leaves(content: Content) -> list[tuple[str, str]]:
    """Every value of a body as text, with the name of its field: full, such as `amount.value`, without list indexes."""
    if content.parts is not None:
        return [(part.name, part.content) for part in content.parts if isinstance(part.content, str)]
    return list(_leaves(content.json, ""))


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, path)
    elif value is not None:
        yield path, str(value)


def url(base_url: str, path: str, query: Sequence[tuple[str, str]]) -> str:
    """Where a request goes. A path begins with a slash: it must not be able to go on with the host's name."""
    if not path.startswith("/"):
        raise ValueError("a path begins with /")
    return base_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")


def outgoing(method: str, address: str, headers: Mapping[str, str], body: bytes) -> Outgoing:
    """A request as a signer sees it."""
    parts = urlsplit(address)
    return Outgoing(method, address, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers, body)


def basic(auth: tuple[str, str]) -> str:
    """The `Authorization` of a user and a password (RFC 7617)."""
    return "Basic " + base64.b64encode(":".join(auth).encode()).decode()


def path_segment(value: str) -> str:
    """A value as one segment of a path: an id from outside must not be able to name another path."""
    if value in {"", ".", ".."}:
        raise ValueError("not a path segment")
    return quote(value, safe="")


def parsed(body: bytes) -> tuple[bool, Any]:
    """Whether the body is JSON, and its value."""
    try:
        return True, document(body, "answer")
    except Unmapped:
        return False, None


def asked(hook: Callable[..., T] | None, *facts: Any) -> T | None:
    """What an adapter's hook says. One that stumbles over an answer knows no better: the status decides."""
    try:
        return hook(*facts) if hook is not None else None
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
