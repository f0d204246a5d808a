"""What the contract must say of a method or field that ends, as functions from it to what is wrong.

Callers get at least half a year: a sunset is 180 days after the deprecation or later.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor

from corridor.options.v1 import field_pb2, method_pb2
from server.kit import stability
from server.kit.contract import PolicyError

NOTICE = timedelta(days=180)


def elements(files: Iterable[FileDescriptor]) -> Iterator[FieldDescriptor | MethodDescriptor]:
    """Every method and field of some files."""
    for file in files:
        for service in file.services_by_name.values():
            yield from service.methods
        for message in file.message_types_by_name.values():
            yield from _fields(message)


def _fields(message: Descriptor) -> Iterator[FieldDescriptor]:
    yield from message.fields
    for nested in message.nested_types:
        yield from _fields(nested)


def unclear(element: FieldDescriptor | MethodDescriptor) -> list[str]:
    """What is wrong with what a method or field says of its end."""
    options = element.GetOptions()
    if isinstance(element, MethodDescriptor):
        said = options.Extensions[method_pb2.policy].stability
    else:
        said = options.Extensions[field_pb2.field_stability]
    return problems(element.full_name, said, options.deprecated, is_field=not isinstance(element, MethodDescriptor))


def problems(name: str, said: method_pb2.Stability, deprecated: bool, *, is_field: bool) -> list[str]:
    """What is wrong with a stability, beside protobuf's own mark."""
    if said.level != method_pb2.STABILITY_LEVEL_DEPRECATED:
        if said.deprecated_since or said.sunset or said.replacement:
            return [f"{name} is not deprecated, and says how it ends"]
        return [f"{name} has `deprecated = true`, and its stability does not say how it ends"] if deprecated else []
    try:
        since = stability.day(name, said.deprecated_since)
        sunset = stability.day(name, said.sunset)
    except PolicyError as error:
        return [str(error)]
    found = [] if deprecated else [f"{name} ends, and has not `deprecated = true`"]
    found += _dates(name, since, sunset)
    if said.replacement:
        found += _replacement(name, said.replacement, is_field)
    elif not is_field:
        found.append(f"{name} names no replacement")
    return found


def _dates(name: str, since: date | None, sunset: date | None) -> list[str]:
    if since is None:
        return [f"{name} does not say since when it is deprecated"]
    if sunset is None:
        return [f"{name} has no sunset"]
    return [f"{name} ends after fewer than 180 days"] if sunset - since < NOTICE else []


def _replacement(name: str, replacement: str, is_field: bool) -> list[str]:
    pool = descriptor_pool.Default()
    try:
        found = pool.FindFieldByName(replacement) if is_field else pool.FindMethodByName(replacement)
    except KeyError:
        return [f"{name}: its replacement {replacement} is no {'field' if is_field else 'method'}"]
    ends = stability.of_field(found) if isinstance(found, FieldDescriptor) else stability.of_method(found)
    return [f"{name}: its replacement {replacement} ends itself"] if ends else []
