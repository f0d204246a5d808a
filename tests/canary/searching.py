"""Looks for planted values: in every column of every table, in files, log lines, spans, metrics, errors and webhooks.

A value is found also where it is written otherwise: in hexadecimal, base64, with other case or without separators.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2
"""
_SEPARATORS = re.compile(rb"[\s\-.]")


class Search:
    """Finds any of the planted values in what is shown to it, and keeps where that was."""

    def __init__(self, canaries: Mapping[str, str]) -> None:
        self._forms = {name: set(_forms(value)) for name, value in canaries.items()}
        self.found: list[str] = []
        self.searched = 0  # bytes

    def look(self, place: str, shown: object) -> None:
        """Search one thing; `place` tells people where it was."""
        data = _bytes(shown)
        self.searched += len(data)
        lowered = data.lower()
        bare = _SEPARATORS.sub(b"", lowered)
        for name, forms in self._forms.items():
            if any(form in data or form in lowered or form in bare for form in forms):
                self.found.append(f"{name} in {place}")

    def tables(self, owner_url: str) -> int:
        """Search every column of every table; how many columns there were."""
        columns = 0
        with psycopg.connect(owner_url) as connection:
            for schema, table in connection.execute(_TABLES).fetchall():
                query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
                cursor = connection.execute(query)
                names = [column.name for column in cursor.description or ()]
                columns += len(names)
                for row in cursor:
                    for name, value in zip(names, row, strict=True):
                        self.look(f"{schema}.{table}.{name}", value)
        return columns

    def files(self, paths: Iterable[Path]) -> None:
        """Search files."""
        for path in paths:
            if path.is_file():
                self.look(f"file {path.name}", path.read_bytes())

    def places(self) -> list[str]:
        """Where anything was found, each once."""
        return sorted(set(self.found))


def _bytes(shown: object) -> bytes:
    if isinstance(shown, bytes | bytearray | memoryview):
        return bytes(shown)
    if isinstance(shown, list | tuple):
        return b"\n".join(_bytes(each) for each in shown)
    return str(shown).encode(errors="replace") if shown is not None else b""


def _forms(value: str) -> Iterator[bytes]:
    raw = value.encode()
    yield raw
    yield raw.lower()
    yield quote(value, safe="").encode()
    yield raw.hex().encode()
    bare = _SEPARATORS.sub(b"", raw.lower())
    if len(bare) > 8:
        yield bare
    for shift in range(3):  # in base64 a value looks different at each of three places
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[-(-shift * 8 // 6) + (1 if shift else 0) : -4]


def spans(finished: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Everything that a finished span says."""
    for span in finished:
        said = [span.name, str(dict(span.attributes or {})), str(span.status.description)]
        said += [f"{event.name} {dict(event.attributes or {})}" for event in span.events]
        yield f"span {span.name}", "\n".join(said)
