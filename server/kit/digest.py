"""A digest of what was asked for, without anything sensitive: equal requests have equal digests.

Sensitive fields are left out before hashing: a digest over a card number could be tried against every card number.
"""

import functools
import hashlib

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from server.kit import contract


def digest(request: Message) -> bytes:
    """SHA-256 over the request's deterministic bytes, every sensitive field left out."""
    if _holds_sensitive(request.DESCRIPTOR):
        copy = type(request)()
        copy.CopyFrom(request)
        _strip(copy)
        request = copy
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


@functools.cache
def _holds_sensitive(descriptor: Descriptor) -> bool:
    """Whether anything in a message of this type can be sensitive."""
    seen: set[Descriptor] = set()
    ahead = [descriptor]
    while ahead:
        message = ahead.pop()
        seen.add(message)
        if any(contract.sensitivity(field) for field in message.fields):
            return True
        ahead += [
            field.message_type for field in message.fields if field.message_type and field.message_type not in seen
        ]
    return False


@functools.cache
def _plan(descriptor: Descriptor) -> tuple[tuple[str, ...], tuple[tuple[FieldDescriptor, bool], ...]]:
    """The fields to leave out, and those to look into, with whether each is a map."""
    out = tuple(field.name for field in descriptor.fields if contract.sensitivity(field))
    into = tuple(
        (field, field.message_type.GetOptions().map_entry)
        for field in descriptor.fields
        if field.name not in out and field.message_type is not None and _holds_sensitive(field.message_type)
    )
    return out, into


def _strip(message: Message) -> None:
    out, into = _plan(message.DESCRIPTOR)
    for name in out:
        message.ClearField(name)
    for field, is_map in into:
        value = getattr(message, field.name)
        if is_map:
            for item in value.values():
                _strip(item)
        elif field.is_repeated:
            for item in value:
                _strip(item)
        elif message.HasField(field.name):
            _strip(value)
