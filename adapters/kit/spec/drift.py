"""Compares what a vendor's document said of the fields that an adapter uses with what another version says.

Rule: what the adapter does not use cannot break it, and is counted, not told.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from adapters.kit.spec import shape
from adapters.kit.spec.documents import branches
from adapters.kit.spec.uses import described

Kind = Literal["breaks", "look", "harmless"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `look`: it may break, and a person has to say."""

    kind: Kind
    operation: str
    what: str


def changes(
    uses: Mapping[str, Any], document: Mapping[str, Any], tables: Sequence[Collection[str]] = ()
) -> list[Change]:
    """What differs for the operations of `uses`, whose facts are the old ones, in the new document.

    `tables`: the words that each of the adapter's tables knows.
    """
    found: list[Change] = []
    for old in uses["operations"]:
        new = described(document, old)
        name = old["operation"]
        if new.get("missing"):
            found.append(Change("breaks", name, "the operation is gone" + _moved(document, name)))
            continue
        if new.get("deprecated") and not old.get("deprecated"):
            found.append(Change("breaks", name, "the operation is deprecated: it will go"))
        found += [Change(kind, name, what) for kind, what in _request(old, new, document)]
        for status, reads in old["reads"].items():
            for path, fact in reads.items():
                told = _read(path, fact, new["reads"][status][path], tables)
                found += [Change(kind, name, f"{status}: {what}") for kind, what in told]
    return [each for number, each in enumerate(found) if each not in found[:number]]


def _request(old: Mapping[str, Any], new: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    for media in old["media_types"]:
        if media not in new["media_types"]:
            yield "breaks", f"a body of {media} is not taken any more"
            return  # no field of another media type's schema can be compared
    for path, fact in old["parameters"].items():
        if fact is not None and new["parameters"][path] is None:
            yield "breaks", f"{path} is not taken any more"
    for path, fact in old["sends"].items():
        yield from _sent(path, fact, new["sends"][path], _siblings(document, old, path))
    for path in new["needs"]:
        if path in old.get("needs", ()):
            continue
        if path in old["sends"] or path in old["parameters"]:
            yield "look", f"{path} is needed now; it is sent, though perhaps not always"
        else:
            yield "breaks", f"{path} is needed now, and is not sent"


def _sent(
    path: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, siblings: Collection[str]
) -> Iterator[tuple[Kind, str]]:
    if old is None:
        return
    if new is None:
        yield "breaks", f"{path}, which is sent, is gone{_similar(path.rpartition('.')[2], siblings)}"
        return
    yield from _common(path, old, new, "sent")
    if old["type"] and new["type"] and set(old["type"]) - set(new["type"]):
        yield "breaks", f"{path}, which is sent, was {_words(old['type'])} and is {_words(new['type'])}"
    if gone := set(old.get("enum", ())) - set(new.get("enum", old.get("enum", ()))):
        yield "breaks", f"{path}, which is sent, cannot be {_words(gone)} any more"
    if "enum" in new and "enum" not in old:
        yield "look", f"{path}, which is sent, can only be {_words(new['enum'])} now"
    length = new.get("max_length")
    if length is not None and length < old.get("max_length", length + 1):
        yield "breaks", f"{path}, which is sent, takes {length} characters, where it took {_length(old)}"


def _read(
    path: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, tables: Sequence[Collection[str]]
) -> Iterator[tuple[Kind, str]]:
    if old is None:
        return
    if new is None:
        yield "breaks", f"{path}, which is read, is gone"
        return
    yield from _common(path, old, new, "read")
    if old["type"] and new["type"] and set(new["type"]) - set(old["type"]):
        yield "breaks", f"{path}, which is read, was {_words(old['type'])} and is {_words(new['type'])}"
    if old.get("required") and not new.get("required"):
        yield "look", f"{path}, which is read, may be missing now"
    known = set(old.get("enum", ()))
    if known and "enum" not in new:
        yield "look", f"{path}, which is read, can be any word now"
    added, gone = set(new.get("enum", known)) - known, known - set(new.get("enum", known))
    table = max((set(words) for words in tables), key=lambda words: len(words & known), default=set())
    for word in sorted(added if known else ()):
        if not table & known:
            yield "look", f"{path}, which is read without a table, can be {word} now"
        elif word not in table:
            yield "breaks", f"{path}, which is read, can be {word} now, and no table has the word"
        else:
            yield "harmless", f"{path} can be {word} now, which a table has already"
    for word in sorted(gone):
        yield "harmless", f"{path} cannot be {word} any more"


def _common(path: str, old: Mapping[str, Any], new: Mapping[str, Any], used: str) -> Iterator[tuple[Kind, str]]:
    if new.get("deprecated") and not old.get("deprecated"):
        yield "breaks", f"{path}, which is {used}, is deprecated: it will go"


def _moved(document: Mapping[str, Any], operation: str) -> str:
    method, _, path = operation.partition(" ")
    others = [each for each, item in document.get("paths", {}).items() if method.lower() in item]
    return _similar(path, others)


def _siblings(document: Mapping[str, Any], old: Mapping[str, Any], path: str) -> list[str]:
    method, _, template = old["operation"].partition(" ")
    found = shape.found_operation(document, method.lower(), template)
    schema = shape.request_schema(document, found[1], old["media_types"][0]) if found and old["media_types"] else None
    parent, _, _ = path.rpartition(".")
    place = shape.within(document, schema or {}, shape.steps(parent))
    names = {name for each in branches(document, place) for name in each.get("properties", {})}
    return sorted(names)


def _similar(name: str, others: Collection[str]) -> str:
    close = difflib.get_close_matches(name, [each for each in others if each != name], n=1, cutoff=0.75)
    return f"; is it {close[0]} now?" if close else ""


def _length(fact: Mapping[str, Any]) -> str:
    return str(fact["max_length"]) if "max_length" in fact else "any number"


def _words(words: Collection[str]) -> str:
    return " or ".join(sorted(words))


def tables(package: str) -> list[frozenset[str]]:
    """The words of every table in an adapter's modules: what stands on the left of its mappings."""
    found = []
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        for value in vars(importlib.import_module(f"{package}.{info.name}")).values():
            if isinstance(value, Mapping) and value and all(isinstance(word, str) for word in value):
                found.append(frozenset(value))
    return found
