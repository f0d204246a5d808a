"""Schemas of the OpenAPI document as lists of fields: type, rules, sensitivity, deprecation and meaning of each."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from protobuf import DescEnum, DescMessage

from gateway.docs.site import Json, Sources, service_name
from gateway.docs.text import inline, prose

_RULES = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches `{}`",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} pairs",
    "maxProperties": "at most {} pairs",
}
# What every 32-bit integer keeps anyway says nothing.
_EMPTY_BOUNDS = {-(2**31), 2**31 - 1, 2**32 - 1}


class Fields:
    """Writes lists of fields, and knows on which page each type stands."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._homes = _homes(sources)

    def home(self, component: str) -> str:
        """The package on whose page a component stands."""
        return self._homes.get(component) or self._homes.get(component.removesuffix("Input")) or "other"

    def path(self, component: str) -> str:
        """Where a component is described."""
        return f"/docs/types/{self.home(component)}#{component}"

    def listed(self, schema: Json, deep: int, *, sent: bool = False) -> str:
        """The fields of a schema; those of messages inside it as well, `deep` levels down.

        Only of what is `sent` it is said what is required: answers always have every field.
        """
        inner = self._object(schema)
        required = set(inner.get("required", ())) if sent else set()
        rows = [self._field(name, each, name in required, deep) for name, each in inner.get("properties", {}).items()]
        return f'<dl class="fields">{"".join(rows)}</dl>' if rows else ""

    def parameter(self, parameter: Json) -> str:
        """One parameter, as a field with the place where it goes."""
        schema = {**parameter.get("schema", {}), "description": parameter.get("description", "")}
        if parameter.get("deprecated"):
            schema["deprecated"] = True
        return self._field(parameter["name"], schema, bool(parameter.get("required")), 0, where=parameter["in"])

    def choices(self, schema: Json) -> str:
        """What only one may be given of."""
        found = [[o["required"][0] for o in one if "required" in o] for one in _one_ofs(self._object(schema))]
        sets = [names for names in found if len(names) > 1]
        return "".join(
            f'<p class="rule">One of {", ".join(f"<code>{escape(name)}</code>" for name in names)}.</p>'
            for names in sets
        )

    def type_of(self, schema: Json) -> str:
        """A type in words, with a link where it has a place of its own."""
        if "allOf" in schema and len(schema["allOf"]) == 1:
            schema = schema["allOf"][0]
        name = _name(schema)
        if name:
            return f'<a href="{self.path(name)}">{escape(name)}</a>'
        if schema.get("type") == "array":
            return f"list of {self.type_of(schema.get('items', {}))}"
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            return f"map to {self.type_of(extra)}"
        kind = schema.get("type", "any")
        words = " or ".join(kind) if isinstance(kind, list) else str(kind)
        form = schema.get("format") or schema.get("contentEncoding")
        return f"{words} ({escape(str(form))})" if form else words

    def _field(self, name: str, schema: Json, required: bool, deep: int, where: str = "") -> str:
        marks = [f'<span class="type">{self.type_of(schema)}</span>']
        if where:
            marks.append(f'<span class="mark">{where}</span>')
        if required:
            marks.append('<span class="mark needed">required</span>')
        if sensitivity := schema.get("x-corridor-sensitivity"):
            marks.append(f'<span class="mark">{escape(sensitivity.lower().replace("_", " "))}</span>')
        if schema.get("deprecated"):
            marks.append('<span class="mark old">deprecated</span>')
        told = prose(schema.get("description", ""))
        if rules := "; ".join(_rules(schema)):
            told += f'<p class="rule">{inline(rules)}</p>'
        return f"<dt><code>{escape(name)}</code> {' '.join(marks)}</dt><dd>{told}{self._within(schema, deep)}</dd>"

    def _within(self, schema: Json, deep: int) -> str:
        name = _name(schema) or _name(schema.get("items", {}))
        if not name:
            return ""
        whole = self._sources.resolve({"$ref": f"#/components/schemas/{name}"})
        if "enum" in whole:
            values = [value for value in whole["enum"] if not value.endswith("_UNSPECIFIED")]
            shown = ", ".join(f"<code>{escape(value)}</code>" for value in values[:12])
            more = f' and <a href="{self.path(name)}">{len(values) - 12} more</a>' if len(values) > 12 else ""
            return f'<p class="rule">{shown}{more}</p>'
        if deep <= 0 or not whole.get("properties"):
            return ""
        inside = self.listed(whole, deep - 1, sent=True)
        return (
            f"<details><summary>Fields of <code>{escape(name)}</code></summary>{self.choices(whole)}{inside}</details>"
        )

    def _object(self, schema: Json) -> Json:
        whole = self._sources.resolve(schema)
        return self._sources.resolve(whole["items"]) if whole.get("type") == "array" else whole


def _rules(schema: Json) -> Iterator[str]:
    # What holds for each element is said with the list.
    for holder in (schema, schema.get("items", {})):
        for key, form in _RULES.items():
            if key in holder and holder[key] not in _EMPTY_BOUNDS and not _said(holder, key):
                yield form.format(holder[key])
        refused = [str(value) for value in holder.get("not", {}).get("enum", ())]
        if names := [name for name in refused if not name.endswith("_UNSPECIFIED")]:
            yield "not " + ", ".join(f"`{name}`" for name in names)
        if "enum" in holder and "$ref" not in holder:
            yield "one of " + ", ".join(f"`{value}`" for value in holder["enum"])
        for rule in holder.get("x-corridor-rules", ()):
            yield str(rule["message"])
    if schema.get("uniqueItems"):
        yield "each only once"
    if "default" in schema:
        yield f"`{schema['default']}` if it is missing"


def _said(schema: Json, key: str) -> bool:
    """Whether the type says it already: patterns of 64-bit integers."""
    return key == "pattern" and schema.get("format") in ("int64", "uint64")


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2] if "$ref" in schema else ""


def _one_ofs(schema: Json) -> Iterator[list[Json]]:
    if "oneOf" in schema:
        yield schema["oneOf"]
    for part in schema.get("allOf", ()):
        if "oneOf" in part:
            yield part["oneOf"]


def _homes(sources: Sources) -> dict[str, str]:
    """The package of each component, by the names that components get in `gateway.openapi.schemas`."""
    found: dict[str, str] = {}
    long: Callable[[Any], str] = lambda d: "".join(p[:1].upper() + p[1:] for p in d.type_name.split("."))  # noqa: E731  # two uses, one line
    for descriptor in sources.contract.registry:
        if isinstance(descriptor, DescMessage | DescEnum) and descriptor.type_name.startswith("corridor."):
            package = _package(descriptor)
            found[long(descriptor)] = package
            found.setdefault(descriptor.name, package)
    return found | {"Problem": "errors.v1"}


def _package(descriptor: DescMessage | DescEnum) -> str:
    at = descriptor.parent
    outer = descriptor
    while at is not None:
        outer, at = at, at.parent
    return service_name(outer.type_name.rpartition(".")[0])
