"""How path variables and query parameters reach the fields of a request message.

Compiled once per route from descriptors; a parameter that the message does not have is refused, never ignored.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from gateway.problems import Refusal, Violation

# Messages that are one value in JSON, and so can be one parameter.
SCALAR_MESSAGES = frozenset(
    f"google.protobuf.{name}"
    for name in (
        "Timestamp",
        "Duration",
        "FieldMask",
        "BoolValue",
        "BytesValue",
        "DoubleValue",
        "FloatValue",
        "Int32Value",
        "Int64Value",
        "StringValue",
        "UInt32Value",
        "UInt64Value",
    )
)

Json = Any
Convert = Callable[[str], Json]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field that a parameter sets. `names` is the path of proto names; `field` is its last field."""

    names: tuple[str, ...]
    field: DescField
    repeated: bool
    convert: Convert | None

    @property
    def dotted(self) -> str:
        """The path as it is written in a query and in violations."""
        return ".".join(self.names)

    def read(self, text: str) -> Json:
        """The JSON value of a text. Raises Refusal."""
        if self.convert is None:
            return text
        try:
            return self.convert(text)
        except ValueError as error:
            raise malformed(self.dotted, str(error), "type") from None


def malformed(field: str, description: str, rule: str) -> Refusal:
    """A refusal that names one field."""
    detail = f"{field}: {description}" if field else description
    return Refusal("MALFORMED_REQUEST", detail, violations=[Violation(field, description, rule)])


def parameter(message: DescMessage, path: tuple[str, ...]) -> Parameter:
    """The parameter for a field path. Raises ValueError if there is no such field, or it cannot be one value."""
    current = message
    for index, name in enumerate(path):
        field = next((f for f in current.fields if f.name == name), None)
        if field is None:
            raise ValueError(f"{message.type_name} has no field {'.'.join(path)}")
        if index == len(path) - 1:
            found = _leaf(field, path)
            if found is None:
                raise ValueError(f"{message.type_name}.{'.'.join(path)} is not a single value")
            return found
        if not isinstance(field.value, DescFieldValueMessage):
            raise ValueError(f"{message.type_name}.{'.'.join(path)}: {name} is not a message")
        current = field.value.message
    raise ValueError("an empty field path")


def query_parameters(message: DescMessage, taken: frozenset[str]) -> Mapping[str, Parameter]:
    """Every name that a query may use, by proto name and by JSON name. `taken` are paths bound elsewhere."""
    found: dict[str, Parameter] = {}
    for spellings, param in _parameters(message, (), ((),), frozenset()):
        if any(".".join(param.names[:n]) in taken for n in range(1, len(param.names) + 1)):
            continue
        for spelling in spellings:
            found[".".join(spelling)] = param
    return found


def _parameters(
    message: DescMessage, names: tuple[str, ...], spellings: tuple[tuple[str, ...], ...], inside: frozenset[str]
) -> Iterator[tuple[tuple[tuple[str, ...], ...], Parameter]]:
    for field in message.fields:
        path = (*names, field.name)
        written = tuple(dict.fromkeys((*s, n) for s in spellings for n in (field.name, field.json_name)))
        leaf = _leaf(field, path)
        if leaf is not None:
            yield written, leaf
        elif isinstance(field.value, DescFieldValueMessage):
            inner = field.value.message
            # A message inside itself has endlessly many parameters; its first level is offered.
            if inner.type_name not in inside:
                yield from _parameters(inner, path, written, inside | {message.type_name})


def _leaf(field: DescField, path: tuple[str, ...]) -> Parameter | None:
    value = field.value
    if isinstance(value, DescFieldValueScalar):
        return Parameter(path, field, False, _boolean if value.scalar is ScalarType.BOOL else None)
    if isinstance(value, DescFieldValueEnum):
        return Parameter(path, field, False, _enum)
    if isinstance(value, DescFieldValueMessage) and value.message.type_name in SCALAR_MESSAGES:
        boolean = value.message.type_name.endswith("BoolValue")
        return Parameter(path, field, False, _boolean if boolean else None)
    if isinstance(value, DescFieldValueList):
        element = value.element
        if isinstance(element, DescEnum):
            return Parameter(path, field, True, _enum)
        if isinstance(element, ScalarType):
            return Parameter(path, field, True, _boolean if element is ScalarType.BOOL else None)
    return None


def _boolean(text: str) -> bool:
    if text in ("true", "false"):
        return text == "true"
    raise ValueError("must be true or false")


def _enum(text: str) -> str | int:
    # Eleven characters hold every int32; longer digits are no number of an enum, and are refused as a name.
    return int(text) if len(text) <= 11 and text.isascii() and text.lstrip("-").isdigit() else text


def bind_query(parameters: Mapping[str, Parameter], query: str, value: dict[str, Json]) -> None:
    """Sets the fields that a query string names. Raises Refusal for unknown, repeated and unreadable ones."""
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, text = pair.partition("=")
        found = parameters.get(name) or parameters.get(decode_query(name))
        if found is None:
            raise malformed(decode_query(name)[:200], "is not a parameter of this method", "unknown_parameter")
        bind(found, found.read(decode_query(text)), value)


def bind(found: Parameter, leaf: Json, value: dict[str, Json]) -> None:
    """Puts one value where its parameter belongs. Raises Refusal if a single field gets two."""
    holder = value
    for name in found.names[:-1]:
        holder = holder.setdefault(name, {})
        if not isinstance(holder, dict):
            raise malformed(found.dotted, "its parent is not an object", "type")
    last = found.names[-1]
    if found.repeated:
        holder.setdefault(last, []).append(leaf)
    elif last in holder or found.field.json_name in holder:
        raise malformed(found.dotted, "is given twice", "duplicate")
    else:
        holder[last] = leaf


def decode_query(text: str) -> str:
    """A query component without its escapes. Raises Refusal if they are broken or not UTF-8."""
    if "+" in text:
        text = text.replace("+", " ")
    return decode_escapes(text) if "%" in text or not text.isascii() else text


def decode_escapes(text: str) -> str:
    """A path segment or query component without its escapes (RFC 3986). Raises Refusal as `decode_query` does."""
    if not text.isascii():
        raise Refusal("MALFORMED_REQUEST", "The address has characters that are not ASCII and not escaped.")
    check_escapes(text)
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("MALFORMED_REQUEST", "The address has an escape that is not UTF-8.") from None


def decode_keeping_slashes(text: str) -> str:
    """As `decode_escapes`, except that %2F stays, so that a variable of several segments can be split again."""
    kept = text.replace("%2F", "%252F").replace("%2f", "%252f")
    return decode_escapes(kept)


def check_escapes(text: str) -> None:
    """Raises Refusal if a percent sign is not followed by two hex digits."""
    for piece in text.split("%")[1:]:
        if len(piece) < 2 or not all(c in "0123456789abcdefABCDEF" for c in piece[:2]):
            raise Refusal("MALFORMED_REQUEST", "The address has a percent sign without two hex digits.")
