"""Fourth: turns failures into statuses. What was not foreseen becomes INTERNAL with an id, and its stack is logged.

Nothing of an unexpected exception reaches the caller.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import grpc
import structlog
from grpc_interceptor import ServerInterceptor
from grpc_status import rpc_status

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import ids
from server.kit.errors import Failure, fail

_log = structlog.get_logger("corridor.errors")


class Errors(ServerInterceptor):
    """Answers `google.rpc.Status` for every failure."""

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call; answer its failure, if it has one."""
        call = contexts.current()
        try:
            if call.failure is not None:  # its ids could not be used
                raise call.failure
            return method(request_or_iterator, context)
        except Failure as failure:
            call.failure = failure
        except Exception:
            error_id = ids.new("err")
            _log.exception(
                "unexpected", error_id=error_id, method=method_name, request_id=call.request_id,
                correlation_id=call.correlation_id,
            )  # fmt: skip
            call.failure = fail(
                reasons.ERROR_REASON_INTERNAL, f"Something broke; it is logged as {error_id}.", error_id=error_id
            )
        answer(call, call.failure, context)


def answer(call: contexts.Context, failure: Failure, context: grpc.ServicerContext) -> NoReturn:
    """End the call with a failure."""
    if failure.retry_after_seconds is not None:
        call.trailers["retry-after"] = str(max(1, round(failure.retry_after_seconds)))
    status = failure.status()
    # The context interceptor sends the trailers; abort must not be the last to set them.
    call.trailers["grpc-status-details-bin"] = status.SerializeToString()
    context.abort_with_status(rpc_status.to_status(status))
