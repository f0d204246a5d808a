"""What a case is, and how cases are made.

Rule: a case is a replacement of words that stand in the contract once; labels are written by hand, never computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.contracts.corpus.letters import BASE

Texts = dict[str, str]
"""Files of a case by their names within its package, such as `letter.proto`."""


@dataclass(frozen=True)
class Case:
    """One change with its labels."""

    name: str
    kind: str
    before: Texts
    after: Texts
    expected: tuple[str, ...]
    """Such as `SCOPE_REPLACED breaking`, sorted."""


def replaced(text: str, changes: Iterable[tuple[str, str]]) -> str:
    """The text with words replaced, each of which stands in it once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def case(kind: str, name: str, *changes: tuple[str, str], told: str, given: Iterable[tuple[str, str]] = ()) -> Case:
    """A change of the contract; `given` is changed on both sides first. Several labels are divided by commas."""
    start = replaced(BASE, given)
    return written(kind, name, start, replaced(start, changes), told)


def written(kind: str, name: str, before: str | Texts, after: str | Texts, told: str) -> Case:
    """A change between two texts of one file, or of several."""
    texts = [{"letter.proto": text} if isinstance(text, str) else text for text in (before, after)]
    labels = tuple(sorted(label.strip() for label in told.split(",") if label.strip()))
    return Case(name, kind, texts[0], texts[1], labels)
