"""Fifth: who is calling, by the credential alone, and whether the method's policy admits them.

Each kind of credential is one verifier: it tells whether a credential is of its kind, and whose it is.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import grpc
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit.context import Caller
from server.kit.errors import Failure, fail
from server.store.api_keys import ApiKeys


class Verifier(Protocol):
    """One kind of credential."""

    def recognises(self, scheme: str, credential: str) -> bool:
        """Whether the credential is of this kind, by its form alone."""
        ...

    def caller(self, credential: str) -> tuple[Caller | None, Caller | None]:
        """Whose it is, or None; beside it, whose it pretends to be where that can be seen."""
        ...


class ApiKeyVerifier:
    """API keys: `Authorization: Bearer ck_…`."""

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys

    def recognises(self, scheme: str, credential: str) -> bool:
        """Whether the credential looks like an API key."""
        return scheme == "bearer" and credential.startswith("ck_")

    def caller(self, credential: str) -> tuple[Caller | None, Caller | None]:
        """Whose key it is."""
        return self._keys.caller(credential)


class Auth(ServerInterceptor):
    """Sets the caller, or refuses the call."""

    def __init__(self, verifiers: Sequence[Verifier]) -> None:
        self._verifiers = tuple(verifiers)

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Find out who is calling; run the call if the policy admits them."""
        call = contexts.current()
        assert call.method is not None
        if not call.method.anonymous:
            given = [str(value) for key, value in context.invocation_metadata() if key == "authorization"]
            call.caller = self._caller(given, call)
            _check(call, call.caller)
        return method(request_or_iterator, context)

    def _caller(self, given: Sequence[str], call: contexts.Context) -> Caller:
        if len(given) != 1:
            raise _refused("No credential was sent." if not given else "More than one credential was sent.")
        scheme, _, credential = given[0].partition(" ")
        for verifier in self._verifiers:
            if verifier.recognises(scheme.lower(), credential):
                caller, call.suspect = verifier.caller(credential)
                if caller is not None:
                    return caller
        raise _refused("The credential is not valid.")


def _check(call: contexts.Context, caller: Caller) -> None:
    assert call.method is not None
    method = call.method
    if method.callers and caller.kind not in method.callers:
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "This kind of credential cannot call this method.")
    if method.scopes.isdisjoint(caller.scopes):
        needed = ", ".join(sorted(method.scopes))
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, f"The key lacks the scope {needed}.", scopes=needed)


def _refused(detail: str) -> Failure:
    return fail(reasons.ERROR_REASON_UNAUTHENTICATED, detail)
