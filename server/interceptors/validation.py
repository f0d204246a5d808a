"""Seventh: reads the request, and checks the rules that the contract gives its fields (protovalidate).

No servicer checks a form again. Fields that this contract does not know are left out here, and so nowhere stored.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import grpc
import protovalidate
from google.protobuf.message import DecodeError, Message
from grpc_interceptor import ServerInterceptor

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import card_numbers, masks, redaction, storable
from server.kit import context as contexts
from server.kit.contract import Method
from server.kit.errors import Failure, Violation, fail


class Validation(ServerInterceptor):
    """Refuses requests that do not parse, and those that break a rule, naming every field and rule."""

    def __init__(self) -> None:
        self._validator = _validator()

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
        violations = self._validator.collect_violations(request)
        if violations and masks.is_partial(request):  # the rest stays as it is; the whole is checked once merged
            violations = [each for each in violations if masks.concerns(call.method, request, _names(each))]
        if violations:
            raise _failure(request, violations)
        if cards := card_numbers.violations(request):
            raise _refused(cards)
        return method(request, context)


def _failure(message: Message, violations: list[protovalidate.Violation]) -> Failure:
    return _refused([Violation(_path(v), _description(message, v), v.proto.rule_id) for v in violations])


def _description(message: Message, violation: protovalidate.Violation) -> str:
    if choices := _choices(message, violation):
        return f"one of these must be given: {', '.join(choices)}"
    if violation.proto.rule_id == "enum.not_in":  # contracts forbid nothing but the value that stands for none
        return "must be given"
    return violation.proto.message or "breaks a rule"


def _choices(message: Message, violation: protovalidate.Violation) -> list[str]:
    """The fields of the oneof that a violation is about; none where it is about a field."""
    descriptor = message.DESCRIPTOR
    path = violation.proto.field.elements if violation.proto.field else ()
    *above, last = [each.field_name for each in path] or [""]
    for name in above:
        inside = descriptor.fields_by_name[name].message_type
        if inside is not None and inside.GetOptions().map_entry:
            inside = inside.fields_by_name["value"].message_type
        if inside is None:
            return []
        descriptor = inside
    oneof = descriptor.oneofs_by_name.get(last)
    return [field.name for field in oneof.fields] if oneof else []


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


@lru_cache(maxsize=1)  # rules are compiled when a message is first seen
def _validator() -> protovalidate.Validator:
    return protovalidate.Validator()


def _names(violation: protovalidate.Violation) -> list[str]:
    return [each.field_name for each in violation.proto.field.elements] if violation.proto.field else []


def check_merged(method: Method, request: Message, merged: Message) -> None:
    """Raise INVALID_ARGUMENT unless what the mask in `request` names keeps its rules in the merged request too.

    What stays as it is was checked when it was set.
    """
    found = _validator().collect_violations(merged)
    paths = [(each, _names(each)) for each in found]
    judges = masks.concerns, masks.reaches
    if found := [each for each, path in paths if not path or any(judge(method, request, path) for judge in judges)]:
        raise _failure(merged, found)


def check(message: Message) -> None:
    """Raise INVALID_ARGUMENT unless the message keeps the rules of its fields."""
    if violations := _validator().collect_violations(message):
        raise _failure(message, violations)
