"""Refuses companies whose data must stay in another region. Part of the chain of an installation that has a region."""

from collections.abc import Callable
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from server.kit import context as contexts
from server.platform.vault.data_policies import Residencies


class Residency(ServerInterceptor):
    """Asks the company's data policy, before anything of the call is read or stored."""

    def __init__(self, residencies: Residencies, region: str) -> None:
        self._residencies = residencies
        self._region = region

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call if the caller's data may be here. Calls without a caller bring data of nobody yet."""
        call = contexts.current()
        if call.caller is not None:
            self._residencies.check_here(call, self._region)
        return method(request_or_iterator, context)
