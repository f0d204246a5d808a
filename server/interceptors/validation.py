"""Seventh: reads the request, and checks the rules that the contract gives its fields (protovalidate).

No servicer checks a form again. Fields that this contract does not know are left out here, and so nowhere stored.
"""

import json
from collections.abc import Callable
from typing import Any

import grpc
import protovalidate
from google.protobuf.message import DecodeError, Message
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import redaction, storable
from server.kit.errors import Failure, Violation, fail


class Validation(ServerInterceptor):
    """Refuses requests that do not parse, and those that break a rule, naming every field and rule."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def intercept(
        self, method: Callable[..., Any], request_or_iterator: Any, context: grpc.ServicerContext, method_name: str
    ) -> Any:
        """Parse the request from its bytes and check it; run the call if it breaks no rule."""
        call = contexts.current()
        assert call.method is not None
        try:
            request = call.method.request.FromString(request_or_iterator)
        except DecodeError:
            name = call.method.descriptor.input_type.full_name
            raise fail(reasons.ERROR_REASON_MALFORMED_REQUEST, f"The request does not parse as {name}.") from None
        request.DiscardUnknownFields()
        call.request = request
        if unstorable := storable.violations(request, request_or_iterator):
            raise _refused(unstorable)
        if violations := self._validator.collect_violations(request):
            raise _failure(violations)
        return method(request, context)


def _failure(violations: list[protovalidate.Violation]) -> Failure:
    return _refused([Violation(_path(v), _description(v), v.proto.rule_id) for v in violations])


def _description(violation: protovalidate.Violation) -> str:
    if violation.proto.rule_id == "enum.not_in":  # contracts forbid nothing but the value that stands for none
        return "must be given"
    return violation.proto.message or "breaks a rule"


def _refused(found: list[Violation]) -> Failure:
    names = ", ".join(dict.fromkeys(v.field for v in found))
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {names}.", violations=found)


def _path(violation: protovalidate.Violation) -> str:
    """The field's path, with the index or key within repeated ones: `event_types[2]`, `credentials["api_key"]`."""
    path = ""
    for element in violation.proto.field.elements if violation.proto.field else ():
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            given = element.subscript.value
            path += f"[{json.dumps(redaction.key(given) if isinstance(given, str) else given, ensure_ascii=False)}]"
    return path


def check(message: Message) -> None:
    """Raise INVALID_ARGUMENT unless the message keeps the rules of its fields."""
    if violations := protovalidate.Validator().collect_violations(message):
        raise _failure(violations)
