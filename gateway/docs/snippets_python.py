"""How an operation is called from Python: the example of its request as arguments of the client's method.

Types come from the contract's descriptors, so that an enum is an enum and a time is a time.
"""

import re
from datetime import datetime
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    ScalarType,
)

_WIDE = 88
_NUMBERS = {
    ScalarType.INT32, ScalarType.INT64, ScalarType.UINT32, ScalarType.UINT64, ScalarType.SINT32, ScalarType.SINT64,
    ScalarType.FIXED32, ScalarType.FIXED64, ScalarType.SFIXED32, ScalarType.SFIXED64,
}  # fmt: skip


class NotInPython(Exception):  # noqa: N818  # it says what is wrong with the example
    """The example has a value that has no short form."""


class Snippet:
    """One call. It gathers what has to be imported while it is written."""

    def __init__(self) -> None:
        self._imports: dict[str, set[str]] = {}

    def text(self, attribute: str, message: DescMessage, values: dict[str, Any], key: str) -> str:
        """The lines. `attribute` is the method as the client knows it: `payouts.create_payout`."""
        fields = {field.name: field for field in message.fields}
        given = [(name, self._field(fields[name], value)) for name, value in values.items() if name in fields]
        if key:
            given.append(("idempotency_key", _quoted(key)))
        call = _call(f"client.{attribute}", given, 0)
        kind = "for item in " + call + ":\n    print(item)" if ".list_" in attribute else "answer = " + call
        imports = [
            f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self._imports.items())
        ]
        return "\n".join([*imports, "", kind] if imports else [kind])

    def _field(self, field: DescField, value: Any) -> str:
        kind = field.value
        if isinstance(kind, DescFieldValueList):
            return "[" + ", ".join(self._element(kind.element, each) for each in value) + "]"
        if isinstance(kind, DescFieldValueMap):
            pairs = (f"{_quoted(str(name))}: {self._element(kind.value, each)}" for name, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        if isinstance(kind, DescFieldValueMessage):
            return self._element(kind.message, value)
        if isinstance(kind, DescFieldValueEnum):
            return self._element(kind.enum, value)
        return self._element(kind.scalar, value)

    def _element(self, kind: Any, value: Any) -> str:
        if isinstance(kind, DescEnum):
            return self._enum(kind, value)
        if isinstance(kind, DescMessage):
            return self._message(kind, value)
        if kind is ScalarType.BYTES:
            self._needs("base64", "b64decode")
            return f"b64decode({_quoted(value)})"
        if kind in _NUMBERS:
            return str(int(value))
        return _quoted(value) if isinstance(value, str) else repr(value)

    def _enum(self, kind: DescEnum, value: str) -> str:
        self._needs_type(kind)
        prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.name).upper() + "_"
        return f"{kind.name}.{value.removeprefix(prefix)}"

    def _message(self, kind: DescMessage, value: Any) -> str:
        if kind.type_name == "google.protobuf.Timestamp":
            self._needs("datetime", "UTC", "datetime")
            moment = datetime.fromisoformat(value)
            return f"datetime({', '.join(str(part) for part in moment.timetuple()[:6])}, tzinfo=UTC)"
        if kind.type_name == "google.protobuf.Duration":
            self._needs("datetime", "timedelta")
            return f"timedelta(seconds={float(value.removesuffix('s')):g})"
        if kind.type_name.startswith("google.") or kind.parent is not None:
            raise NotInPython(kind.type_name)
        self._needs_type(kind)
        fields = {field.name: field for field in kind.fields}
        given = [(name, self._field(fields[name], each)) for name, each in value.items()]
        return _call(kind.name, given, 1)

    def _needs_type(self, kind: DescEnum | DescMessage) -> None:
        if kind.parent is not None:
            raise NotInPython(kind.type_name)
        package = kind.type_name.rpartition(".")[0].removeprefix("corridor.")
        self._needs(f"corridor_client.{package}", kind.name)

    def _needs(self, module: str, *names: str) -> None:
        self._imports.setdefault(module, set()).update(names)


def _call(name: str, given: list[tuple[str, str]], deep: int) -> str:
    line = f"{name}({', '.join(f'{each}={value}' for each, value in given)})"
    if len(line) + 4 * deep <= _WIDE and "\n" not in line:
        return line
    inner = ",\n".join(f"{each}={value}" for each, value in given)
    return f"{name}(\n" + "".join(f"    {each}\n" for each in f"{inner},".split("\n")) + ")"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
