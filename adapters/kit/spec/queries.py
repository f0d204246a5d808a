"""Queries whose parameters hold maps or lists in brackets, `created[gte]=1&expand[0]=x`, judged as the object they say.

Rule: openapi-core cannot read them; so they are taken out of its sight, and nothing else is.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.spec.documents import resolve


def declared(document: Mapping[str, Any], template: str, method: str) -> list[Mapping[str, Any]]:
    """The parameters of an operation, its path's among them."""
    item = document["paths"][template]
    return [resolve(document, each) for each in [*item.get("parameters", []), *item[method].get("parameters", [])]]


def nests(parameters: list[Mapping[str, Any]]) -> bool:
    """Whether any of these parameters stands in brackets in the query."""
    return any(each.get("in") == "query" and each.get("style") == "deepObject" for each in parameters)


def as_object(parameters: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The schema of all query parameters together."""
    own = [each for each in parameters if each.get("in") == "query"]
    return {
        "type": "object",
        "properties": {each["name"]: each.get("schema", {}) for each in own},
        "required": [each["name"] for each in own if each.get("required")],
        "additionalProperties": False,
    }


def without(document: Mapping[str, Any]) -> dict[str, Any]:
    """The paths of a document without the query parameters of every operation in which some are nested."""
    paths: dict[str, Any] = {}
    for template, item in document.get("paths", {}).items():
        made = {name: each for name, each in item.items() if name != "parameters"}
        for method in [name for name, each in item.items() if isinstance(each, dict) and "responses" in each]:
            parameters = declared(document, template, method)
            if nests(parameters):
                parameters = [each for each in parameters if each.get("in") != "query"]
            made[method] = {**item[method], "parameters": parameters}
        paths[template] = made
    return paths
