"""What a vendor's document says of the fields that an adapter uses: short facts, by operation and path of a field.

Rule: only what an adapter can stumble over is a fact; texts and examples are none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.kit.spec.documents import SpecError, branches, children, operation, resolve

Facts = dict[str, Any]
"""`type`, `enum`, `max_length`, `required`, `deprecated`, as far as the document says them."""


def fields(value: Any, at: str = "") -> Iterator[str]:
    """The paths of everything in a value: `amount`, `owner.name`, `items[].id`."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            path = f"{at}.{name}" if at else str(name)
            yield path
            yield from fields(member, path)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from fields(member, f"{at}[]")


def facts(document: Mapping[str, Any], schema: Any, path: str) -> Facts | None:
    """What a schema says of a field; None if it has no such field."""
    parent, last = within(document, schema, steps(path)[:-1]), steps(path)[-1]
    found = _children(document, parent, last)
    if not found:
        return None
    described = branches(document, {"anyOf": found})[1:]
    made: Facts = {"type": sorted(_types(described))}
    enums = [each["enum"] for each in described if "enum" in each]
    # An enumeration beside a free text is none: any word may come.
    free = any("enum" not in each and "string" in _kinds(each) for each in described)
    if enums and not free:
        made["enum"] = sorted({str(value) for enum in enums for value in enum if value is not None})
    lengths = [each["maxLength"] for each in described if "maxLength" in each]
    if lengths:
        made["max_length"] = max(lengths)
    if last in required(document, parent):
        made["required"] = True
    if any(each.get("deprecated") for each in described):
        made["deprecated"] = True
    return made


def steps(path: str) -> list[str]:
    """A field's path, step by step; `[]` is the step into a list's items."""
    return [step for step in path.replace("[]", ".[]").split(".") if step]


def within(document: Mapping[str, Any], schema: Any, way: Sequence[str]) -> Any:
    """The schema to which some steps lead, as alternatives: none if they lead nowhere."""
    for step in way:
        schema = {"anyOf": _children(document, schema, step)}
    return schema


def required(document: Mapping[str, Any], schema: Any) -> set[str]:
    """The members that an object has to have, whichever of its alternatives it is."""
    resolved = resolve(document, schema)
    if not isinstance(resolved, Mapping):
        return set()
    found = set(resolved.get("required", ())) if isinstance(resolved.get("required"), list) else set()
    for each in resolved.get("allOf", ()):
        found |= required(document, each)
    for kind in ("oneOf", "anyOf"):
        alternatives = [required(document, each) for each in resolved.get(kind, ())]
        found |= set.intersection(*alternatives) if alternatives else set()
    return found


def request_schema(document: Mapping[str, Any], described: Mapping[str, Any], media_type: str) -> Any:
    """The schema of an operation's body of a media type; None if it takes none of it."""
    content = _content(document, described.get("requestBody", {}))
    return content[media_type].get("schema", {}) if media_type in content else None


def response_schema(document: Mapping[str, Any], described: Mapping[str, Any], status: str) -> Any:
    """The schema of an operation's answer with a status, or by default; None if the document has none."""
    answers = {str(name): each for name, each in described.get("responses", {}).items()}
    answer = answers.get(status) or answers.get(f"{status[0]}XX") or answers.get("default")
    if answer is None and status == f"{status[0]}XX":
        answer = next((answers[name] for name in sorted(answers) if name.startswith(status[0])), None)
    schemas = [each["schema"] for each in _content(document, answer or {}).values() if "schema" in each]
    return schemas[0] if schemas else None


def parameters(document: Mapping[str, Any], template: str, method: str) -> dict[str, bool]:
    """An operation's query parameters and headers, as `query:name`, with whether it needs them."""
    item = document["paths"][template]
    found = [resolve(document, each) for each in [*item.get("parameters", []), *item[method].get("parameters", [])]]
    return {
        f"{each['in']}:{each['name'] if each['in'] == 'query' else each['name'].lower()}": bool(each.get("required"))
        for each in found
        if each.get("in") in {"query", "header"}
    }


def found_operation(document: Mapping[str, Any], method: str, template: str) -> tuple[str, Mapping[str, Any]] | None:
    """An operation by its template, whatever its parameters are called."""
    wanted = _anonymous(template)
    for each, item in document.get("paths", {}).items():
        if _anonymous(each) == wanted and method in item:
            return each, item[method]
    return operation(document, method, template.replace("{", "").replace("}", ""))


def _anonymous(template: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in template.split("/"))


def _children(document: Mapping[str, Any], schema: Any, name: str) -> list[Any]:
    try:
        return children(document, schema, name)
    except SpecError:
        return []  # a reference that dangles says nothing


def _content(document: Mapping[str, Any], value: Any) -> dict[str, Any]:
    found = resolve(document, value)
    return {name.partition(";")[0].lower(): each for name, each in (found.get("content") or {}).items()}


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _types(described: list[Mapping[str, Any]]) -> set[str]:
    found = {kind for each in described for kind in _kinds(each)} - {"null"}
    if any("properties" in each for each in described):
        found.add("object")
    return found
