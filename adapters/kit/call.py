"""One call of a port's method on one connection: the only way by which an adapter speaks HTTP.

Rule: whatever happens on the wire leaves here as a JSON answer or as one of the four failures.
"""

import base64
import json as json_format
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from adapters.kit import failures
from adapters.kit.capture import Exchange, kept_body, kept_code, kept_headers, kept_query
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unmapped
from adapters.kit.http import Http, HttpResponse
from adapters.kit.mapping import document

__all__ = ["Call", "Exchange", "Http", "path_segment"]

Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]]

T = TypeVar("T")

USER_AGENT = "Corridor/0.1"


@dataclass(frozen=True, slots=True)
class _Hooks:
    """How an adapter wants one answer to be read; the fields are `send`'s arguments."""

    writes: bool
    on_client_error: Callable[[int, Any], ProviderError | None] | None
    absent: Callable[[int, Any], bool] | None
    code_of: Callable[[Any], object] | None


@dataclass(slots=True)
class Call:
    """What an adapter's method knows of its connection, and the way to the provider.

    `deadline_seconds` bounds all exchanges of the call together. `exchanges` is what the attempt keeps.
    `not_processed` comes from the manifest: what the provider answers before acting, see `failures.of_status`.
    """

    http: Http
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    environment: str
    idempotency_key: str
    deadline_seconds: float
    correlation_id: str
    request_id: str
    traceparent: str
    operation: str
    exchanges: list[Exchange] = field(default_factory=list)
    not_processed: frozenset[str] = frozenset()
    _ends_at: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.deadline_seconds

    @property
    def seconds_left(self) -> float:
        """What is left of the deadline; never below 0."""
        return max(0.0, self._ends_at - time.monotonic())

    def credential(self, name: str) -> str:
        """A credential that the adapter cannot do without. Raises `Misconfigured` if the connection lacks it."""
        value = self.credentials.get(name, "")
        if not value:
            raise Misconfigured(f"{self.operation}: the connection has no credential {name}", credentials=True)
        return value

    def send(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        json: object = None,
        form: Mapping[str, str | int] | None = None,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        safe: frozenset[str] = frozenset(),
        on_client_error: Callable[[int, Any], ProviderError | None] | None = None,
        absent: Callable[[int, Any], bool] | None = None,
        code_of: Callable[[Any], object] | None = None,
    ) -> Any:
        """Send one request and return the answer's JSON, with fractions as `Decimal`; None for an empty 204.

        `writes`: whether the provider may act on the request, so that a lost answer is `Unknown`.
        `auth`: user and password for Basic authentication. `safe`: keys whose values may be kept in captures.
        `on_client_error(status, body)`: the adapter's reading of a 4xx other than 401 and 429, with the body's JSON
        or None; the failure to raise, or None if it knows no better.
        `absent(status, body)`: whether a 4xx means that what was asked for does not exist; then None is returned.
        `code_of(body)`: the vendor's error code in an error's JSON.
        """
        content, content_type = _content(json, form)
        pairs = [(name, str(value)) for name, value in (query.items() if isinstance(query, Mapping) else query)]
        sent = {**self._headers(content_type, auth), **(headers or {})}
        hooks = _Hooks(writes, on_client_error, absent, code_of)
        secrets = [value for value in (*self.credentials.values(), *(auth or ())) if len(value) >= 4]
        started_at, started = time.time(), time.monotonic()
        response, answer, failure = self._outcome(method, _url(self.base_url, path, pairs), sent, content, hooks)
        self.exchanges.append(
            Exchange(
                method=method,
                url=self.base_url.rstrip("/") + path,
                query=kept_query(pairs, safe, secrets),
                started_at=started_at,
                duration_seconds=time.monotonic() - started,
                request_headers=kept_headers(sent, of_request=True),
                request_body=kept_body(json if form is None else dict(form), safe, secrets) if content else "",
                request_bytes=len(content),
                status=response.status if response else 0,
                response_headers=kept_headers(response.headers, of_request=False) if response else {},
                response_body=kept_body(answer, safe, secrets) if response and response.body else "",
                response_bytes=len(response.body) if response else 0,
                failure=type(failure).__name__ if failure else "",
                detail=failure.detail if failure else "",
            )
        )
        if failure is not None:
            raise failure
        return answer if response is not None and 200 <= response.status < 300 else None

    def _outcome(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, hooks: _Hooks
    ) -> tuple[HttpResponse | None, Any, ProviderError | None]:
        """What came, its JSON, and the failure that both mean."""
        if self.seconds_left <= 0:
            return None, None, Unavailable(f"{self.operation}: the deadline was over before anything was sent")
        try:
            response = self.http.exchange(method, url, headers=headers, content=content, ends_at=self._ends_at)
        except Exception as error:  # all of the client's exceptions end here: their texts may quote what was sent
            return None, None, failures.of_exception(error, self.operation, writes=hooks.writes)
        readable, answer = _parsed(response.body)
        return response, answer, self._failure(response, readable, answer, hooks)

    def _headers(self, content_type: str, auth: tuple[str, str] | None) -> dict[str, str]:
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "X-Request-Id": self.request_id,
            "X-Correlation-Id": self.correlation_id,
            "traceparent": self.traceparent,
        }
        if content_type:
            headers["Content-Type"] = content_type
        if auth is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        return {name: value for name, value in headers.items() if value}

    def _failure(self, response: HttpResponse, readable: bool, answer: Any, hooks: _Hooks) -> ProviderError | None:
        """The failure that an answer means; None for success, and for an absence that the adapter asked about."""
        status = response.status
        if 200 <= status < 300:
            if status in {204, 205} and not response.body:
                return None
            if readable and isinstance(answer, dict | list):
                return None
            return failures.unreadable(self.operation, f"HTTP {status}", writes=hooks.writes)
        if 400 <= status < 500 and status not in {401, 429}:
            if _asked(hooks.absent, status, answer):
                return None
            known = _asked(hooks.on_client_error, status, answer)
            if known is not None:
                return known
        code = kept_code(_asked(hooks.code_of, answer) or "", self.credentials.values())
        return failures.of_status(
            status, response.headers, self.operation, writes=hooks.writes, code=code, not_processed=self.not_processed
        )


def _asked(hook: Callable[..., T] | None, *facts: Any) -> T | None:
    """What an adapter's hook says. One that stumbles over an answer knows no better: the status decides."""
    try:
        return hook(*facts) if hook is not None else None
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def path_segment(value: str) -> str:
    """A value as one segment of a path: an id from outside must not be able to name another path."""
    if value in {"", ".", ".."}:
        raise ValueError("not a path segment")
    return quote(value, safe="")


def _url(base_url: str, path: str, query: Sequence[tuple[str, str]]) -> str:
    return base_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")


def _content(json: object, form: Mapping[str, str | int] | None) -> tuple[bytes, str]:
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    if json is not None:
        text = json_format.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode(), "application/json"
    return b"", ""


def _parsed(body: bytes) -> tuple[bool, Any]:
    """Whether the body is JSON, and its value."""
    try:
        return True, document(body, "answer")
    except Unmapped:
        return False, None
