"""Foreign words as a reviewer is shown them: what would steer a terminal, or turn a line round, stands there as text.

Rule: lines are those that protoc counts, so that what is shown is what is meant; nothing is left out, only spelled out.
"""

import dataclasses
import re
from typing import Any, TypeVar, cast

from server.cli.contracts.review.model import Review

Told = TypeVar("Told")

# Controls (a terminal obeys those of C1 as well), and what changes the direction of text (Unicode TR 36, section 3.5).
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with such characters as their numbers: `⟨U+202E⟩`."""
    return _STEERING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def lines(text: str) -> list[str]:
    """The lines of a text as protoc counts them, by line feeds alone."""
    found = [line.removesuffix("\r") for line in text.split("\n")]
    return found if found[-1] else found[:-1]


def of(review: Review) -> Review:
    """The review as it may be shown."""
    before, after = (dataclasses.replace(side, title=visible(side.title)) for side in (review.before, review.after))
    return dataclasses.replace(
        review,
        before=before,
        after=after,
        changes=[_told(each) for each in review.changes],
        expired=_told(review.expired),
        unused=_told(review.unused),
    )


def _told(value: Told) -> Told:
    """Everything that is text in it; the lines of a text stay its lines."""
    shown: Any = value
    if isinstance(value, str):
        shown = "\n".join(visible(line) for line in lines(value)) + ("\n" if value.endswith("\n") else "")
    elif isinstance(value, tuple):
        shown = tuple(_told(each) for each in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        shown = dataclasses.replace(value, **{name: _told(getattr(value, name)) for name in names})
    return cast(Told, shown)
