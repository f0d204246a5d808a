"""Form bodies as the nested values that a schema describes: `a[b][0]=1` is {"a": {"b": [1]}} where b holds integers.

Rule: a text becomes a number or a boolean only where the schema has one there; what does not fit stays text.
"""

import re
from collections.abc import Mapping, Sequence
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from adapters.kit.spec.documents import branches, children

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def is_form(content_type: str) -> bool:
    """Whether a body of this media type is a form."""
    return content_type.partition(";")[0].strip().lower() in {URLENCODED, MULTIPART}


def pairs(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The names and values of a form, in order. A file's value is its content."""
    if content_type.lower().startswith(MULTIPART):
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
        found = []
        for part in message.iter_parts():
            content = part.get_payload(decode=True)
            name = part.get_param("name", header="content-disposition")
            found.append((str(name), content.decode("utf-8", "replace") if isinstance(content, bytes) else ""))
        return found
    return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True) if body else []


def nested(fields: Sequence[tuple[str, str]]) -> Any:
    """Names with brackets as nested maps and lists; a list's items are named by their number, or by nothing."""
    made: dict[str, Any] = {}
    for name, value in fields:
        head, *rest = [part.rstrip("]") for part in name.split("[")]
        place: dict[str, Any] = made
        for step, following in zip([head, *rest], rest, strict=False):
            key = step or str(len(place))
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise ValueError(f"{name} is both a value and a map")
            del following
        last = ([head, *rest][-1]) or str(len(place))
        if last in place:
            raise ValueError(f"{name} stands there twice")
        place[last] = value
    return made


def decoded(document: Mapping[str, Any], schema: Any, content_type: str, body: bytes) -> Any:
    """A form's body as the value that the schema describes. Raises `ValueError` for what is no form."""
    return typed(document, schema, nested(pairs(content_type, body)))


def typed(document: Mapping[str, Any], schema: Any, value: Any) -> Any:
    """A value of texts with the schema's types."""
    described = branches(document, schema)
    kinds = {kind for each in described for kind in _kinds(each)}
    if isinstance(value, str):
        return _scalar(value, kinds, described)
    if not isinstance(value, dict):
        return value
    if "array" in kinds and [*value] == [str(number) for number in range(len(value))]:
        items = {"anyOf": children(document, schema, "[]")}
        return [typed(document, items, item) for item in value.values()]
    return {
        name: typed(document, {"anyOf": children(document, schema, name)}, member) for name, member in value.items()
    }


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _scalar(value: str, kinds: set[str], described: Sequence[Mapping[str, Any]]) -> Any:
    if any(value in (each.get("enum") or ()) for each in described):
        return value
    if "boolean" in kinds and value in {"true", "false"}:
        return value == "true"
    if _NUMBER.fullmatch(value) and {"integer", "number"} & kinds:
        return int(value) if value.lstrip("-").isdigit() else float(value)
    return value
