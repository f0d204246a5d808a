"""Etags: in which state a resource is, as one opaque word (RFC 9110, 8.8.3).

Made of what the resource says whenever it is answered, and never stored, so that no change can forget it.
"""

import functools
import hashlib
import re

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.context import Context
from server.kit.contract import Method
from server.kit.errors import fail

ANY = "*"

_FIELD = "etag"
# That a key is used is no change of the key: else nobody could change one that is in use.
_NOTED = "last_use_"
_BYTES = 16
_TAG = re.compile(r'[\s,]*(?:(W/)?"([\x21\x23-\x7e]*)"|([!#-)+\--~]+))\s*(?:,[\s,]*|$)')
_NOBODYS = frozenset("*,")  # characters of etags, and of none of ours: kept with a call, they would mean something else


class Moved(Exception):  # noqa: N818 - what happened, and not what is wrong
    """The resource is no longer as it was when the change to it was worked out. Nothing was done."""


@functools.cache
def has_one(descriptor: Descriptor) -> bool:
    """Whether a message is a resource with an etag."""
    field = descriptor.fields_by_name.get(_FIELD)
    return field is not None and field.type == FieldDescriptor.TYPE_STRING


@functools.cache
def inside(descriptor: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields of an answer that are resources with an etag."""
    return tuple(each for each in descriptor.fields if each.message_type is not None and has_one(each.message_type))


def of(resource: Message) -> str:
    """The etag of a resource."""
    stated = type(resource)()
    stated.CopyFrom(resource)
    for name in _left_out(resource.DESCRIPTOR):
        stated.ClearField(name)
    return hashlib.sha256(stated.SerializeToString(deterministic=True)).hexdigest()[: 2 * _BYTES]


def fill(answer: Message) -> None:
    """Give the resources of an answer their etags."""
    for field in inside(answer.DESCRIPTOR):
        value = getattr(answer, field.name)
        for resource in value if field.is_repeated else [value] if answer.HasField(field.name) else []:
            resource.etag = of(resource)


def conditional(method: Method) -> bool:
    """Whether a method looks at `if-match`: it says so by the reason that it can fail for."""
    return reasons.ERROR_REASON_ETAG_MISMATCH in method.errors


def read(text: str) -> frozenset[str]:
    """The etags that an `if-match` names (RFC 9110, 13.1.1), quoted or not. Weak ones match nothing.

    Raises ValueError for what is no list of etags.
    """
    if text.strip() == ANY:
        return frozenset({ANY})
    found, at = set(), 0
    while at < len(text):
        tag = _TAG.match(text, at)
        if tag is None or tag.end() == at:
            raise ValueError(text)
        weak, quoted, bare = tag.groups()
        name = quoted if quoted is not None else bare
        if not weak and _NOBODYS.isdisjoint(name):
            found.add(name)
        at = tag.end()
    if not at:
        raise ValueError(text)
    return frozenset(found)


def check(context: Context, current: Message | None) -> None:
    """Raise ETAG_MISMATCH unless the resource, whose row is locked, is as the caller last saw it; None for none.

    Raises `Moved` if it is not as it was when a part of it was merged into it.
    """
    context.matched = True
    if context.if_match is None and context.based_on is None:
        return
    tag = of(current) if current is not None else None
    wanted = context.if_match
    if wanted is not None and tag not in wanted and not (ANY in wanted and tag is not None):
        raise fail(
            reasons.ERROR_REASON_ETAG_MISMATCH,
            "The resource has changed since: it has another etag than If-Match names."
            if tag
            else "There is no such resource yet, so that nothing matches If-Match.",
        )
    if context.based_on is not None and tag != context.based_on:
        raise Moved


@functools.cache
def _left_out(descriptor: Descriptor) -> tuple[str, ...]:
    names = [field.name for field in descriptor.fields]
    return tuple(name for name in names if name == _FIELD or name.startswith(_NOTED))
