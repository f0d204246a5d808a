"""What is deprecated: told to whoever uses it, counted exactly, and refused from its sunset on. At three places.

A call that was made before is still answered by its key. Whoever lost an answer must not take the refusal for one, and
do it a second time by the replacement.
"""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import stability
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.contract import Method
from server.kit.errors import Failure
from server.platform.approvals.asking import Asking
from server.platform.metrics import Metrics
from server.platform.usage import telling
from server.platform.usage.counting import Use, Uses
from server.platform.usage.repository import READ, SENT
from server.platform.usage.telling import Telling
from server.store import idempotency

_KEY = "idempotency-key"
_CLOCKS_DIFFER_SECONDS = 5.0  # those of two machines, at most
# How a call is refused that was never made with its key.
_OF_FORM = {
    reasons.ERROR_REASON_INVALID_ARGUMENT,
    reasons.ERROR_REASON_MALFORMED_REQUEST,
    reasons.ERROR_REASON_IDEMPOTENCY_KEY_INVALID,
}


class Deprecation(ServerInterceptor):
    """Before the request is read: around calls of deprecated methods alone."""

    def __init__(self, tellings: Telling, uses: Uses, metrics: Metrics, machine_clock: Clock) -> None:
        self._telling = tellings
        self._uses = uses
        self._metrics = metrics
        self._clock = machine_clock

    def concerns(self, method: Method) -> bool:
        """Whether the method is deprecated."""
        return stability.of_method(method.descriptor) is not None

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call, or refuse it."""
        call = contexts.current()
        assert call.method is not None
        ending = stability.of_method(call.method.descriptor)
        assert ending is not None
        call.endings.append(ending)
        self._metrics.deprecated_call(method_name, ending.element)
        try:
            if not ending.ended(stability.today(self._clock)):
                return method(request_or_iterator, context)
            call.over = telling.method_over(ending)
            if call.method.writes and any(name == _KEY for name, _ in context.invocation_metadata()):
                return _made_before(method, request_or_iterator, context, call)
            if call.caller is not None:
                self._uses.note(Use(call.caller, method_name))
            raise call.over
        finally:
            self._telling.tell(call)


def _made_before(method: Callable[..., Any], request: Any, context: grpc.ServicerContext, call: Context) -> Any:
    assert call.over is not None
    try:
        return method(request, context)
    except Failure as failure:
        if failure.reason in _OF_FORM and not call.replayed:
            raise call.over from None
        raise


class DeprecatedFields(ServerInterceptor):
    """After validation: around calls of methods whose request or answer can have deprecated fields."""

    def __init__(self, tellings: Telling, uses: Uses, metrics: Metrics, machine_clock: Clock) -> None:
        self._telling = tellings
        self._uses = uses
        self._metrics = metrics
        self._clock = machine_clock

    def concerns(self, method: Method) -> bool:
        """Whether there can be such fields."""
        sent, read = method.descriptor.input_type, method.descriptor.output_type
        return bool(stability.fields_of(sent) or stability.fields_of(read))

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call, and take out of its answer what has ended."""
        call, today = contexts.current(), stability.today(self._clock)
        found = list(stability.found_in(request_or_iterator))
        over = [each for each in found if each.ending.ended(today)]
        if over and call.over is None:
            call.over = telling.fields_over(over)  # raised where it is known whether the call was made before
        used = {(each.ending.element, SENT): each.ending for each in found}
        try:
            answer = method(request_or_iterator, context)
            message = self._message(call, answer)
            if any(each.ending.ended(today) for each in stability.found_in(message)):
                answer = message = _copy(message)
                stability.without(message, today)
            used |= {(each.ending.element, READ): each.ending for each in stability.found_in(message)}
            return answer
        except Failure as failure:
            if call.over is not None and failure.reason == call.over.reason:
                raise call.over from None  # its fields are those of this version of the request
            raise
        finally:
            for (element, _), ending in used.items():
                if ending not in call.endings:
                    call.endings.append(ending)
                self._metrics.deprecated_call(method_name, element)
            if call.caller is not None and used:
                self._uses.note(Use(call.caller, method_name, calls=0, exact=tuple(used)))
            self._telling.tell(call)

    def _message(self, call: Context, answer: Message | bytes) -> Message:
        assert call.method is not None
        return call.method.response.FromString(answer) if isinstance(answer, bytes) else answer


def _copy(message: Message) -> Message:
    """The servicer's own may be kept by it."""
    made = type(message)()
    made.CopyFrom(message)
    return made


class Ended(ServerInterceptor):
    """Inside of idempotency: nothing is begun that has ended, and nothing is stored of it."""

    def __init__(self, asking: Asking, machine_clock: Clock) -> None:
        self._asking = asking
        self._clock = machine_clock

    def concerns(self, method: Method) -> bool:
        """Whether the method, or a field of its request, can end."""
        descriptor = method.descriptor
        return stability.of_method(descriptor) is not None or bool(stability.fields_of(descriptor.input_type))

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call, unless it has ended and was not made before."""
        call = contexts.current()
        if call.over is not None:
            if call.idempotency is not None:  # raises what is known of its key: an answer, or how its approval stands
                self._asking.check(call, request_or_iterator, None)
                if self._may_be_at_work(call):
                    raise idempotency.in_progress()
            raise call.over
        return method(request_or_iterator, context)

    def _may_be_at_work(self, call: Context) -> bool:
        """Whether the same call may have begun before the end: nothing is known of its key until it has written."""
        now, descriptor = self._clock.now(), call.asked.descriptor
        endings = [stability.of_method(descriptor), *stability.fields_of(descriptor.input_type)]
        moments = [stability.date_time(each.sunset) for each in endings if each is not None and each.sunset is not None]
        lasts = call.asked.deadline_seconds + _CLOCKS_DIFFER_SECONDS
        return any(0 <= (now - moment).total_seconds() < lasts for moment in moments)
