"""How many calls a caller may make, whether there is time left for this one, and a thread for others.

Allowances are shared by all processes, through PostgreSQL in batches: see server/platform/limits.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import context as contexts
from server.kit.errors import Failure, fail
from server.platform.limits.buckets import Left
from server.platform.limits.counting import Counting

# The deadline of methods that need the database alone. A longer one in the policy says that others are waited for.
_USUAL_SECONDS = 5.0
# How a credential is refused that a caller in good order does not go on sending.
_OF_STRANGERS = {
    reasons.ERROR_REASON_UNAUTHENTICATED,
    reasons.ERROR_REASON_CREDENTIAL_MISSING,
    reasons.ERROR_REASON_CREDENTIAL_MALFORMED,
    reasons.ERROR_REASON_CREDENTIAL_WRONG_AUDIENCE,
    reasons.ERROR_REASON_CREDENTIAL_REPLAYED,
    reasons.ERROR_REASON_CREDENTIAL_NOT_BOUND,
    reasons.ERROR_REASON_CREDENTIAL_REVOKED,
    reasons.ERROR_REASON_CREDENTIAL_EXPIRED,
}


class Limits(ServerInterceptor):
    """Counts calls, and tells what is left by RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10)."""

    def __init__(self, counting: Counting | None, slow_calls: int) -> None:
        self._counting = counting
        self._slow = threading.BoundedSemaphore(slow_calls)

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Count the call; refuse it if an allowance is used up or the deadline has passed."""
        call = contexts.current()
        assert call.method is not None
        if self._counting:
            _tell(call, *self._counting.call(call))
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


def _tell(call: contexts.Context, counted: bool, left: list[Left]) -> None:
    """Tell the caller what is left of the allowance that ends first. Raises RATE_LIMITED if one has ended."""
    least = left[0]
    for each in left[1:]:
        if each.calls < least.calls or (each.calls == least.calls and each.wait_seconds > least.wait_seconds):
            least = each
    allowance = least.allowance
    wait = max(1, round(least.wait_seconds)) if least.wait_seconds else 0
    call.trailers["ratelimit-policy"] = ", ".join([each.allowance.policy for each in left])
    call.trailers["ratelimit"] = f'"{allowance.name}";r={least.calls};t={wait or allowance.seconds}'
    if not counted:
        raise fail(
            reasons.ERROR_REASON_RATE_LIMITED,
            f"More than {allowance.calls} {allowance.name} calls in {allowance.seconds} seconds.",
            retry_after_seconds=float(wait or 1),
        )


class Strangers(ServerInterceptor):
    """Refuses whoever has sent too many credentials that are not valid, before another one is looked up."""

    def __init__(self, counting: Counting | None) -> None:
        self._counting = counting

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call, unless its address has used up its share; count it if its credential was refused."""
        counting, call = self._counting, contexts.current()
        if counting is None or (call.method is not None and _by_provider(call.method.callers)):
            return method(request_or_iterator, context)
        if wait := counting.stranger_wait_seconds(call.client_ip):
            raise fail(
                reasons.ERROR_REASON_RATE_LIMITED,
                "Too many credentials from this address were not valid.",
                retry_after_seconds=float(max(1, round(wait))),
            )
        try:
            answer = method(request_or_iterator, context)
        except Failure as failure:
            if failure.reason in _OF_STRANGERS:
                counting.refused(call.client_ip)
            raise
        raw = getattr(answer, "response", None)  # OAuth has refusals of its own form
        if isinstance(raw, RawResponse) and raw.status == HTTPStatus.UNAUTHORIZED:
            counting.refused(call.client_ip)  # a client that did not authenticate, RFC 6749 section 5.2
        return answer


def _by_provider(callers: frozenset[int]) -> bool:
    return method_pb2.CALLER_KIND_PROVIDER in callers
