"""Reads TOML strictly: every key is named once, has its type, and is spelt as the reader spells it.

Rule: an error names the file and the key.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any


class ManifestError(ValueError):
    """A manifest says something that it cannot mean. The text names file and key."""


class Table:
    """One TOML table, read key by key. `finish` refuses the keys that nobody read."""

    def __init__(self, values: object, file: str, path: str = "") -> None:
        self._file = file
        self._path = path
        self._read: set[str] = set()
        if not isinstance(values, Mapping):
            raise ManifestError(f"{file}: {path or 'the file'} must be a table")
        self._values: Mapping[str, Any] = values

    def error(self, key: str, problem: str) -> ManifestError:
        """An error about one key of this table."""
        return ManifestError(f"{self._file}: {self._path + '.' if self._path else ''}{key} {problem}")

    def keys(self) -> list[str]:
        """All keys of the table, as they stand."""
        return list(self._values)

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self._values

    def text(self, key: str, *, default: str | None = None, pattern: str = r"\S(.*\S)?") -> str:
        """Text that matches the pattern as a whole."""
        value = self._take(key, str, "text", default)
        if value != default and not re.fullmatch(pattern, value):
            raise self.error(key, f"is {value!r}, which does not match {pattern}")
        return str(value)

    def word(self, key: str, allowed: Collection[str], *, default: str | None = None) -> str:
        """One of the allowed words."""
        value = self._take(key, str, "text", default)
        if value != default and value not in allowed:
            raise self.error(key, f"is {value!r}; it can be {', '.join(sorted(allowed))}")
        return str(value)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false."""
        return bool(self._take(key, bool, "true or false", default))

    def number(self, key: str, *, at_least: float, at_most: float, default: float | None = None) -> float:
        """A number within bounds."""
        value = self._take(key, (int, float), "a number", default)
        if isinstance(value, bool) or not at_least <= value <= at_most:
            raise self.error(key, f"must be a number from {at_least:g} to {at_most:g}")
        return float(value)

    def day(self, key: str) -> date:
        """A TOML local date, such as 2026-11-21 without quotes."""
        value = self._take(key, date, "a date without quotes", None)
        if isinstance(value, datetime):
            raise self.error(key, "must be a date without a time")
        found: date = value
        return found

    def texts(self, key: str, *, allowed: Collection[str] | None = None, optional: bool = False) -> tuple[str, ...]:
        """A list of different texts."""
        values = self._take(key, list, "a list of texts", [] if optional else None)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.error(key, "must be a list of texts")
            if allowed is not None and value not in allowed:
                raise self.error(key, f"has {value!r}, which is not known")
        if len(set(values)) != len(values):
            raise self.error(key, "names something twice")
        if not values and not optional:
            raise self.error(key, "must not be empty")
        return tuple(values)

    def table(self, key: str, *, optional: bool = False) -> "Table":
        """A table below this one; empty if it is optional and missing."""
        values = self._take(key, dict, "a table", {} if optional else None)
        return Table(values, self._file, f"{self._path}.{key}" if self._path else key)

    def tables(self, key: str, *, optional: bool = False) -> "list[Table]":
        """A list of tables below this one."""
        values = self._take(key, list, "a list of tables", [] if optional else None)
        path = f"{self._path}.{key}" if self._path else key
        return [Table(value, self._file, f"{path}[{number}]") for number, value in enumerate(values)]

    def text_or_table(self, key: str) -> "str | Table":
        """Text, or a table."""
        value = self._take(key, (str, dict), "text or a table", None)
        return value if isinstance(value, str) else Table(value, self._file, f"{self._path}.{key}")

    def finish(self) -> None:
        """Refuse the keys that nobody read."""
        unknown = [key for key in self._values if key not in self._read]
        if unknown:
            raise self.error(unknown[0], "is not a key that is known here")

    def _take(self, key: str, kind: type | tuple[type, ...], kind_name: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self._values:
            if default is None:
                raise self.error(key, "is missing")
            return default
        value = self._values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"must be {kind_name}")
        return value
