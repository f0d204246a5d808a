"""Which documents judge a provider: every `Document` that its folder of tests names.

Rule: they are found, not listed, as providers are.
"""

import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.judging.vendor_document import Document

_TESTS = Path(__file__).parents[1]


def documents(provider: str) -> list[Document]:
    """The documents of a provider, each once, in the order of their names."""
    found: dict[str, Document] = {}
    for path in sorted((_TESTS / provider).glob("*.py")):
        if "Document(" in path.read_text(encoding="utf-8"):
            try:
                module = importlib.import_module(f"tests.adapters.{provider}.{path.stem}")
            except pytest.skip.Exception:
                continue  # it asks for a corpus that is missing as soon as it is imported
            found |= {each.corpus: each for each in vars(module).values() if isinstance(each, Document)}
    return [found[name] for name in sorted(found)]


def shapes(provider: str) -> dict[str, tuple[dict[str, Any], str]]:
    """The provider's documents that have operations, as published, with their prefixes on the wire."""
    named = {Path(each.corpus).name: each for each in documents(provider)}
    return {name: (each.published, each.prefix) for name, each in named.items() if each.published.get("paths")}
