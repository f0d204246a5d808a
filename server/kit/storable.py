"""What no database column or clock can hold, wherever in a message it stands: NUL in a text, a time out of range."""

import functools
from collections.abc import Iterator
from datetime import UTC

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from server.kit.errors import Violation

_TIME = Timestamp.DESCRIPTOR.full_name


def violations(message: Message, data: bytes) -> list[Violation]:
    """Every such value, by its field. `data` is the message's bytes, which tell at once of most that there is none."""
    if b"\0" not in data and not _has_times(message.DESCRIPTOR):
        return []
    return list(_found(message, ""))


def _found(message: Message, prefix: str) -> Iterator[Violation]:
    if isinstance(message, Timestamp):
        try:
            message.ToDatetime(UTC)
        except (ValueError, OverflowError):
            yield Violation(prefix, "must be from year 1 to year 9999, with 0 to 999999999 nanoseconds", "timestamp")
        return
    for field, value in message.ListFields():
        path = f"{prefix}.{field.name}" if prefix else field.name
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            each = [*value.keys(), *value.values()]
        else:
            each = list(value) if field.is_repeated else [value]
        for item in each:
            if isinstance(item, Message):
                yield from _found(item, path)
            elif isinstance(item, str) and "\0" in item:
                yield Violation(path, "must not contain the character NUL", "nul")


@functools.cache
def _has_times(descriptor: Descriptor) -> bool:
    seen: set[str] = set()
    ahead = [descriptor]
    while ahead:
        message = ahead.pop()
        seen.add(message.full_name)
        if message.full_name == _TIME:
            return True
        inner = [field.message_type for field in message.fields if field.message_type is not None]
        ahead += [each for each in inner if each.full_name not in seen]
    return False
