"""After validation: counts calls, and in samples which fields requests set. A call pays next to nothing for it."""

from collections.abc import Callable
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from server.kit import context as contexts
from server.platform.usage.counting import Uses


class Usage(ServerInterceptor):
    """Counts calls whose caller is known, however they end."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Count the call, and run it."""
        caller = contexts.current().caller
        if caller is not None:
            self._uses.call(caller, method_name, request_or_iterator)
        return method(request_or_iterator, context)
