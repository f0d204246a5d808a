"""Reads a vendor's document, mends its faults by a list of repairs, and finds operations and schemas in it.

Rule: what is repaired stands in the list; besides it only `nullable` is taken at its word.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.kit.spec.swagger import METHODS, as_openapi

Schema = Mapping[str, Any]
Repair = tuple[str, Any]
"""A place, as `components/schemas/order/properties/status`, and what stands there instead. None takes it out."""

_NULL: dict[str, Any] = {"type": "object", "nullable": True, "enum": [None]}
_BRANCHES = ("allOf", "oneOf", "anyOf")


class SpecError(Exception):
    """A document that cannot be read, or that does not have what is looked for."""


def load(path: Path) -> dict[str, Any]:
    """A document in JSON or YAML, gzipped or not. Swagger 2 comes back as OpenAPI 3.0."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    name = path.name.removesuffix(".gz")
    try:
        document = json.loads(content) if name.endswith(".json") else _yaml(content)
    except ValueError as error:
        raise SpecError(f"{path.name} cannot be read: {error}") from None
    if not isinstance(document, dict) or not ({"openapi", "swagger"} & document.keys()):
        raise SpecError(f"{path.name} is neither an OpenAPI nor a Swagger document")
    return as_openapi(document) if "swagger" in document else document


def _yaml(content: bytes) -> Any:
    try:
        import yaml
    except ImportError:
        raise SpecError("a document in YAML needs PyYAML: install the `test` extra, or convert it to JSON") from None
    try:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SpecError(f"not YAML: {error}") from None


def repaired(document: Any, repairs: Sequence[Repair]) -> dict[str, Any]:
    """A copy with the repairs made. Raises `SpecError` where a repair has no place, so that none outlives its fault."""
    copy: dict[str, Any] = _copied(document)
    for pointer, value in repairs:
        *parents, last = (step.replace("~1", "/") for step in pointer.split("/"))
        place: Any = copy
        try:
            for step in parents:
                place = place[int(step)] if isinstance(place, list) else place[step]
            if value is None:
                del place[last]
            else:
                place[int(last) if isinstance(place, list) else last] = value
        except (KeyError, IndexError, ValueError, TypeError):
            raise SpecError(f"the repair of {pointer} has no place in the document") from None
    return copy


def _copied(value: Any) -> Any:
    # Four times as fast as copy.deepcopy, and the documents are large.
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def with_nulls(schema: Any) -> Any:
    """The document with `nullable` taken at its word, also where OpenAPI 3.0.3 gives it no effect.

    That is beside `$ref`, `oneOf` and their like, and beside an `enum` without null: vendors mean null there.
    """
    if isinstance(schema, list):
        return [with_nulls(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: with_nulls(value) for name, value in schema.items()}
    if made.get("nullable") is not True:
        return made
    if isinstance(made.get("enum"), list) and None not in made["enum"]:
        return {**made, "enum": [*made["enum"], None]}
    return {"anyOf": [made, _NULL]} if {"$ref", *_BRANCHES} & made.keys() else made


def resolve(document: Mapping[str, Any], value: Any) -> Any:
    """What a reference within the document leads to; anything else as it is. Raises `SpecError` if it dangles."""
    seen = set()
    while isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
        reference = value["$ref"]
        if reference in seen or not reference.startswith("#/"):
            raise SpecError(f"the reference {reference} leads nowhere")
        seen.add(reference)
        value = document
        try:
            for step in reference[2:].split("/"):
                value = value[step.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise SpecError(f"the reference {reference} leads nowhere") from None
    return value


def branches(document: Mapping[str, Any], schema: Any) -> list[Schema]:
    """A schema and all that it is composed of, references resolved: what any value of it may be described by."""
    found: list[Schema] = []
    waiting, seen = [schema], set()
    while waiting:
        each = resolve(document, waiting.pop(0))
        if not isinstance(each, Mapping) or id(each) in seen:
            continue
        seen.add(id(each))
        found.append(each)
        for kind in _BRANCHES:
            waiting += each.get(kind, [])
        mapping = (each.get("discriminator") or {}).get("mapping", {})
        # A discriminator may also name a schema by its bare name (OpenAPI 3.0.3, 4.7.25).
        waiting += [{"$ref": to if to.startswith("#") else f"#/components/schemas/{to}"} for to in mapping.values()]
    return found


def children(document: Mapping[str, Any], schema: Any, name: str) -> list[Any]:
    """The schemas that describe a member of an object, or with the name `[]` the items of a list."""
    found = []
    for each in branches(document, schema):
        if name == "[]":
            found += [each["items"]] if "items" in each else []
        elif name in each.get("properties", {}):
            found.append(each["properties"][name])
        elif isinstance(each.get("additionalProperties"), Mapping):
            found.append(each["additionalProperties"])
    return found


def undeclared(document: Mapping[str, Any], schema: Any, value: Any, at: str = "") -> Iterator[str]:
    """Members of a value that its schema does not declare, by their path: a misspelt field of ours is one."""
    if isinstance(value, list):
        items = {"anyOf": children(document, schema, "[]")}
        for item in value:
            yield from undeclared(document, items, item, f"{at}[]")
    if not isinstance(value, dict):
        return
    described = branches(document, schema)
    is_free = not any("properties" in each for each in described)
    is_free |= any(each.get("additionalProperties") not in (None, False) for each in described)
    for name, member in value.items():
        declared = children(document, schema, name)
        path = f"{at}.{name}".lstrip(".")
        if declared:
            yield from undeclared(document, {"anyOf": declared}, member, path)
        elif not is_free:
            yield path


def operation(document: Mapping[str, Any], method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
    """The template and the operation that serve a path (without the servers' prefix); the fewest parameters win."""
    matching = [
        template
        for template, item in document.get("paths", {}).items()
        if method in item and method in METHODS and re.fullmatch(_pattern(template), path)
    ]
    if not matching:
        return None
    template = min(matching, key=lambda each: each.count("{"))
    return template, document["paths"][template][method]


def _pattern(template: str) -> str:
    parts = re.split(r"\{[^}]+\}", template)
    return "[^/]+".join(re.escape(part) for part in parts)
