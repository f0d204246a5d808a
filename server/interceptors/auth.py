"""Fifth: who is calling, by the credential alone, and whether the method's policy admits them.

Each kind of credential is one verifier: it tells whether a credential is of its kind, and whose it is.
A refusal says what is wrong only to who holds the whole credential; everybody else hears that it is not valid.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import grpc
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from corridor.type.v1 import environment_pb2
from server.kit import context as contexts
from server.kit.context import Caller
from server.kit.errors import Failure, fail

_BY_TOKEN = {method_pb2.CALLER_KIND_OAUTH_CLIENT, method_pb2.CALLER_KIND_USER}
_CREDENTIAL_CHARACTERS = 8192
_METHOD, _URL, _CERTIFICATE = "x-corridor-http-method", "x-corridor-http-url", "x-corridor-client-certificate"
_ENVIRONMENT = "x-corridor-environment"
_READ = frozenset({"authorization", "dpop", _METHOD, _URL, _CERTIFICATE, _ENVIRONMENT})
_ENVIRONMENTS = {
    "": None,
    "sandbox": environment_pb2.ENVIRONMENT_SANDBOX,
    "live": environment_pb2.ENVIRONMENT_LIVE,
}


class Presented(NamedTuple):
    """What a caller shows: the credential, and what may prove that it is theirs."""

    scheme: str  # in lower case
    credential: str
    path: str  # the RPC's path on the wire
    client_ip: str
    proofs: tuple[str, ...] = ()  # DPoP proofs, RFC 9449
    http_method: str = ""  # what a proof must speak of; empty for gRPC callers
    http_url: str = ""
    certificate: str = ""  # base64url SHA-256 of the client's certificate, RFC 8705

    def __repr__(self) -> str:
        return f"Presented({self.scheme}, {self.path}, {self.client_ip})"


class Refused(Exception):  # noqa: N818 - what becomes of the credential
    """The credential is not taken. `suspect` is whose it is, or pretends to be, where that can be seen."""

    def __init__(self, failure: Failure, suspect: Caller | None = None) -> None:
        super().__init__(failure.name)
        self.failure = failure
        self.suspect = suspect


class Verifier(Protocol):
    """One kind of credential."""

    def recognises(self, scheme: str, credential: str) -> bool:
        """Whether the credential is of this kind, by its form alone."""
        ...

    def caller(self, presented: Presented) -> Caller:
        """Whose it is. Raises `Refused`."""
        ...


class Auth(ServerInterceptor):
    """Sets the caller, or refuses the call."""

    def __init__(self, verifiers: Sequence[Verifier], environments: str = "both") -> None:
        self._verifiers = tuple(verifiers)
        self._served = _ENVIRONMENTS.get(environments)  # None: both

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Find out who is calling; run the call if the policy admits them."""
        call = contexts.current()
        assert call.method is not None
        if not call.method.anonymous:
            given: dict[str, list[str]] = {}
            for key, value in context.invocation_metadata():
                if key in _READ:
                    given.setdefault(key, []).append(str(value))
            try:
                call.caller = self._caller(call, given)
            except Refused as refused:
                call.suspect = refused.suspect
                raise refused.failure from None
            _check(call, call.caller)
        return method(request_or_iterator, context)

    def _caller(self, call: contexts.Context, given: dict[str, list[str]]) -> Caller:
        assert call.method is not None
        credentials = given.get("authorization", [])
        if not credentials:
            raise Refused(fail(reasons.ERROR_REASON_CREDENTIAL_MISSING, "No credential was sent."))
        if len(credentials) > 1 or len(credentials[0]) > _CREDENTIAL_CHARACTERS:
            raise malformed("More than one credential was sent, or one that is too long.")
        scheme, _, credential = credentials[0].partition(" ")
        presented = Presented(
            scheme.lower(), credential, call.method.path, call.client_ip, tuple(given.get("dpop", ())),
            _one(given, _METHOD), _one(given, _URL), _one(given, _CERTIFICATE),
        )  # fmt: skip
        for verifier in self._verifiers:
            if verifier.recognises(presented.scheme, credential):
                caller = verifier.caller(presented)
                self._check_served(caller)
                _check_environment(caller, _one(given, _ENVIRONMENT))
                return caller
        raise malformed("The credential is none that could be valid.")

    def _check_served(self, caller: Caller) -> None:
        if self._served is not None and caller.environment != self._served:
            detail = "This installation serves another environment than the credential's."
            raise Refused(fail(reasons.ERROR_REASON_CREDENTIAL_WRONG_ENVIRONMENT, detail), caller)


def invalid(suspect: Caller | None = None) -> Refused:
    """For everything that only a stranger would send: it tells nothing about what exists."""
    return Refused(fail(reasons.ERROR_REASON_UNAUTHENTICATED, "The credential is not valid."), suspect)


def malformed(detail: str) -> Refused:
    """For what cannot be a credential, whoever sends it."""
    return Refused(fail(reasons.ERROR_REASON_CREDENTIAL_MALFORMED, detail))


def _check_environment(caller: Caller, said: str) -> None:
    if said and _ENVIRONMENTS.get(said.lower()) != caller.environment:
        detail = "The credential is of another environment than the caller says."
        raise Refused(fail(reasons.ERROR_REASON_CREDENTIAL_WRONG_ENVIRONMENT, detail), caller)


def _check(call: contexts.Context, caller: Caller) -> None:
    assert call.method is not None
    method = call.method
    if method.callers and caller.kind not in method.callers:
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "This kind of credential cannot call this method.")
    if method.scopes.isdisjoint(caller.scopes):
        needed = ", ".join(sorted(method.scopes))
        if caller.kind in _BY_TOKEN:  # RFC 6750, 3.1
            asked = " ".join(sorted(method.scopes))
            call.trailers["www-authenticate"] = f'Bearer error="insufficient_scope", scope="{asked}"'
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, f"The credential lacks the scope {needed}.", scopes=needed)


def _one(given: dict[str, list[str]], name: str) -> str:
    values = given.get(name, ())
    return values[0] if len(values) == 1 else ""
