"""After auth: a company's first call in the sandbox finds a connection to the simulator, and routes to it.

Each process looks once for each company; a company that is known costs one look into memory.
"""

import threading
from collections.abc import Callable
from typing import Any

import grpc
import structlog
from grpc_interceptor import ServerInterceptor

from corridor.type.v1.environment_pb2 import ENVIRONMENT_SANDBOX
from server.kit import context as contexts
from server.platform.sandbox.provisioning import Provisioning

_log = structlog.get_logger("corridor.sandbox")
_KNOWN_AT_MOST = 100_000


class Provisioned(ServerInterceptor):
    """Gives a company what it gets in the sandbox without asking."""

    def __init__(self, provisioning: Provisioning) -> None:
        self._provisioning = provisioning
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """See to the caller's company, then run the call."""
        call = contexts.current()
        who = call.caller
        if who is not None and who.environment == ENVIRONMENT_SANDBOX and who.company_id not in self._known:
            self._see_to(call, who)
        return method(request_or_iterator, context)

    def _see_to(self, call: contexts.Context, who: contexts.Caller) -> None:
        try:
            self._provisioning.ensure(call, who)
        except Exception:  # whatever it is: the call itself may need nothing of it, and the next one tries again
            _log.exception("sandbox_not_provided", company_id=who.company_id)
            return
        with self._lock:
            if len(self._known) >= _KNOWN_AT_MOST:
                self._known.clear()
            self._known.add(who.company_id)
