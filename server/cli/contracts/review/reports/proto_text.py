"""The text of .proto files, as far as showing it takes: pieces of a line, and where a declaration ends.

Rule: any line gives back its own characters, also one that is no protobuf.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.cli.contracts.review.model import Place

_FARTHEST = 400

_TOKEN = re.compile(
    r"(?P<comment>//.*$)|(?P<string>\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?)|(?P<word>[A-Za-z_][\w.]*)"
    r"|(?P<number>[0-9][\w.]*)|(?P<space>\s+)|(?P<other>.)"
)
_COMMENT = re.compile(r"\s+|\S+")
_KEYWORDS = frozenset(
    {"syntax", "package", "import", "public", "message", "enum", "service", "rpc", "returns", "option", "oneof", "map",
     "repeated", "optional", "reserved", "to", "max", "stream", "extend", "extensions", "true", "false"}
)  # fmt: skip
_TYPES = frozenset(
    {"string", "bytes", "bool", "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32",
     "fixed64", "sfixed32", "sfixed64"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line: what it is, its text, and whether it differs from the other side."""

    kind: str
    text: str
    marked: bool = False


@functools.lru_cache(maxsize=10_000)  # the end of a declaration is looked for line by line, by each of its changes
def tokens(line: str) -> tuple[Token, ...]:
    """A line of a .proto file in pieces that a reader takes in as one."""
    found = []
    for match in _TOKEN.finditer(line):
        kind, text = match.lastgroup or "other", match[0]
        if kind == "comment":
            found += [Token("comment", each) for each in _COMMENT.findall(text)]
        else:
            found.append(Token(_named(text) if kind == "word" else kind, text))
    return tuple(found)


def _named(word: str) -> str:
    if word in _KEYWORDS:
        return "keyword"
    last = word.rpartition(".")[2]
    if word in _TYPES or (last[:1].isupper() and not last.isupper()):
        return "type"
    return "value" if "_" in last and last.isupper() else "name"


def extent(lines: Sequence[str], place: Place) -> range:
    """The lines of the element that is declared at a place: its comment, and as far as its brackets go."""
    start = place.line - 1
    if not 0 <= start < len(lines):
        return range(0)
    depth = 0
    end = start
    for end in range(start, min(len(lines), start + _FARTHEST)):
        for token in tokens(lines[end]):
            if token.kind == "other":
                depth += (token.text in "{[(<") - (token.text in "}])>")
        last = next((each.text for each in reversed(tokens(lines[end])) if each.kind not in ("space", "comment")), "")
        if depth <= 0 and last in (";", "}"):
            break
    while start > 0 and lines[start - 1].lstrip().startswith("//"):
        start -= 1
    return range(start, end + 1)
