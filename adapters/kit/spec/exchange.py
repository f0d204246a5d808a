"""A request and its answer as they travelled, byte for byte. Header names are in lower case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. `method` is in lower case; `target` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs; blanks are kept, because a filter with an empty value is a filter."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def content_type(self) -> str:
        """The media type with its parameters; the boundary of a multipart body keeps its case."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered."""

    status_code: int
    headers: Mapping[str, str]
    data: bytes | None = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type with its parameters."""
        return self.headers.get("content-type", "")
