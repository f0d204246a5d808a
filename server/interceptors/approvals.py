"""Innermost: calls that wait for somebody else. What falls under a rule is stored here instead of being done.

It stands inside of idempotency, so that what ran is answered by its key before anything else is asked. A company
without rules pays for one look into memory.
"""

from collections.abc import Callable
from typing import Any

import grpc
from grpc_interceptor import ServerInterceptor

from server.kit import context as contexts
from server.platform.approvals import matching
from server.platform.approvals.asking import Asking
from server.platform.approvals.policies import Policies


class Approvals(ServerInterceptor):
    """Lets a call run, or answers how its approval stands."""

    def __init__(self, policies: Policies, asking: Asking) -> None:
        self._policies = policies
        self._asking = asking

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call unless it waits."""
        call = contexts.current()
        assert call.method is not None
        # What is only checked changes nothing, so that nobody has to say yes to it.
        checked = getattr(request_or_iterator, "validate_only", False)
        if call.caller is not None and matching.can_wait(call.method) and not checked:
            known = self._policies.of(call.caller)
            rules = known.rules.get(call.method.path, ())
            rule = matching.first(rules, request_or_iterator, call.caller) if rules else None
            # A key may have led to an approval under rules that are no more.
            if rule is not None or (call.idempotency is not None and call.method.path in known.methods):
                self._asking.check(call, request_or_iterator, rule)
        return method(request_or_iterator, context)
