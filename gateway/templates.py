"""Path templates of google.api.http: `/v1/{name=shelves/*}/books:list`.

A template that this parser accepts is one that the router can match; anything else is refused at start.
Grammar: google/api/http.proto, "Path template syntax".
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

_LITERAL = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()+,;@]|%[0-9A-Fa-f]{2})+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


class TemplateError(ValueError):
    """The template does not follow the grammar."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a template: which segments it covers. `end` is -1 where it covers all the rest."""

    field_path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template. Segments are literals in normal form, `*` or `**`."""

    segments: tuple[str, ...]
    verb: str
    variables: tuple[Variable, ...]

    @property
    def shape(self) -> str:
        """The template with its variables' names left out; two equal shapes match the same paths."""
        return "/" + "/".join(self.segments) + (f":{self.verb}" if self.verb else "")

    @property
    def static(self) -> bool:
        """Whether it matches exactly one path."""
        return not any(segment in ("*", "**") for segment in self.segments)


def parse(text: str) -> Template:
    """Parses a template. Raises TemplateError, naming the column."""
    parser = _Parser(text)
    parser.expect("/")
    parser.read_segments()
    verb = ""
    if parser.take(":"):
        verb = parser.read_literal("verb")
    if parser.at < len(text):
        raise parser.error(f"unexpected {text[parser.at]!r}")
    if "**" in parser.segments[:-1]:
        raise TemplateError(f"{text}: `**` must be the last segment")
    names = [variable.field_path for variable in parser.variables]
    if len(set(names)) != len(names):
        raise TemplateError(f"{text}: a variable stands there twice")
    return Template(tuple(parser.segments), verb, tuple(parser.variables))


def normalise(literal: str) -> str:
    """The literal with unreserved characters unescaped, and the hex digits of the other escapes in upper case."""

    def escape(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return _ESCAPE.sub(escape, literal)


def plain(literal: str) -> str:
    """The literal as it is compared: without escapes."""
    return unquote(literal)


class _Parser:
    """Recursive descent over one template; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.segments: list[str] = []
        self.variables: list[Variable] = []

    def error(self, what: str) -> TemplateError:
        return TemplateError(f"{self.text}: column {self.at + 1}: {what}")

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise self.error(f"expected {token!r}")

    def read_segments(self) -> None:
        self.read_segment()
        while self.take("/"):
            self.read_segment()

    def read_segment(self) -> None:
        if self.take("{"):
            self.read_variable()
        elif self.take("**"):
            self.segments.append("**")
        elif self.take("*"):
            self.segments.append("*")
        else:
            self.segments.append(self.read_literal("path segment"))

    def read_variable(self) -> None:
        path = [self.read_identifier()]
        while self.take("."):
            path.append(self.read_identifier())
        place, start = len(self.variables), len(self.segments)
        if self.take("="):
            self.read_segments()
        else:
            self.segments.append("*")
        self.expect("}")
        end = -1 if self.segments[-1] == "**" else len(self.segments)
        # An outer variable stands before those inside it, as it does in the text.
        self.variables.insert(place, Variable(tuple(path), start, end))

    def read_identifier(self) -> str:
        match = _IDENTIFIER.match(self.text, self.at)
        if match is None:
            raise self.error("expected an identifier")
        self.at = match.end()
        return match[0]

    def read_literal(self, what: str) -> str:
        match = _LITERAL.match(self.text, self.at)
        if match is None:
            raise self.error(f"expected a {what}")
        self.at = match.end()
        return normalise(match[0])
