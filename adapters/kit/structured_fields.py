"""Reads structured fields (RFC 9651): lists and dictionaries of items with parameters.

Rule: a field that is wrong in one place says nothing at all, as the RFC demands.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import unquote_to_bytes

_KEY = re.compile(r"[a-z*][a-z0-9_.*\-]*")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9:/!#$%&'*+\-.^_`|~]*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_DISPLAY = re.compile(r'%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"')
_GAP = re.compile(r"[ \t]*,[ \t]*")


class NotStructured(ValueError):  # noqa: N818 - what the field is
    """The text is no structured field of the kind that was asked for."""


class Token(str):
    """A word that is not quoted."""

    __slots__ = ()


class Display(str):
    """Text for people, in any script."""

    __slots__ = ()


Bare = int | Decimal | str | Token | Display | bytes | bool | datetime


@dataclass(frozen=True, slots=True)
class Item:
    """A value with its parameters. An inner list has items as its value."""

    value: "Bare | tuple[Item, ...]"
    parameters: Mapping[str, Bare] = field(default_factory=dict)


def items(text: str) -> list[Item]:
    """The members of a List. Raises `NotStructured`."""
    reader = _Reader(text)
    found: list[Item] = []
    while reader.more(bool(found)):
        found.append(reader.member())
    return found


def members(text: str) -> dict[str, Item]:
    """The members of a Dictionary; the last of several with one key. Raises `NotStructured`."""
    reader = _Reader(text)
    found: dict[str, Item] = {}
    while reader.more(bool(found)):
        key = reader.match(_KEY)
        found.pop(key, None)
        found[key] = reader.member() if reader.skip("=") else Item(True, reader.parameters())
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text.strip(" ")
        self._at = 0

    def more(self, after_another: bool) -> bool:
        """Whether there is another member, past the comma before it."""
        if self._at >= len(self._text):
            return False
        if not after_another:
            return True
        gap = _GAP.match(self._text, self._at)
        if gap is None or gap.end() >= len(self._text):
            raise NotStructured(self._text)
        self._at = gap.end()
        return True

    def member(self) -> Item:
        if not self.skip("("):
            return Item(self._bare(), self.parameters())
        inner: list[Item] = []
        while True:
            spaces = self._spaces()
            if self.skip(")"):
                return Item(tuple(inner), self.parameters())
            if inner and not spaces:
                raise NotStructured(self._text)
            inner.append(Item(self._bare(), self.parameters()))

    def parameters(self) -> dict[str, Bare]:
        found: dict[str, Bare] = {}
        while self.skip(";"):
            self._spaces()
            key = self.match(_KEY)
            found.pop(key, None)
            found[key] = self._bare() if self.skip("=") else True
        return found

    def skip(self, word: str) -> bool:
        if not self._text.startswith(word, self._at):
            return False
        self._at += len(word)
        return True

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise NotStructured(self._text)
        self._at = found.end()
        return found.group(1) if pattern.groups and pattern is not _NUMBER else found.group()

    def _spaces(self) -> bool:
        before = self._at
        while self.skip(" "):
            pass
        return self._at > before

    def _bare(self) -> Bare:
        match self._text[self._at : self._at + 1]:
            case '"':
                return re.sub(r"\\(.)", r"\1", self.match(_STRING))
            case "?":
                return self._boolean()
            case ":":
                return self._bytes()
            case "@":
                return self._date()
            case "%":
                return self._display()
            case first if first == "-" or first.isdigit():
                return self._number()
        return Token(self.match(_TOKEN))

    def _boolean(self) -> bool:
        for word, value in (("?1", True), ("?0", False)):
            if self.skip(word):
                return value
        raise NotStructured(self._text)

    def _bytes(self) -> bytes:
        text = self.match(_BYTES).rstrip("=")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            raise NotStructured(self._text) from None

    def _date(self) -> datetime:
        self._at += 1
        seconds = self._number()
        try:
            if isinstance(seconds, int):
                return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            pass
        raise NotStructured(self._text)

    def _display(self) -> Display:
        try:
            return Display(unquote_to_bytes(self.match(_DISPLAY)).decode())
        except UnicodeDecodeError:
            raise NotStructured(self._text) from None

    def _number(self) -> int | Decimal:
        text = self.match(_NUMBER)
        whole, point, fraction = text.lstrip("-").partition(".")
        if not point and len(whole) <= 15:
            return int(text)
        if point and len(whole) <= 12 and 1 <= len(fraction) <= 3:
            return Decimal(text)
        raise NotStructured(self._text)
