"""Callers: what the generated methods call, sync and asyncio. They add the credential, the span and the repetitions.

Rule: every decision is the call's (`attempts.py`); these two differ in how they wait, and in nothing else.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import betterproto2
import httpx

from corridor_client_runtime import telemetry
from corridor_client_runtime.attempts import Answer, Call
from corridor_client_runtime.credentials import Credential, Tokens, token_timeout
from corridor_client_runtime.methods import Method
from corridor_client_runtime.paging import AsyncPage, Page
from corridor_client_runtime.refusals import Refusal, unanswered
from corridor_client_runtime.rest import USER_AGENT, AsyncRest, Rest, trust
from corridor_client_runtime.settings import Settings

Response = TypeVar("Response", bound=betterproto2.Message)
_AGENT = {"user-agent": USER_AGENT}


class Caller:
    """Calls methods. Safe to share between threads."""

    def __init__(self, settings: Settings, credential: Credential) -> None:
        self._settings = settings
        self._credential = credential
        if settings.address.grpc:
            from corridor_client_runtime.rpc import Rpc

            self._transport: Rest | Rpc = Rpc(settings)
        else:
            self._transport = Rest(settings)

    def call(
        self,
        method: Method[Response],
        message: betterproto2.Message,
        *,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response. Raises CorridorError."""
        call = Call(
            self._settings, method, message, idempotency_key=idempotency_key, if_match=if_match,
            timeout_seconds=timeout_seconds, headers=headers,
        )  # fmt: skip
        with telemetry.span(self._settings, call):
            while True:
                try:
                    answer = self._transport.send(call.attempt(self._header()))
                except Refusal as refusal:
                    pause = call.failed(refusal, self._credential.forget)
                else:
                    return _checked(method, call, answer)
                time.sleep(pause)

    def page(self, method: Method[Any], message: betterproto2.Message, field: str, **options: Any) -> Page[Any, Any]:
        """A page of a list, and the way to the next. `field` is where its items are."""
        response = self.call(method, message, **options)

        def fetch(token: str) -> Page[Any, Any]:
            return self.page(method, _following(message, token), field, **options)

        return Page(response, getattr(response, field), response.next_page_token, _token(message), fetch)

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def _header(self) -> Mapping[str, str]:
        credential = self._credential
        known = credential.known()
        if known is not None or not isinstance(credential, Tokens):
            return known or {}
        with credential.lock:  # who waited finds the token of who was first
            return credential.known() or self._token(credential)

    def _token(self, tokens: Tokens) -> Mapping[str, str]:
        try:
            with httpx.Client(**_asking(self._settings, tokens)) as http:
                answer = http.post(tokens.url, data=tokens.client.form(), auth=tokens.client.basic())
            return tokens.answer(answer.status_code, _document(answer))
        except httpx.HTTPError:
            raise unanswered("UNAVAILABLE", "The token endpoint cannot be reached.") from None


class AsyncCaller:
    """The same for asyncio: for one event loop."""

    def __init__(self, settings: Settings, credential: Credential) -> None:
        self._settings = settings
        self._credential = credential
        self._asking = asyncio.Lock()
        if settings.address.grpc:
            from corridor_client_runtime.rpc import AsyncRpc

            self._transport: AsyncRest | AsyncRpc = AsyncRpc(settings)
        else:
            self._transport = AsyncRest(settings)

    async def call(
        self,
        method: Method[Response],
        message: betterproto2.Message,
        *,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response. Raises CorridorError."""
        call = Call(
            self._settings, method, message, idempotency_key=idempotency_key, if_match=if_match,
            timeout_seconds=timeout_seconds, headers=headers,
        )  # fmt: skip
        with telemetry.span(self._settings, call):
            while True:
                try:
                    answer = await self._transport.send(call.attempt(await self._header()))
                except Refusal as refusal:
                    pause = call.failed(refusal, self._credential.forget)
                else:
                    return _checked(method, call, answer)
                await asyncio.sleep(pause)

    async def page(
        self, method: Method[Any], message: betterproto2.Message, field: str, **options: Any
    ) -> AsyncPage[Any, Any]:
        """A page of a list, and the way to the next. `field` is where its items are."""
        response = await self.call(method, message, **options)

        async def fetch(token: str) -> AsyncPage[Any, Any]:
            return await self.page(method, _following(message, token), field, **options)

        return AsyncPage(response, getattr(response, field), response.next_page_token, _token(message), fetch)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._transport.close()

    async def _header(self) -> Mapping[str, str]:
        credential = self._credential
        known = credential.known()
        if known is not None or not isinstance(credential, Tokens):
            return known or {}
        async with self._asking:
            return credential.known() or await self._token(credential)

    async def _token(self, tokens: Tokens) -> Mapping[str, str]:
        try:
            async with httpx.AsyncClient(**_asking(self._settings, tokens)) as http:
                answer = await http.post(tokens.url, data=tokens.client.form(), auth=tokens.client.basic())
            return tokens.answer(answer.status_code, _document(answer))
        except httpx.HTTPError:
            raise unanswered("UNAVAILABLE", "The token endpoint cannot be reached.") from None


def _checked(method: Method[Response], call: Call, answer: Answer) -> Response:
    assert isinstance(answer.message, method.response)
    call.succeeded(answer)
    return answer.message


def _asking(settings: Settings, tokens: Tokens) -> dict[str, Any]:
    """How a token is asked for. What is in plain text goes by no proxy of the environment, which would read it."""
    return {
        "verify": trust(settings.tls), "headers": _AGENT, "timeout": token_timeout(),
        "trust_env": tokens.url.startswith("https:"),
    }  # fmt: skip


def _document(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _token(message: Any) -> str:
    return str(message.page_token)


def _following(message: Any, token: str) -> betterproto2.Message:
    """The same request for another page; the caller's own message stays as it is."""
    found: betterproto2.Message = type(message).parse(bytes(message))
    found.page_token = token  # type: ignore[attr-defined] # lists have one; the generator looked
    return found
