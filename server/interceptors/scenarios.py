"""After auth: `corridor-sandbox-scenario` tells the sandbox what to do with what the call makes.

Rule: it is never ignored. In the live environment, and on calls that make nothing with a scenario, it is refused.
"""

import functools
from collections.abc import Callable
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import context as contexts
from server.kit import contract
from server.kit.contract import Method
from server.kit.errors import Failure, Violation, fail

HEADER = "corridor-sandbox-scenario"
_FIELD = "sandbox_scenario"


class Scenarios(ServerInterceptor):
    """Refuses a scenario where it could do nothing."""

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call if its scenario, where it has one, can be heard."""
        call = contexts.current()
        if call.sandbox_scenario:
            if call.caller is None or call.caller.live:
                raise _refused("must not be sent in the live environment")
            if call.method is None or call.method.path not in _makers():
                raise _refused("must not be sent with this call, which makes nothing that has a scenario")
        return method(request_or_iterator, context)


@functools.cache
def _makers() -> frozenset[str]:
    return frozenset(path for path, method in contract.methods().items() if makes_with_scenario(method))


def makes_with_scenario(method: Method) -> bool:
    """Whether what a method answers with was made by it, and carries a scenario."""
    if method.policy.idempotency != method_pb2.IDEMPOTENCY_RULE_REQUIRED:
        return False
    made = [field.message_type for field in method.response.DESCRIPTOR.fields if field.message_type is not None]
    return any(_FIELD in message.fields_by_name for message in made)


def _refused(rule: str) -> Failure:
    violation = Violation(HEADER, rule, "sandbox_scenario")
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"{HEADER} {rule}.", violations=[violation])
