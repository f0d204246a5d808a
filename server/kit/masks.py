"""Field masks of updates (AIP-134 and AIP-161): which fields of a request change, and which stay as they are.

The contract says what can be named: the fields of the request's body, without those that only Corridor sets.
"""

import functools
import re
from collections.abc import Sequence
from typing import cast

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.contract import Method
from server.kit.errors import Failure, Violation, fail

MASK = "update_mask"
PATHS_AT_MOST = 100

_OF_CORRIDOR = frozenset(("etag", "create_time", "update_time", "revision"))
_VARIABLE = re.compile(r"{([a-z0-9_]+)[}=]")


@functools.cache
def has_one(descriptor: Descriptor) -> bool:
    """Whether a request has a mask."""
    field = descriptor.fields_by_name.get(MASK)
    return (
        field is not None
        and field.message_type is not None
        and (field.message_type.full_name == "google.protobuf.FieldMask")
    )


def is_partial(request: Message) -> bool:
    """Whether a request changes a part only: it has a mask, and one that is not all."""
    if not has_one(request.DESCRIPTOR) or not request.HasField(MASK):
        return False
    return list(request.update_mask.paths) != ["*"]  # type: ignore[attr-defined] # it was just looked up


def part(method: Method) -> str:
    """The field of the request that a mask is about, by the HTTP rule; empty where it is the request itself."""
    return _bound(method.descriptor)[0]


def keys(method: Method) -> frozenset[str]:
    """The fields by which a request says which resource it is about."""
    return _bound(method.descriptor)[1]


@functools.cache
def _bound(method: MethodDescriptor) -> tuple[str, frozenset[str]]:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    path: str = getattr(rule, rule.WhichOneof("pattern"))
    return "" if rule.body == "*" else rule.body, frozenset(_VARIABLE.findall(path))


def paths(method: Method, request: Message) -> Sequence[str]:
    """What the mask names, each once. Raises INVALID_ARGUMENT for what cannot be named."""
    found: Sequence[str] = sorted(set(request.update_mask.paths))  # type: ignore[attr-defined] # only of requests with one
    name = part(method)
    whole = cast(Descriptor, request.DESCRIPTOR)
    about = (whole.fields_by_name[name].message_type if name else None) or whole
    if "*" in found:
        raise _refused("* stands alone")
    if len(found) > PATHS_AT_MOST:
        raise _refused(f"names more than {PATHS_AT_MOST} fields")
    own = _OF_CORRIDOR if name else keys(method) | {MASK}
    for path in found:
        if why := _unusable(path, about, own):
            raise _refused(why)
    return found


def concerns(method: Method, request: Message, path: Sequence[str]) -> bool:
    """Whether a field, by its path in the request, is judged: it says which resource, or the mask names it."""
    if not path:
        return False
    about = part(method)
    if path[0] != about and (about or path[0] in keys(method) or path[0] == MASK):
        return True
    inner = ".".join(path[1:] if about else path)
    named = request.update_mask.paths  # type: ignore[attr-defined] # only of requests with one
    return any(f"{inner}.".startswith(f"{each}.") for each in named)


def reaches(method: Method, request: Message, path: Sequence[str]) -> bool:
    """Whether the mask names anything inside of a field, by its path: the field as a whole is another one then."""
    about = part(method)
    if about and path[:1] != [about]:
        return False
    inner = ".".join(path[1:] if about else path)
    named = request.update_mask.paths  # type: ignore[attr-defined] # only of requests with one
    return not inner or any(each.startswith(f"{inner}.") for each in named)


def merge(source: Message, target: Message, named: Sequence[str]) -> None:
    """Make the named fields of `target` as they are in `source`: absent there is absent here."""
    for path in named:
        _merge(source, target, path.split("."))


def _merge(source: Message, target: Message, path: Sequence[str]) -> None:
    name, *rest = path
    field = source.DESCRIPTOR.fields_by_name[name]
    if rest:
        if source.HasField(name) or target.HasField(name):
            _merge(getattr(source, name), getattr(target, name), rest)
        return
    target.ClearField(name)
    if field.is_repeated:
        getattr(target, name).MergeFrom(getattr(source, name))
    elif field.message_type is not None:
        if source.HasField(name):
            getattr(target, name).CopyFrom(getattr(source, name))
    elif not field.has_presence or source.HasField(name):
        setattr(target, name, getattr(source, name))


def _unusable(path: str, about: Descriptor, own: frozenset[str]) -> str:
    """Why a path cannot be named; empty if it can."""
    names = path.split(".")
    for at, name in enumerate(names):
        field = about.fields_by_name.get(name)
        if field is None or (at == 0 and name == MASK):
            return f"there is no field {path}"
        if at == 0 and name in own:
            return f"{path} cannot be changed"
        if at + 1 < len(names):
            if field.message_type is None or field.is_repeated:
                return f"{path} goes on below a field without fields of its own"
            about = field.message_type
    return ""


def _refused(why: str) -> Failure:
    violation = Violation(MASK, why, "field_mask")
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {MASK}: {why}.", violations=[violation])
