"""Innermost: what the call's idempotency key promises. The claim itself is part of the write, in one transaction.

A final error is stored with its key, so that a repetition is answered alike; a transient one leaves the key free.
An answer never changes once it is committed, so the latest are remembered here: retries in a storm need no database.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import clock
from server.kit import context as contexts
from server.kit.context import Idempotency
from server.kit.errors import Failure, fail
from server.platform.metrics import Metrics
from server.store import idempotency
from server.store.engine import Store

_KEY_CHARACTERS = 255
_VISIBLE = re.compile(rf"[!-~]{{1,{_KEY_CHARACTERS}}}")
_REMEMBERED = 4096
_REMEMBERED_SECONDS = 10.0  # storms are shorter; what is erased or purged must not stay here
_REMEMBERED_BYTES = 16 * 1024  # larger answers are read from the database again

# Repetitions that are not answered, as they are counted.
_REFUSED = {
    reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED: "reused",
    reasons.ERROR_REASON_IDEMPOTENCY_IN_PROGRESS: "in_progress",
}


class Idempotent(ServerInterceptor):
    """Reads the key, keeps final errors, and answers repetitions."""

    def __init__(self, store: Store, secret: bytes, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._secret = secret
        self._seal = idempotency.sealing_key(secret)
        self._answers = _Answers()

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call under its key."""
        call = contexts.current()
        assert call.method is not None
        if not call.method.writes:
            return method(request_or_iterator, context)
        call.idempotency = self._claim(call.asked.policy.idempotency, request_or_iterator, context)
        try:
            return self._answer(method, request_or_iterator, context, call)
        except Failure as failure:
            if result := _REFUSED.get(failure.reason):
                self._metrics.repetition(result)
            raise
        finally:
            if call.replayed:
                call.trailers["idempotent-replayed"] = "true"
                self._metrics.repetition("replayed")

    def _answer(
        self, method: Callable[..., Any], request: Message, context: grpc.ServicerContext, call: contexts.Context
    ) -> Any:
        if (known := self._answers.find(call)) is not None:
            call.replayed = True
            return known
        try:
            answer = method(request, context)
        except idempotency.Replay as replay:
            answer = _replayed(call, replay)
        except Failure as failure:
            return self._failed(call, failure)
        self._answers.keep(call, answer)
        return answer

    def _claim(self, rule: int, request: Message, context: grpc.ServicerContext) -> Idempotency | None:
        keys = [value for name, value in context.invocation_metadata() if name == "idempotency-key"]
        if not keys:
            if rule == method_pb2.IDEMPOTENCY_RULE_REQUIRED:
                raise fail(reasons.ERROR_REASON_IDEMPOTENCY_KEY_REQUIRED, "This method needs an idempotency key.")
            return None
        key = str(keys[0])
        if len(keys) > 1 or not _VISIBLE.fullmatch(key):
            raise fail(
                reasons.ERROR_REASON_IDEMPOTENCY_KEY_INVALID,
                f"An idempotency key is 1 to {_KEY_CHARACTERS} visible ASCII characters, sent once.",
            )
        call = contexts.current()
        fingerprint = idempotency.fingerprint(request, self._secret, call.sandbox_scenario, call.if_match)
        return Idempotency(key, fingerprint, self._seal)

    def _failed(self, call: contexts.Context, failure: Failure) -> Any:
        if call.idempotency is None or call.replayed or not idempotency.belongs_to_key(failure):
            raise failure
        try:
            idempotency.keep_failure(self._store, call, failure)
        except idempotency.Replay as replay:
            return _replayed(call, replay)
        raise failure


class _Answers:
    """The latest answers by company, environment, method and key. Answers that show a secret are not among them."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, str, str], tuple[bytes, bytes, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, call: contexts.Context) -> bytes | None:
        """The answer to the same call with the same key, if it is remembered."""
        if call.idempotency is None:
            return None
        known = self._known.get(idempotency.scope(call))
        if known is None or known[0] != call.idempotency.fingerprint or clock.monotonic() > known[2]:
            return None
        return known[1]

    def keep(self, call: contexts.Context, answer: Any) -> None:
        """Remember what was answered, once it is committed."""
        if call.idempotency is None or not isinstance(answer, bytes) or len(answer) > _REMEMBERED_BYTES:
            return
        assert call.method is not None
        if idempotency.shows_secret(call.method.response.DESCRIPTOR):
            return
        with self._lock:
            until = clock.monotonic() + _REMEMBERED_SECONDS
            self._known[idempotency.scope(call)] = call.idempotency.fingerprint, answer, until
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _replayed(call: contexts.Context, replay: idempotency.Replay) -> bytes:
    call.replayed = True
    return replay.response
