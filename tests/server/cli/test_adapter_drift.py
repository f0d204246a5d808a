"""`corridor adapter uses` and `corridor adapter drift`, on a vendor's own document and on changed copies of it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.kit.discovery import providers
from adapters.kit.spec import uses
from server.cli.adapter import adapter
from tests.adapters.judging import vendors


def watched() -> tuple[str, dict[str, Any], Path]:
    """A provider whose uses are kept, with its vendor's one document."""
    for name, provider in providers().items():
        kept = uses.read(provider.folder)
        if kept is not None and len(kept["documents"]) == 1:
            return name, kept, provider.folder
    pytest.skip("no provider keeps what it uses of one document")


@pytest.fixture
def published(tmp_path: Path) -> tuple[str, Path]:
    """Such a provider, and its vendor's document as it was published."""
    name, _, _ = watched()
    (document,) = (document for document, _ in vendors.shapes(name).values())
    path = tmp_path / "published.json"
    path.write_text(json.dumps(document, default=str))
    return name, path


def changed(path: Path) -> Path:
    """A version without the first used operation."""
    _, kept, _ = watched()
    method, _, template = kept["operations"][0]["operation"].partition(" ")
    document = copy.deepcopy(json.loads(path.read_text()))
    del document["paths"][template][method.lower()]
    new = path.with_name("new.json")
    new.write_text(json.dumps(document))
    return new


def drifted(*arguments: str | Path) -> Result:
    return CliRunner().invoke(adapter, ["drift", *map(str, arguments)])


def test_the_same_document_breaks_nothing(published: tuple[str, Path]) -> None:
    name, path = published

    done = drifted(name, path)

    assert 0 == done.exit_code, done.output
    assert f"fields that {name} uses were compared" in done.output


def test_a_version_that_breaks_is_told_and_fails(published: tuple[str, Path]) -> None:
    name, path = published
    _, kept, _ = watched()

    done = drifted(name, changed(path))

    assert 1 == done.exit_code
    assert "What breaks" in done.output
    assert kept["operations"][0]["operation"] in done.output
    assert "the operation is gone" in done.output


def test_two_versions_are_compared_with_each_other(published: tuple[str, Path]) -> None:
    name, path = published
    new = changed(path)

    assert 0 == drifted(name, new, "--against", new).exit_code
    assert 1 == drifted(name, new, "--against", path).exit_code


def test_what_is_no_document_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")

    done = drifted(watched()[0], tmp_path / "x.json")

    assert 1 == done.exit_code
    assert "neither an OpenAPI nor a Swagger document" in done.output


def test_a_provider_without_uses_says_how_to_make_them(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"openapi": "3.0.0", "paths": {}}')

    done = drifted("sandbox", tmp_path / "x.json")

    assert 1 == done.exit_code
    assert "corridor adapter uses sandbox --write" in done.output


def test_uses_are_shown() -> None:
    name, kept, _ = watched()

    shown = CliRunner().invoke(adapter, ["uses", name]).output

    assert all(each["operation"] in shown for each in kept["operations"])
    assert "  reads  200: " in shown
