"""What each adapter uses of its vendor's interface is written down, is current, and is what the vendor's document has.

Rule: `corridor adapter uses NAME --write` writes it, by this file, with CORRIDOR_WRITE_USES set.
"""

import copy
import os
from collections.abc import Callable
from typing import Any

import pytest

from adapters.kit.discovery import Provider, providers
from adapters.kit.spec import drift, uses
from tests.adapters.judging import vendors
from tests.adapters.test_conformance import _fixtures
from tests.conformance.bench import bench
from tests.conformance.story import story

OURS = [name for name, each in providers().items() if each.package.startswith("adapters.") and vendors.documents(name)]
KEPT = [name for name in OURS if uses.read(providers()[name].folder)]


def observed(provider: Provider) -> dict[str, Any]:
    """What the adapter's story uses, with the facts of the vendor's documents."""
    shapes = vendors.shapes(provider.name)
    with bench(provider, _fixtures(provider.name)) as made:
        return uses.with_facts(story(made), shapes)


@pytest.mark.parametrize("name", OURS)
def test_what_an_adapter_uses_is_written_down_and_current(name: str) -> None:
    provider = providers()[name]
    found = observed(provider)
    if os.environ.get("CORRIDOR_WRITE_USES"):
        (provider.folder / uses.FILE).write_text(uses.text(found), encoding="utf-8")

    assert uses.read(provider.folder) == found, f"it is not current: corridor adapter uses {name} --write"


@pytest.mark.parametrize("name", KEPT)
def test_the_vendors_documents_still_have_the_shape_that_the_adapter_was_written_for(name: str) -> None:
    assert [] == _drifted(name, lambda document: None)


def _drifted(name: str, spoil: Callable[[dict[str, Any]], None]) -> list[drift.Change]:
    kept = uses.read(providers()[name].folder)
    assert kept is not None
    found = []
    for document, (published, _) in vendors.shapes(name).items():
        changed = copy.deepcopy(published)
        spoil(changed)
        own = {"operations": [each for each in kept["operations"] if each["document"] == document]}
        found += drift.changes(own, changed, drift.tables(providers()[name].package))
    return [each for each in found if each.kind == "breaks"]


def _without_operations(document: dict[str, Any]) -> None:
    document["paths"] = {}


def _of_other_types(document: dict[str, Any]) -> None:
    _everywhere(document, lambda schema: schema | {"type": "array"} if schema.get("type") == "string" else schema)


def _with_another_word(document: dict[str, Any]) -> None:
    def another(schema: dict[str, Any]) -> dict[str, Any]:
        enum = schema.get("enum")
        return schema | {"enum": [*enum, "never_seen_before"]} if isinstance(enum, list) else schema

    _everywhere(document, another)


def _needing_more(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                wanted = {"name": "never_sent", "in": "query", "required": True, "schema": {}}
                operation["parameters"] = [*operation.get("parameters", []), wanted]


def _deprecated(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["deprecated"] = True


def _everywhere(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change every schema in place."""
    if isinstance(value, dict):
        for member in value.values():
            _everywhere(member, change)
        if "type" in value or "enum" in value:
            value.update(change(value))
    elif isinstance(value, list):
        for member in value:
            _everywhere(member, change)


@pytest.mark.parametrize(
    "spoil", [_without_operations, _of_other_types, _with_another_word, _needing_more, _deprecated]
)
@pytest.mark.parametrize("name", KEPT)
def test_a_document_of_another_shape_is_noticed(name: str, spoil: Callable[[dict[str, Any]], None]) -> None:
    if spoil is _with_another_word and not _enumerates(name):
        pytest.skip(f"the document of {name} enumerates nothing that the adapter reads")

    assert _drifted(name, spoil)


def _enumerates(name: str) -> bool:
    kept = uses.read(providers()[name].folder)
    assert kept is not None
    facts = [fact for each in kept["operations"] for reads in each["reads"].values() for fact in reads.values()]
    return any(fact and "enum" in fact for fact in facts)
