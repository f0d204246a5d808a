"""The ASGI application: one path for every call, from HTTP to gRPC and back.

It keeps no state between calls and knows no domain: routes, limits and errors all come from the contract.
"""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import grpc
import grpc.aio

from gateway import etags
from gateway.contract import Contract
from gateway.headers import OUTWARD, Inbound, accepts_json, is_json, new_id
from gateway.pages import Pages
from gateway.problems import Answer, Header, Problems, Refusal
from gateway.protocol import CONNECTION, GuardedProtocol
from gateway.routes import Body, Route, Routes, compile_routes
from gateway.settings import Settings
from gateway.telemetry import Metrics, Tracing
from gateway.transcode import Transcoder
from gateway.upstream import Call, Metadata, Upstream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOG = logging.getLogger("corridor.gateway")
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_PLAIN_ACCEPTS = (None, b"*/*", b"application/json")
_JSON: Header = (b"content-type", b"application/json")
# Answers carry people's and companies' data: no cache between may keep them.
_NO_STORE: Header = (b"cache-control", b"no-store")


class Gateway:
    """The application. `open` is called inside the event loop before the first request, `close` after the last."""

    def __init__(self, contract: Contract, settings: Settings) -> None:
        self.settings = settings
        self.limits = settings.limits
        self.problems = Problems(contract.reasons)
        self.metrics = Metrics()
        self.tracing = Tracing()
        self.in_flight = 0
        self._compiled = compile_routes(contract)
        self.routes = Routes(self._compiled)  # conflicts show at start, not at the first request
        self._transcoder = Transcoder(contract.registry, self.limits.json_depth)
        self._pages = Pages(contract)
        self._upstream: Upstream | None = None

    def open(self) -> None:
        """Makes the channels and ties every route to its call."""
        upstream = Upstream(self.settings)
        calls = {method: upstream.unary(method) for method in {route.method.path for route in self._compiled}}
        self.routes = Routes(dataclasses.replace(r, call=calls[r.method.path]) for r in self._compiled)
        self._upstream = upstream

    async def close(self) -> None:
        """Closes the channels and sends the last spans."""
        if self._upstream is not None:
            await self._upstream.close()
        self.tracing.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        self.in_flight += 1
        inbound = Inbound(scope["headers"])
        request_id = inbound.identify()
        route: Route | None = None
        try:
            found = self._find(scope)
            if isinstance(found, Route):
                route = found
                answer = await self._serve(scope, receive, route, inbound, request_id)
            else:
                answer = found or await self._page(scope)
        except Refusal as refusal:
            self.metrics.refused(refusal.reason)
            answer = self.problems.answer(refusal, request_id)
        except Exception:
            error_id = new_id("err_")
            _LOG.exception("unexpected error %s in request %s", error_id, request_id)
            answer = self.problems.answer(Refusal("INTERNAL", metadata={"error_id": error_id}), request_id)
        finally:
            self.in_flight -= 1
        self.metrics.record(route, answer.status, time.perf_counter() - started)
        if not any(name == b"x-request-id" for name, _ in answer.headers):
            answer.headers.append((b"x-request-id", request_id.encode("ascii")))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _find(self, scope: Scope) -> Route | Answer | None:
        """The route of a request; an answer where HTTP itself settles it; None for a page of the gateway's own."""
        path: str = scope["raw_path"].decode("latin-1")
        found = self.routes.find(path)
        if found is None:
            if self._pages.has(path):
                return None
            raise Refusal("METHOD_NOT_FOUND", "There is no such path.")
        routes, segments = found
        verb = scope["method"]
        route = routes.get("GET" if verb == "HEAD" else verb)
        if route is None:
            allow = ", ".join(sorted({*routes, "OPTIONS", *(["HEAD"] if "GET" in routes else [])})).encode()
            if verb == "OPTIONS":
                return Answer(204, [(b"allow", allow)], b"")
            raise Refusal("HTTP_METHOD_NOT_ALLOWED", f"{verb} is not bound here.", headers=((b"allow", allow),))
        scope["corridor.segments"] = segments
        return route

    async def _page(self, scope: Scope) -> Answer:
        assert self._upstream is not None
        path: str = scope["raw_path"].decode("latin-1")
        return await self._pages.answer(path, scope["method"], scope["headers"], self._upstream, self)

    async def _serve(self, scope: Scope, receive: Receive, route: Route, inbound: Inbound, request_id: str) -> Answer:
        if self.in_flight > self.limits.in_flight:
            raise Refusal("UNAVAILABLE", "Too many calls are in progress.")
        peer = scope["client"]
        client = inbound.client(peer[0] if peer else "", self.settings.trusted_hops)
        connection: GuardedProtocol | None = scope.get(CONNECTION)
        metadata = inbound.metadata(request_id, client, route.keyed)
        if inbound.dpop:
            metadata += inbound.addressed(scope, self.settings.public_url)
        if connection is not None and connection.certificate is not None:
            metadata.append(("x-corridor-client-certificate", connection.certificate.digest))
            if route.raw_answer:
                metadata.append(("x-corridor-client-certificate-der", connection.certificate.der))
        seconds = inbound.seconds(route.deadline_seconds)
        self._check_representation(route, inbound)
        etags.check_reads(route.verb, inbound.if_none_match)
        body = await self._read(scope, receive, route, inbound, connection)
        request = self._transcoder.request(
            route, scope["corridor.segments"], scope["query_string"], body, scope["headers"]
        )
        span = self.tracing.start(route, inbound.traceparent)
        if span is not None:
            metadata = [pair for pair in metadata if pair[0] != "traceparent"]
            metadata.append(("traceparent", span.traceparent))
        call: Call = route.call(request, timeout=seconds, metadata=metadata)
        # Only reads are given up with their caller. A write goes on, so that the same key finds its answer later.
        if route.safe and connection is not None:
            connection.watch(call.cancel)
        status = 500
        try:
            answer = await self._answer(route, call, request_id, inbound.if_none_match)
            status = answer.status
        finally:
            if route.safe and connection is not None:
                connection.watch(None)
            if span is not None:
                span.end(status)
        return answer

    async def _answer(self, route: Route, call: Call, request_id: str, known: bytes | None) -> Answer:
        try:
            payload = await call
        except grpc.aio.AioRpcError as error:
            return self._problem(error, request_id)
        except asyncio.CancelledError:
            if not call.cancelled():
                raise
            raise Refusal("UNAVAILABLE", "The client went away.") from None
        if route.raw_answer:
            answer = self._transcoder.raw(route, payload)
            if not any(name == b"cache-control" for name, _ in answer.headers):
                answer.headers.append(_NO_STORE)
        else:
            body, etag = self._transcoder.response(route, payload)
            answer = Answer(200, [_JSON, (b"content-length", b"%d" % len(body)), _NO_STORE], body)
            if etag and route.safe and known is not None and etags.is_known(etag, known):
                answer = etags.not_modified(etag, [_NO_STORE])
            elif etag:
                answer.headers.append(etags.header(etag))
        _outward(await call.initial_metadata(), answer.headers)
        _outward(await call.trailing_metadata(), answer.headers)
        return answer

    def _problem(self, error: grpc.aio.AioRpcError, request_id: str) -> Answer:
        trailing: Metadata = [*_pairs(error.initial_metadata()), *_pairs(error.trailing_metadata())]
        details = next((value for key, value in trailing if key == "grpc-status-details-bin"), None)
        code: int = error.code().value[0]
        refusal = self.problems.from_status(
            code, error.details() or "", details if isinstance(details, bytes) else None
        )
        passed: list[Header] = []
        _outward(trailing, passed)
        if any(name == b"retry-after" for name, _ in passed):
            refusal.headers = tuple(pair for pair in refusal.headers if pair[0] != b"retry-after")
        refusal.headers = (*refusal.headers, *passed)
        return self.problems.answer(refusal, request_id)

    def _check_representation(self, route: Route, inbound: Inbound) -> None:
        if route.body is Body.RAW or route.raw_answer:
            return  # vendors choose what they send, and read nothing but the status
        if inbound.accept not in _PLAIN_ACCEPTS and not accepts_json(inbound.accept or b""):
            raise Refusal("NOT_ACCEPTABLE", "The answer is application/json.")
        if inbound.content_encoding is not None and inbound.content_encoding.lower() not in (b"", b"identity"):
            raise Refusal(
                "UNSUPPORTED_MEDIA_TYPE",
                "The body is compressed; send it as it is.",
                headers=((b"accept-encoding", b"identity"),),
            )

    async def _read(
        self, scope: Scope, receive: Receive, route: Route, inbound: Inbound, connection: GuardedProtocol | None
    ) -> bytes:
        """The body. Raises Refusal if it is too large, too slow, of an unknown type, or of unknown length."""
        length = inbound.content_length
        if length is None and inbound.transfer_encoding is None:
            if scope["method"] in _WITH_BODY:
                raise Refusal("LENGTH_REQUIRED")
            return b""
        if length is not None and int(length) > self.limits.body_bytes:
            raise _too_large(self.limits.body_bytes)
        if route.body is not Body.RAW and length != b"0" and not is_json(inbound.content_type or b""):
            raise Refusal("UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal("REQUEST_TIMEOUT", "The client went away.")
            body += cast(bytes, message.get("body", b""))
            if len(body) > self.limits.body_bytes:
                raise _too_large(self.limits.body_bytes)
            if not message.get("more_body"):
                return body
            if connection is not None and connection.body_refusal is not None:
                raise connection.body_refusal


def _too_large(limit: int) -> Refusal:
    return Refusal("REQUEST_TOO_LARGE", f"The body may have {limit} bytes.")


def _outward(metadata: Metadata, headers: list[Header]) -> None:
    given = {name for name, _ in headers}
    for key, value in metadata:
        name = OUTWARD.get(key)
        if name is not None and name not in given:
            headers.append((name, value.encode("ascii", "replace") if isinstance(value, str) else value))


def _pairs(metadata: Any) -> Metadata:
    """grpc.aio's metadata iterates as pairs, which its stubs do not say."""
    return cast(Metadata, metadata or ())
