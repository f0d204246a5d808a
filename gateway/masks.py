"""Field masks of `PATCH`: what stands in the body changes, and nothing else (RFC 5789; objects merge as by RFC 7396).

By descriptor alone: a request that has an `update_mask` gets one, unless the caller wrote it.
"""

import re
from collections.abc import Iterator
from typing import Any

from protobuf import DescField, DescFieldValueMessage, DescMessage

MASK = "update_mask"

_SPELLINGS = (MASK, "updateMask")
_UNDERSCORE = re.compile(r"_([a-z0-9])")

Json = Any


def complete(message: DescMessage, part: str, keys: frozenset[str], value: dict[str, Json], *, derive: bool) -> None:
    """Give the request its mask in JSON's own spelling, `eventTypes,retention.eventsDays`.

    `part` is the field that is the body, empty where the body is the whole request; `keys` come from the path.
    """
    written = next((name for name in _SPELLINGS if name in value), None)
    if written is not None:
        if isinstance(value[written], str):  # null, or anything else, is the codec's to judge
            value[written] = _camel(value[written])
        if value[written] is not None or not derive:
            return
        del value[written]
    if not derive:
        return
    body = value.get(part) if part else {name: each for name, each in value.items() if name not in keys}
    about = next((inner for f in message.fields if f.name == part and (inner := _inner(f))), message)
    value[MASK] = ",".join(sorted(_camel(path) for path in _paths(about, body)))


def _paths(message: DescMessage, body: Json) -> Iterator[str]:
    if not isinstance(body, dict):
        return
    fields = {name: field for field in message.fields for name in (field.name, field.json_name)}
    for name, each in body.items():
        field = fields.get(name)
        if field is None:
            continue  # the codec refuses it, by its name
        inner = _inner(field)
        if isinstance(each, dict) and inner is not None:
            yield from (f"{field.name}.{path}" for path in _paths(inner, each))
        else:
            yield field.name


def _inner(field: DescField) -> DescMessage | None:
    """The message that a field is; None for what is one value in JSON, whatever shape that has."""
    value = field.value
    if not isinstance(value, DescFieldValueMessage) or value.message.type_name.startswith("google.protobuf."):
        return None
    return value.message


def _camel(paths: str) -> str:
    return _UNDERSCORE.sub(lambda found: found[1].upper(), paths)
