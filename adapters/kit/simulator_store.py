"""What a simulated vendor remembers: objects, idempotency keys, and events, optionally in a JSON-lines file.

Rule: what is put is on its way to the disk before the vendor answers, so that a restarted simulator knows its books.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the vendor's books: money that it was told to move, under our reference, and what became of it."""

    reference: str
    provider_reference: str
    amount_minor: int
    currency_code: str
    state: str
    """The vendor's own word."""
    kind: str = "payout"
    """What it is: `payout`; `payment`, an authorisation; `capture`, money taken; `refund`, money given back."""


class Store:
    """Objects by kind and id. Callers hold `lock` while they read and change what belongs together."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}
        if path is not None and path.exists():
            self._load(path)
        self._file = path.open("a", encoding="utf-8") if path is not None else None

    def put(self, kind: str, key: str, value: dict[str, Any]) -> None:
        """Add or replace an object."""
        with self.lock:
            self._kinds.setdefault(kind, {})[key] = value
            if self._file is not None:
                line = json.dumps({"kind": kind, "key": key, "value": value}, ensure_ascii=False)
                self._file.write(line + "\n")
                self._file.flush()

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """An object itself, not a copy; None if there is none."""
        with self.lock:
            return self._kinds.get(kind, {}).get(key)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind, in the order in which they were first put."""
        with self.lock:
            return list(self._kinds.get(kind, {}).values())

    def close(self) -> None:
        """Close the file. What is put afterwards is not kept."""
        with self.lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _load(self, path: Path) -> None:
        whole = path.read_bytes()
        # A process that is killed may leave half a line: it was never answered for.
        whole = whole[: whole.rfind(b"\n") + 1]
        path.write_bytes(whole)
        for line in whole.splitlines():
            record = json.loads(line)
            self._kinds.setdefault(record["kind"], {})[record["key"]] = record["value"]
