"""betterproto2 messages as the gateway's JSON, and back: proto names, 64-bit numbers as text.

Rule: what a newer Corridor adds is passed over when read (unknown fields, unknown enum values), never an error.
"""

import base64
import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

import betterproto2
from betterproto2 import FieldMetadata

Message = TypeVar("Message", bound=betterproto2.Message)
_LONG = frozenset({"int64", "uint64", "sint64", "fixed64", "sfixed64"})


def encode(message: betterproto2.Message) -> dict[str, Any]:
    """The message's JSON object; fields that are not set are left out."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(message):  # type: ignore[arg-type] # its subclasses are dataclasses
        meta, value = FieldMetadata.get(field), getattr(message, field.name)
        name = field.name.rstrip("_")  # Python's keywords carry one behind
        if meta.map_meta is not None:
            if value:
                found[name] = {_key(key): _encoded(each, meta.map_meta[1]) for key, each in value.items()}
        elif meta.repeated:
            if value:
                found[name] = [_encoded(each, meta) for each in value]
        elif value is not None and (meta.optional or meta.group or meta.proto_type == "message" or value):
            found[name] = _encoded(value, meta)
    return found


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _encoded(value: Any, meta: FieldMetadata) -> Any:
    if meta.proto_type == "message":
        if meta.unwrap is not None:
            wrapper: Any = meta.unwrap()
            return wrapper.from_wrapped(value).to_dict()
        name = type(value).__name__
        if name == "FieldMask":
            return ",".join(_camel(path) for path in value.paths)
        return encode(value)
    if meta.proto_type in _LONG:
        return str(value)
    if meta.proto_type == "bytes":
        return base64.b64encode(value).decode()
    if meta.proto_type == "enum":
        return getattr(value, "proto_name", None) or getattr(value, "name", "") or int(value)
    return value


def _camel(path: str) -> str:
    head, *rest = path.split("_")
    return head + "".join(part.capitalize() for part in rest)


def decode(kind: type[Message], value: Mapping[str, Any]) -> Message:
    """The message of a JSON object. Raises ValueError or TypeError where it is none of that kind."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{kind.__name__} is an object in JSON")
    known: Any = kind
    types = known._betterproto.cls_by_field
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type] # its subclasses are dataclasses
        given = value.get(field.name.rstrip("_"))
        if given is None:
            continue
        meta = FieldMetadata.get(field)
        if meta.map_meta is not None:
            of = types[f"{field.name}.value"]
            found[field.name] = {
                _read_key(key, meta.map_meta[0]): _decoded(each, meta.map_meta[1], of) for key, each in given.items()
            }
        elif meta.repeated:
            found[field.name] = [_decoded(each, meta, types[field.name]) for each in given]
        else:
            found[field.name] = _decoded(given, meta, types[field.name])
    return kind(**found)


def _read_key(key: str, meta: FieldMetadata) -> Any:
    if meta.proto_type == "bool":
        return key == "true"
    return key if meta.proto_type == "string" else int(key)


def _decoded(value: Any, meta: FieldMetadata, kind: Any) -> Any:
    if meta.proto_type == "message":
        if meta.unwrap is not None:
            return _wrapped(value, meta.unwrap())
        name = kind.__name__
        if name == "FieldMask":
            return kind(paths=[_snake(path) for path in value.split(",") if path])
        return kind() if name == "Any" else decode(kind, value)  # what an event carries is read by its type
    if meta.proto_type == "enum":
        return _member(kind, value)
    if meta.proto_type == "bytes":
        return base64.b64decode(value)
    if meta.proto_type in ("double", "float"):
        return float(value)
    return value if meta.proto_type in ("string", "bool") else int(value)


def _wrapped(value: Any, wrapper: Any) -> Any:
    if isinstance(value, str) and wrapper.__name__ == "Timestamp":
        return timestamp(value)
    return wrapper.from_dict(value).to_wrapped()


def _member(kind: Any, value: Any) -> Any:
    """The enum's member; zero, which every enum calls unspecified, for a name that this version does not know."""
    if isinstance(value, int):
        return kind(value)
    number = kind.betterproto_renamed_proto_names_to_value().get(value)
    if number is None:
        number = kind.__members__.get(value, 0)
    return kind(number)


def _snake(path: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in path)


def timestamp(text: str) -> datetime.datetime:
    """A time in RFC 3339, to the microsecond."""
    head, _, rest = text.removesuffix("Z").partition(".")
    return datetime.datetime.fromisoformat(f"{head}.{rest[:6].ljust(6, '0')}+00:00")
