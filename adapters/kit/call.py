"""One call of a port's method on one connection: the only way by which an adapter speaks HTTP.

Rule: whatever happens on the wire leaves here as a JSON answer or as one of the four failures.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

from adapters.kit import failures, sending
from adapters.kit.capture import Exchange, kept_body, kept_code, kept_headers, kept_query
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Withheld
from adapters.kit.http import Http, HttpResponse
from adapters.kit.sending import Content, Hooks, Options, Outgoing, Presented, Reply, Sign, path_segment
from adapters.kit.tokens import TokenCache

__all__ = ["Call", "Exchange", "Http", "Outgoing", "Reply", "path_segment"]

USER_AGENT = "Corridor/0.1"
_ASKS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class _Request:
    """What `ask` was told of one request, once: a second try sends the same."""

    method: str
    address: str
    shown_address: str
    query: list[tuple[str, str]]
    headers: dict[str, str] = field(repr=False)
    content: Content
    sign: Sign | None
    safe: frozenset[str]


@dataclass(slots=True)
class Call:
    """What an adapter's method knows of its connection, and the way to the provider.

    `deadline_seconds` bounds all exchanges of the call together. `exchanges` is what the attempt keeps.
    `not_processed` comes from the manifest: what the provider answers before acting, see `failures.of_status`.
    `hosts` are the provider's other addresses by their names in the manifest; without any, `base_url` serves them all.
    `limit_headers` are those by which the provider tells of its rate limits, beside the usual ones.
    `harmless`: the call must leave nothing behind, so that a request which might raises `Withheld` and is not sent.
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
    hosts: Mapping[str, str] = field(default_factory=dict)
    tokens: TokenCache = field(default_factory=TokenCache, repr=False)
    limit_headers: frozenset[str] = frozenset()
    harmless: bool = False
    _ends_at: float = field(init=False, repr=False)
    _secrets: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.deadline_seconds
        self._secrets = []
        self.keep_secret(*self.credentials.values())

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

    def keep_secret(self, *values: str) -> None:
        """Strip these values from what is kept of the exchanges to come, as the credentials are."""
        self._secrets += [value for value in values if len(value) >= 4 and value not in self._secrets]

    def address(self, host: str = "") -> str:
        """Where a host of the provider's is reached; without a name, the provider's usual address."""
        if not host or not self.hosts:
            return self.base_url
        if host not in self.hosts:
            raise Misconfigured(f"{self.operation}: the manifest names no host {host}")
        return self.hosts[host]

    def send(self, method: str, path: str, *, writes: bool, **options: Unpack[Options]) -> Any:
        """Send one request and return the answer's JSON, with fractions as `Decimal`; None for an empty one."""
        return self.ask(method, path, writes=writes, **options).body

    def ask(self, method: str, path: str, *, writes: bool, **options: Unpack[Options]) -> Reply:
        """Send one request and return the answer: its status, its headers, and its JSON with fractions as `Decimal`.

        `writes`: whether the provider may act on the request, so that a lost answer is `Unknown`.
        A cached token that the provider refuses with a 401, which acts on nothing, is forgotten, and the request
        sent once more with a fresh one.
        """
        request = self._request(method, path, options)
        if self.harmless and (writes or not (method in _ASKS or options.get("only_asks", False))):
            raise Withheld(method, path, sending.leaves(request.content))
        hooks = Hooks(
            writes,
            options.get("bodyless", False),
            options.get("on_client_error"),
            options.get("absent"),
            options.get("code_of"),
        )
        token = options.get("token")
        presented = token.present(self) if token else None
        response, answer, failure = self._exchange(request, presented, hooks)
        if token and presented and presented.cached and response and response.status == 401:
            token.forget(self, presented)
            response, answer, failure = self._exchange(request, token.present(self), hooks)
        if failure is not None:
            raise failure
        assert response is not None
        return Reply(response.status, response.headers, answer if 200 <= response.status < 300 else None)

    def _request(self, method: str, path: str, options: Options) -> _Request:
        query, auth = options.get("query", ()), options.get("auth")
        pairs = [(name, str(value)) for name, value in (query.items() if isinstance(query, Mapping) else query)]
        content = sending.content(options)
        base_url = self.address(options.get("host", ""))
        self.keep_secret(*(auth or ()))
        usual = {
            "User-Agent": USER_AGENT,
            "Accept": options.get("accept", "application/json"),
            "Accept-Encoding": "identity",
            "X-Request-Id": self.request_id,
            "X-Correlation-Id": self.correlation_id,
            "traceparent": self.traceparent,
            "Content-Type": content.content_type,
            "Authorization": sending.basic(auth) if auth is not None else "",
        }
        return _Request(
            method=method,
            address=sending.url(base_url, path, pairs),
            shown_address=base_url.rstrip("/") + path,
            query=pairs,
            headers={name: value for name, value in usual.items() if value} | dict(options.get("headers") or {}),
            content=content,
            sign=options.get("sign"),
            safe=options.get("safe", frozenset()),
        )

    def _exchange(
        self, request: _Request, presented: Presented | None, hooks: Hooks
    ) -> tuple[HttpResponse | None, Any, ProviderError | None]:
        """Send a request once; what came, its JSON, and the failure that both mean. It is kept among `exchanges`."""
        sent = dict(request.headers)
        if presented is not None:
            self.keep_secret(presented.value)
            sent[presented.header] = presented.text
        started_at, started = time.time(), time.monotonic()
        response, answer, failure = self._outcome(request, sent, hooks)
        self.exchanges.append(
            Exchange(
                method=request.method,
                url=request.shown_address,
                query=kept_query(request.query, request.safe, self._secrets),
                started_at=started_at,
                duration_seconds=time.monotonic() - started,
                request_headers=kept_headers(sent, of_request=True),
                request_body=request.content.kept(request.safe, self._secrets),
                request_bytes=len(request.content.data),
                status=response.status if response else 0,
                response_headers=self._kept(response) if response else {},
                response_body=kept_body(answer, request.safe, self._secrets) if response and response.body else "",
                response_bytes=len(response.body) if response else 0,
                failure=type(failure).__name__ if failure else "",
                detail=failure.detail if failure else "",
            )
        )
        return response, answer, failure

    def _kept(self, response: HttpResponse) -> dict[str, str]:
        return kept_headers(response.headers, of_request=False, also=self.limit_headers)

    def _outcome(
        self, request: _Request, headers: dict[str, str], hooks: Hooks
    ) -> tuple[HttpResponse | None, Any, ProviderError | None]:
        if self.seconds_left <= 0:
            late = Unavailable(f"{self.operation}: the deadline was over before anything was sent")
            late.of_ours = True
            return None, None, late
        method, address, body = request.method, request.address, request.content.data
        if request.sign is not None:
            try:
                headers |= request.sign(sending.outgoing(method, address, headers, body))
            except Exception as error:  # whatever a key is wrong in: the text may quote it
                why = f"{self.operation}: the request cannot be signed ({type(error).__name__})"
                return None, None, Misconfigured(why, credentials=True)
        try:
            response = self.http.exchange(method, address, headers=headers, content=body, ends_at=self._ends_at)
        except Exception as error:  # all of the client's exceptions end here: their texts may quote what was sent
            return None, None, failures.of_exception(error, self.operation, writes=hooks.writes)
        readable, answer = sending.parsed(response.body)
        return response, answer, self._failure(response, readable, answer, hooks)

    def _failure(self, response: HttpResponse, readable: bool, answer: Any, hooks: Hooks) -> ProviderError | None:
        """The failure that an answer means; None for success, and for an absence that the adapter asked about."""
        status = response.status
        if 200 <= status < 300:
            if not response.body and (status in {204, 205} or (hooks.bodyless and status in {200, 201, 202})):
                return None
            if readable and isinstance(answer, dict | list):
                return None
            return failures.unreadable(self.operation, f"HTTP {status}", writes=hooks.writes)
        if 400 <= status < 500 and status not in {401, 429}:
            if sending.asked(hooks.absent, status, answer):
                return None
            known = sending.asked(hooks.on_client_error, status, answer)
            if known is not None:
                return known
        code = kept_code(sending.asked(hooks.code_of, answer) or "", self._secrets)
        return failures.of_status(
            status, response.headers, self.operation, writes=hooks.writes, code=code, not_processed=self.not_processed
        )
