"""Bodies that are not JSON: forms with nested fields in bracket notation, and multipart forms with files (RFC 7578).

Rule: what a form cannot say is refused, never sent as something else; only None, and empty lists and mappings, which
have no form, are left out.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlencode

DEPTH_LIMIT = 32

_BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_LINE_BREAKS = {'"': "%22", "\r": "%0D", "\n": "%0A"}  # as browsers escape them in names: HTML, 4.10.21.8


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form: a field, or with a `filename` a file. Text is sent as UTF-8."""

    name: str
    content: bytes | str = field(repr=False)
    filename: str = field(default="", repr=False)
    content_type: str = ""

    @property
    def data(self) -> bytes:
        """The content as it is sent."""
        return self.content.encode() if isinstance(self.content, str) else self.content


def encode(form: Mapping[str, object]) -> str:
    """A form as `application/x-www-form-urlencoded`: `a[b]=1` for a mapping's value, `a[0]=1` for a list's.

    Takes text, whole numbers, `Decimal`, booleans (`true`, `false`), None (left out), lists and mappings of them.
    Raises `ValueError` for anything else, and for a name with a bracket inside: it would name another field.
    """
    return urlencode(list(pairs(form)))


def pairs(form: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The fields of a form by their full names, in order."""
    for name, value in form.items():
        # At the top a name may already be bracketed, as vendors' documents write it.
        if not _BRACKETED.fullmatch(name):
            raise ValueError("not a form field's name")
        yield from _below(name, value, 0)


def _below(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_LIMIT:
        raise ValueError("the form is nested too deeply")
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not key or "[" in key or "]" in key:
                raise ValueError("not a form field's name")
            yield from _below(f"{name}[{key}]", item, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        for number, item in enumerate(value):
            yield from _below(f"{name}[{number}]", item, depth + 1)
    else:
        yield name, _text(value)


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case int():
            return str(int(value))
        case Decimal() if value.is_finite():
            return format(value, "f")
    raise ValueError(f"a form cannot hold a {type(value).__name__}")


def decode(text: str) -> dict[str, Any]:
    """The form that a text encodes, with all values as text: what `encode` wrote, and `a[]=x` for a list's next item.

    Keys 0 to n-1 are a list. Raises `ValueError` where one name is both a value and something with values below it.
    """
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=10_000):
        found = _BRACKETED.fullmatch(name)
        # A name that is not in bracket notation is a name like any other.
        keys = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])] if found else [name]
        if len(keys) > DEPTH_LIMIT:
            raise ValueError("the form is nested too deeply")
        place = root
        for key in keys[:-1]:
            place = place.setdefault(key or str(len(place)), {})
            if not isinstance(place, dict):
                raise ValueError("a form field is both a value and more than one")
        last = keys[-1] or str(len(place))
        if isinstance(place.get(last), dict):
            raise ValueError("a form field is both a value and more than one")
        place[last] = value
    return {key: _listed(value) for key, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    below = {key: _listed(item) for key, item in value.items()}
    numbers = [str(number) for number in range(len(below))]
    return [below[number] for number in numbers] if below.keys() == set(numbers) else below


def multipart(parts: Sequence[Part]) -> tuple[bytes, str]:
    """Parts as `multipart/form-data`, and the content type with the boundary, which occurs in no part."""
    boundary = secrets.token_hex(16)
    while any(boundary.encode() in part.data for part in parts):
        boundary = secrets.token_hex(16)
    body = bytearray()
    for part in parts:
        head = f'Content-Disposition: form-data; name="{_quoted(part.name)}"'
        if part.filename:
            head += f'; filename="{_quoted(part.filename)}"'
        if part.content_type or part.filename:
            content_type = part.content_type or "application/octet-stream"
            if not re.fullmatch(r"[\x20-\x7e]+", content_type):
                raise ValueError("not a content type")
            head += f"\r\nContent-Type: {content_type}"
        body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + part.data + b"\r\n"
    return bytes(body) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _quoted(text: str) -> str:
    for mark, escaped in _LINE_BREAKS.items():
        text = text.replace(mark, escaped)
    return text


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts of a multipart form. Raises `ValueError` if it is none."""
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    if message.get_content_type() != "multipart/form-data" or not message.is_multipart():
        raise ValueError("not a multipart form")
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part without a name")
        typed = part["content-type"]
        found.append(Part(name, content, part.get_filename() or "", str(typed) if typed else ""))
    return found
