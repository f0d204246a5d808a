"""Sixth: how many calls a caller may make, whether there is time left for this one, and a thread for others.

Allowances are counted per server process: N processes allow up to N times as many.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import clock
from server.kit import context as contexts
from server.kit.errors import fail

_CALLERS_AT_MOST = 50_000
# The deadline of methods that need the database alone. A longer one in the policy says that others are waited for.
_USUAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many calls in so many seconds; unused ones do not add up beyond that."""

    name: str
    calls: int
    seconds: int


ALLOWANCES: Mapping[int, Allowance] = {
    method_pb2.RATE_CLASS_READ: Allowance("read", 6000, 60),
    method_pb2.RATE_CLASS_WRITE: Allowance("write", 600, 60),
    method_pb2.RATE_CLASS_MONEY: Allowance("money", 3000, 60),
    method_pb2.RATE_CLASS_INBOUND: Allowance("inbound", 30000, 60),
}


class Limits(ServerInterceptor):
    """A token bucket per caller and class, told by RateLimit fields (draft-ietf-httpapi-ratelimit-headers)."""

    def __init__(self, allowances: Mapping[int, Allowance] | None, slow_calls: int) -> None:
        self._allowances = allowances or {}
        self._slow = threading.BoundedSemaphore(slow_calls)
        self._buckets: OrderedDict[tuple[str, int], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Count the call; refuse it if the allowance is used up or the deadline has passed."""
        call = contexts.current()
        assert call.method is not None
        if allowance := self._allowances.get(call.method.policy.rate_class):
            who = call.caller.caller_id if call.caller else call.client_ip
            self._take(call, allowance, (who, call.method.policy.rate_class))
        if call.seconds_left() <= 0:
            raise fail(reasons.ERROR_REASON_DEADLINE_EXCEEDED, "The deadline passed before the call was looked at.")
        if call.method.deadline_seconds <= _USUAL_SECONDS:
            return method(request_or_iterator, context)
        return self._waited_for(method, request_or_iterator, context)

    def _waited_for(self, method: Callable[..., Any], request: Any, context: grpc.ServicerContext) -> Any:
        """A call that may wait for somebody else: a provider, a name server. Such calls never take every thread."""
        if not self._slow.acquire(blocking=False):
            busy = "Too many calls wait for others at the moment."
            raise fail(reasons.ERROR_REASON_UNAVAILABLE, busy, retry_after_seconds=1.0)
        try:
            return method(request, context)
        finally:
            self._slow.release()

    def _take(self, call: contexts.Context, allowance: Allowance, bucket: tuple[str, int]) -> None:
        now = clock.monotonic()
        rate = allowance.calls / allowance.seconds
        with self._lock:
            left, since = self._buckets.pop(bucket, (float(allowance.calls), now))
            left = min(float(allowance.calls), left + (now - since) * rate)
            taken = left >= 1.0
            left -= 1.0 if taken else 0.0
            self._buckets[bucket] = (left, now)
            if len(self._buckets) > _CALLERS_AT_MOST:
                self._buckets.popitem(last=False)
        call.trailers["ratelimit-policy"] = f'"{allowance.name}";q={allowance.calls};w={allowance.seconds}'
        wait = 0 if left >= 1.0 else max(1, round((1.0 - left) / rate))
        call.trailers["ratelimit"] = f'"{allowance.name}";r={int(left)};t={wait or allowance.seconds}'
        if not taken:
            raise fail(
                reasons.ERROR_REASON_RATE_LIMITED,
                f"More than {allowance.calls} {allowance.name} calls in {allowance.seconds} seconds.",
                retry_after_seconds=float(wait),
            )
