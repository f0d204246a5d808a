"""Comments of the contract and words of the documents are shown by the portal, and never obeyed."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gateway.contract import Contract
from gateway.docs.__main__ import portal
from gateway.docs.site import Sources
from server.cli.contracts import portal_facts

ROOT = Path(__file__).parents[2]
HOSTILE = "\"'></code><img src=x onerror=alert(1)><svg/onload=alert(2)><a href='javascript:alert(3)'>[y](javascript:4)"
PROSE = {"description", "summary", "title", "words", "lead", "caption"}


class Tags(HTMLParser):
    """Collects what could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that the portal has none of, a handler, or a link that is a program."""
        wrong = tag in ("img", "svg") or any(name.startswith("on") for name, _ in attrs)
        if wrong or any("javascript:" in (value or "") for name, value in attrs if name in ("href", "src")):
            self.found.append(f"{tag} {attrs}")


def spoiled(value: Any, name: str = "") -> Any:
    """The same with hostile words behind everything that is prose."""
    if isinstance(value, dict):
        return {key: spoiled(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each, name) for each in value]
    return f"{value} {HOSTILE}" if isinstance(value, str) and name in PROSE else value


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """The portal of a contract whose every word is hostile."""
    image = ROOT / "gen" / "corridor.binpb"
    openapi = spoiled(json.loads((ROOT / "gen" / "openapi.json").read_bytes()))
    facts = portal_facts.facts(ROOT, image)
    facts["providers"], facts["scopes"] = spoiled(facts["providers"]), spoiled(facts["scopes"])
    sources = Sources.of(Contract.load(image), openapi, facts, ROOT)
    texts = {name: f"{text} {HOSTILE}" for name, text in sources.texts.items()}
    return dict(portal(replace(sources, texts=texts)))


def test_no_word_of_a_contract_becomes_markup(made: dict[str, bytes]) -> None:
    wrong = {}
    for name, body in made.items():
        if name.endswith(".html"):
            tags = Tags()
            tags.feed(body.decode())
            if tags.found:
                wrong[name] = tags.found[:3]

    assert {} == wrong


def test_the_words_are_there_to_be_read(made: dict[str, bytes]) -> None:
    spoiled_pages = [name for name, body in made.items() if b"&lt;img src=x onerror=alert(1)&gt;" in body]

    assert len(spoiled_pages) > 100
