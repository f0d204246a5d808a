"""What of a message may be shown. Works from the sensitivity that the contract gives each field."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from corridor.options.v1 import field_pb2
from server.kit import contract

HIDDEN = "•••"
_LAST_FOUR = {field_pb2.SENSITIVITY_ACCOUNT_NUMBER, field_pb2.SENSITIVITY_PAN}


def redacted(message: Message) -> dict[str, Any]:
    """The message as plain values with every sensitive value hidden. Account numbers keep their last four."""
    shown: dict[str, Any] = {}
    for field, value in message.ListFields():
        if contract.sensitivity(field) in _LAST_FOUR:
            shown[field.name] = _each(field, value, lambda v: HIDDEN + str(v)[-4:] if len(str(v)) > 8 else HIDDEN)
        elif contract.sensitivity(field):
            shown[field.name] = HIDDEN
        elif field.message_type is not None and not _is_map(field):
            shown[field.name] = _each(field, value, redacted)
        else:
            shown[field.name] = _each(field, value, lambda v: v)
    return shown


def _each(field: FieldDescriptor, value: Any, show: Callable[[Any], Any]) -> Any:
    if _is_map(field):
        return {key: HIDDEN if isinstance(item, Message) else show(item) for key, item in value.items()}
    return [show(item) for item in value] if field.is_repeated else show(value)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
