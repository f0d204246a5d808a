"""Third: records refused calls. It stands outside of everything that refuses; what is done records itself.

A refusal is recorded for the company whose credential was shown. One without a known company is counted and logged:
strangers must not be able to fill the database.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import grpc
import psycopg
import structlog
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import clock
from server.kit import context as contexts
from server.kit.errors import Failure
from server.store import audit
from server.store.engine import Store

_log = structlog.get_logger("corridor.audit")

# Refusals that say nothing about what somebody tried to do.
_UNRECORDED = {
    reasons.ERROR_REASON_UNAVAILABLE,
    reasons.ERROR_REASON_RATE_LIMITED,
    reasons.ERROR_REASON_DEADLINE_EXCEEDED,
}
_ALWAYS = {reasons.ERROR_REASON_UNAUTHENTICATED, reasons.ERROR_REASON_PERMISSION_DENIED}
_STRANGERS_EVERY_SECONDS = 1.0
_REMEMBERED = 10_000


class Audit(ServerInterceptor):
    """Writes an audit row for every refused call that changes something, and for every refused credential."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recorded: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call; record it if it was refused."""
        try:
            return method(request_or_iterator, context)
        finally:
            call = contexts.current()
            if call.failure is not None and not call.replayed:
                self._record(call, call.failure)

    def _record(self, call: contexts.Context, failure: Failure) -> None:
        assert call.method is not None
        if failure.reason in _UNRECORDED or not (call.method.writes or failure.reason in _ALWAYS):
            return
        who = call.caller or call.suspect
        if who is None:
            _log.warning(
                "refused", action=call.method.policy.audit, reason=failure.name, request_id=call.request_id,
                client_ip=call.client_ip,
            )  # fmt: skip
            return
        if call.caller is None and not self._due(who.caller_id):
            _log.warning("refused", action=call.method.policy.audit, reason=failure.name, request_id=call.request_id,
                         client_ip=call.client_ip, api_key_id=who.caller_id)  # fmt: skip
            return
        try:
            with self._store.of(who.company_id, who.environment) as connection:
                audit.record_refusal(connection, call, who, failure.name)
        except (Failure, psycopg.Error) as error:
            _log.error("audit_row_lost", action=call.method.policy.audit, reason=failure.name,
                       request_id=call.request_id, error=type(error).__name__)  # fmt: skip

    def _due(self, caller_id: str) -> bool:
        """Whether a wrong credential is recorded: once a second for each key, as a stranger only needs its prefix."""
        now = clock.monotonic()
        with self._lock:
            if now < self._recorded.get(caller_id, 0.0) + _STRANGERS_EVERY_SECONDS:
                return False
            self._recorded[caller_id] = now
            self._recorded.move_to_end(caller_id)
            if len(self._recorded) > _REMEMBERED:
                self._recorded.popitem(last=False)
            return True
