"""Innermost: what the call's idempotency key promises. The claim itself is part of the write, in one transaction.

A final error is stored with its key, so that a repetition is answered alike; a transient one leaves the key free.
"""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import context as contexts
from server.kit.context import Idempotency
from server.kit.errors import Failure, fail
from server.store import idempotency
from server.store.engine import Store

_KEY_CHARACTERS = 255


class Idempotent(ServerInterceptor):
    """Reads the key, keeps final errors, and answers repetitions."""

    def __init__(self, store: Store, secret: bytes) -> None:
        self._store = store
        self._secret = secret
        self._seal = idempotency.sealing_key(secret)

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call under its key."""
        call = contexts.current()
        assert call.method is not None
        if not call.method.writes:
            return method(request_or_iterator, context)
        call.idempotency = self._claim(call.method.policy.idempotency, request_or_iterator, context)
        try:
            return method(request_or_iterator, context)
        except idempotency.Replay as replay:
            return _replayed(call, replay)
        except Failure as failure:
            return self._failed(call, failure)
        finally:
            if call.replayed:
                call.trailers["idempotent-replayed"] = "true"

    def _claim(self, rule: int, request: Message, context: grpc.ServicerContext) -> Idempotency | None:
        keys = [value for name, value in context.invocation_metadata() if name == "idempotency-key"]
        if not keys:
            if rule == method_pb2.IDEMPOTENCY_RULE_REQUIRED:
                raise fail(reasons.ERROR_REASON_IDEMPOTENCY_KEY_REQUIRED, "This method needs an idempotency key.")
            return None
        key = str(keys[0])
        if len(keys) > 1 or not 1 <= len(key) <= _KEY_CHARACTERS or not all("!" <= c <= "~" for c in key):
            raise fail(
                reasons.ERROR_REASON_IDEMPOTENCY_KEY_INVALID,
                f"An idempotency key is 1 to {_KEY_CHARACTERS} visible ASCII characters, sent once.",
            )
        return Idempotency(key, idempotency.fingerprint(request, self._secret), self._seal)

    def _failed(self, call: contexts.Context, failure: Failure) -> Any:
        if call.idempotency is None or call.replayed or not _kept(failure):
            raise failure
        try:
            idempotency.keep_failure(self._store, call, failure)
        except idempotency.Replay as replay:
            return _replayed(call, replay)
        raise failure


def _kept(failure: Failure) -> bool:
    return failure.final and failure.reason not in {
        reasons.ERROR_REASON_INTERNAL,
        reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED,
        reasons.ERROR_REASON_PERMISSION_DENIED,  # says something of this caller; a key is every caller's of the company
    }


def _replayed(call: contexts.Context, replay: idempotency.Replay) -> bytes:
    call.replayed = True
    return replay.response
