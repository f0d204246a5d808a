"""After validation: a call of a further version becomes one of the first, and its answer is told in its own words.

Everything inside of this, from keys to approvals, knows the first version alone: a key, a rule or an answer is the same
whichever version it comes by.
"""

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_interceptor import ServerInterceptor

from server.interceptors import validation
from server.kit import context as contexts
from server.kit.contract import Method
from server.kit.errors import Failure
from server.kit.versions import Translation


class Versions(ServerInterceptor):
    """Translates calls of further versions; it stands around those alone."""

    def __init__(self, methods: Mapping[str, Method], translations: Mapping[str, Translation]) -> None:
        self._known = {path: (methods[each.does], each) for path, each in translations.items()}

    def concerns(self, method: Method) -> bool:
        """Whether the method is done by one of the first version."""
        return method.path in self._known

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Run the call in the first version."""
        does, translation = self._known[method_name]
        call = contexts.current()
        call.called, call.method = call.method, does
        try:
            request = translation.request(request_or_iterator)
            validation.check(request)  # what the first version promises to those who do the work
            answer = method(request, context)
        except Failure as failure:
            raise _Told(failure, translation.fields) from failure
        finally:
            call.method, call.called = call.called, None
        return translation.response(_read(answer, does))


def _read(answer: Message | bytes, does: Method) -> Message:
    return does.response.FromString(answer) if isinstance(answer, bytes) else answer


class _Told(Failure):
    """A failure with the fields that it names as the called version has them."""

    def __init__(self, failure: Failure, names: Mapping[str, str]) -> None:
        super().__init__(
            failure.reason, failure.detail, failure.violations, failure.retry_after_seconds, failure.metadata
        )
        self._status = status_pb2.Status()
        self._status.CopyFrom(failure.status())  # one that was stored with a key has no more than its status
        bad = error_details_pb2.BadRequest()
        for detail in self._status.details:
            if detail.Unpack(bad):
                for violation in bad.field_violations:
                    told = _renamed(violation.field, names)
                    self._status.message = self._status.message.replace(f" {violation.field}", f" {told}")
                    violation.field = told
                detail.Pack(bad)

    def status(self) -> status_pb2.Status:
        """The failure as gRPC carries it."""
        return self._status


def _renamed(path: str, names: Mapping[str, str]) -> str:
    """A field's path with its longest known beginning replaced."""
    for known in sorted(names, key=len, reverse=True):
        rest = path.removeprefix(known)
        if path.startswith(known) and (not rest or rest[0] in ".["):
            return names[known] + rest
    return path
