"""The chore that tells when the time of a scheduled version has come, and looks again at what waited for it.

The version itself decides from its time on, by whoever asks; a chore that is late delays no decision.
"""

import structlog

from corridor.options.v1 import method_pb2
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Caller, Context
from server.platform.routing import policies
from server.platform.routing.versions import Versions
from server.store.engine import Store
from server.store.wake import Waker

_log = structlog.get_logger("corridor.routing")

_AT_ONCE = 100


class Activating:
    """Puts versions of all companies into force. One that breaks off is done again, and tells once."""

    def __init__(self, store: Store, versions: Versions, waker: Waker) -> None:
        self._store = store
        self._versions = versions
        self._waker = waker

    def run(self) -> None:
        """Activate versions whose time has come, so many at once."""
        with self._store.anyone() as connection:
            due = policies.due(connection, _AT_ONCE)
        for company_id, environment, policy_id in due:
            request_id = ids.request_id()
            caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)
            context = Context(request_id=request_id, correlation_id=request_id, caller=caller)
            try:
                with contexts.bound(context), self._store.transaction(company_id, environment) as connection:
                    self._versions.activate(connection, context, policy_id)
            except Exception:  # whatever it is: one that cannot be activated must not hold the others back
                _log.exception("routing_policy_not_activated", routing_policy_id=policy_id)
        if due:
            self._waker.wake()
