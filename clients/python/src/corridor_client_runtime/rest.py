"""Calls over REST, sync and asyncio: HTTP requests from messages by the method's binding, and answers back.

Rule: a request that may have been sent ends as unanswered, never as refused; it is the call that knows its key.
"""

import json
import ssl
import sys
from typing import Any
from urllib.parse import quote

import betterproto2
import httpx

from corridor_client_runtime import VERSION, json_codec
from corridor_client_runtime.attempts import Answer, Attempt
from corridor_client_runtime.methods import Http, Method
from corridor_client_runtime.refusals import Refusal, from_problem, unanswered
from corridor_client_runtime.settings import Settings, Tls

USER_AGENT = f"corridor-client-python/{VERSION} python/{sys.version_info.major}.{sys.version_info.minor}"


def trust(tls: Tls) -> ssl.SSLContext:
    """Whom to trust, and the certificate to show."""
    context = ssl.create_default_context(cafile=tls.ca_file or None)
    if tls.certificate_file:
        context.load_cert_chain(tls.certificate_file, tls.key_file or None)
    return context


class Rest:
    """A transport over one pooled client."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.Client(**_client(settings))

    def send(self, attempt: Attempt) -> Answer:
        """One request. Raises Refusal."""
        try:
            answer = self._http.request(**_request(attempt))
        except httpx.HTTPError as error:
            raise _lost(error) from None
        return _answer(attempt.method, answer)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


class AsyncRest:
    """The same for asyncio."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.AsyncClient(**_client(settings))

    async def send(self, attempt: Attempt) -> Answer:
        """One request. Raises Refusal."""
        try:
            answer = await self._http.request(**_request(attempt))
        except httpx.HTTPError as error:
            raise _lost(error) from None
        return _answer(attempt.method, answer)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _client(settings: Settings) -> dict[str, Any]:
    return {
        "base_url": settings.address.url,
        "headers": {"user-agent": USER_AGENT, "accept": "application/json"},
        "verify": trust(settings.tls) if settings.address.tls else False,
        "follow_redirects": False,
        # A proxy that the environment names would read what is in plain text.
        "trust_env": settings.address.tls,
    }


def _request(attempt: Attempt) -> dict[str, Any]:
    rule = attempt.method.http
    if rule is None:
        raise TypeError(f"{attempt.method.full_name} is not served over REST: connect by grpcs://.")
    path, query, body = bound(rule, attempt.message)
    headers = {**attempt.headers, "x-request-timeout": f"{attempt.seconds:.3f}"}
    found: dict[str, Any] = {
        "method": rule.verb, "url": path, "params": query, "headers": headers,
        "timeout": httpx.Timeout(attempt.seconds, connect=min(attempt.seconds, 5.0)),
    }  # fmt: skip
    if body is not None:
        headers["content-type"] = "application/json"
        found["content"] = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return found


def bound(rule: Http, message: betterproto2.Message) -> tuple[str, list[tuple[str, str]], Any]:
    """The path, the query and the body (None where there is none) of a request message."""
    value = json_codec.encode(message)
    path = ""
    for index, part in enumerate(rule.path.replace("}", "{").split("{")):
        if index % 2 == 0:
            path += part
            continue
        given = _taken(value, part.split("=")[0].split("."))
        if not given:
            raise ValueError(f"{part} must be given: it stands in the path {rule.path}.")
        if given in (".", ".."):  # these would lead to another path (RFC 3986, 5.2.4), and another method
            raise ValueError(f"{part} is no id.")
        path += quote(str(given), safe="")
    if rule.body == "*":
        return path, [], value
    body = value.pop(rule.body, {}) if rule.body else None
    return path, _query("", value), body


def _taken(value: dict[str, Any], names: list[str]) -> Any:
    for name in names[:-1]:
        value = value.get(name, {})
    return value.pop(names[-1], None)


def _query(prefix: str, value: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, each in value.items():
        if isinstance(each, dict):
            found += _query(f"{prefix}{name}.", each)
        else:
            found += [(prefix + name, _text(one)) for one in (each if isinstance(each, list) else [each])]
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _answer(method: Method[Any], answer: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    # What waits for somebody's approval is a problem document with status 202.
    problem = headers.get("content-type", "").startswith("application/problem+json")
    if problem or not 200 <= answer.status_code < 300:
        raise from_problem(answer.status_code, answer.content, headers)
    assert method.http is not None
    try:
        value = json.loads(answer.content) if answer.content else {}
        field = method.http.response_body
        message = json_codec.decode(method.response, {field: value} if field else value)
    except (ValueError, TypeError) as error:
        raise unanswered("INTERNAL", f"The answer cannot be read: {type(error).__name__}.") from None
    return Answer(message, headers)


def _lost(error: httpx.HTTPError) -> Refusal:
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return unanswered("DEADLINE_EXCEEDED", "No answer came in time; the call may have taken effect.")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return unanswered("UNAVAILABLE", "Corridor cannot be reached.")
    return unanswered("UNAVAILABLE", "The connection broke before the answer; the call may have taken effect.")
