"""The comments of the contract, by the full name of what they describe.

Comments are the only prose of the document; their first sentence is the summary.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.contract import Contract

# Field numbers of descriptor.proto along which source_code_info paths run.
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _ONEOF = 2, 3, 4, 8
_VALUE, _METHOD = 2, 2


def comments(contract: Contract) -> Mapping[str, str]:
    """Leading comments by full name: `pkg.Message.field`, `pkg.Enum.VALUE`, `pkg.Service.Method`."""
    found: dict[str, str] = {}
    for file in contract.files.file:
        located: dict[tuple[int, ...], str] = {}
        for location in file.source_code_info.location if file.source_code_info else ():
            text = _clean(location.leading_comments)
            if text:
                located[tuple(location.path)] = text
        if located:
            for path, name in _names(file):
                if path in located:
                    found[name] = located[path]
    return found


def summary(text: str) -> str:
    """The first line, without the full stop."""
    return text.split("\n", 1)[0].rstrip(".")


def _clean(text: str) -> str:
    return "\n".join(line.removeprefix(" ").rstrip() for line in text.split("\n")).strip()


def _names(file: Any) -> Iterator[tuple[tuple[int, ...], str]]:
    for index, message in enumerate(file.message_type):
        yield from _message_names(message, (_MESSAGE, index), file.package)
    for index, enum in enumerate(file.enum_type):
        yield from _enum_names(enum, (_ENUM, index), file.package)
    for index, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield (_SERVICE, index), name
        for number, method in enumerate(service.method):
            yield (_SERVICE, index, _METHOD, number), f"{name}.{method.name}"


def _message_names(message: Any, path: tuple[int, ...], scope: str) -> Iterator[tuple[tuple[int, ...], str]]:
    name = f"{scope}.{message.name}"
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, _FIELD, index), f"{name}.{field.name}"
    for index, oneof in enumerate(message.oneof_decl):
        yield (*path, _ONEOF, index), f"{name}.{oneof.name}"
    for index, nested in enumerate(message.nested_type):
        yield from _message_names(nested, (*path, _NESTED, index), name)
    for index, enum in enumerate(message.enum_type):
        yield from _enum_names(enum, (*path, _NESTED_ENUM, index), name)


def _enum_names(enum: Any, path: tuple[int, ...], scope: str) -> Iterator[tuple[tuple[int, ...], str]]:
    name = f"{scope}.{enum.name}"
    yield path, name
    for index, value in enumerate(enum.value):
        yield (*path, _VALUE, index), f"{name}.{value.name}"
