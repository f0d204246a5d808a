"""Where checkpoints stand a second time, out of the database's reach: a directory, or objects under an HTTP(S) URL.

What was written is never changed. A checkpoint is committed in the database first: one that is missing here was made
just now; one that is missing there was cut off.
"""

import functools
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

import httpx

from server.platform.audit.rows import Lane

P = ParamSpec("P")
R = TypeVar("R")

_SECONDS = 10.0
_KEPT = "kept-from"


class SecondStoreError(Exception):
    """The second store cannot be read or written. The message says which, and why."""


class SecondStore(Protocol):
    """Checkpoints by lane and number, from 1 without gaps."""

    def last(self, lane: Lane, known: int) -> tuple[int, str] | None:
        """The last checkpoint. `known` is a number up to which they are known to exist, to begin looking."""
        ...

    def append(self, lane: Lane, number: int, jws: str) -> None:
        """Add the checkpoint after the last one, and see to it that it lasts."""
        ...

    def read(self, lane: Lane, up_to: int) -> Mapping[int, str]:
        """Every checkpoint of a lane; `up_to` is how many the database has."""
        ...

    def lanes(self) -> list[Lane]:
        """The lanes that are known here, as far as the store can tell."""
        ...

    def keep_from(self, lane: Lane, jws: str) -> None:
        """Note from where on a lane is kept, after retention."""
        ...

    def kept_from(self, lane: Lane) -> str:
        """What was noted last; empty where everything is kept."""
        ...

    def publish_key(self, pem: str) -> None:
        """Put the public key beside what it verifies."""
        ...


def _told(method: Callable[P, R]) -> Callable[P, R]:
    """Lets a method tell what the file system refuses."""

    @functools.wraps(method)
    def telling(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except OSError as error:
            raise SecondStoreError(f"the checkpoint store {error.filename}: {error.strerror}") from None

    return telling


class Directory:
    """A file for each lane, with a checkpoint in each line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @_told
    def last(self, lane: Lane, known: int) -> tuple[int, str] | None:
        """The last line that was written whole."""
        file = self._file(lane)
        if not file.exists():
            return None
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - 16_384))
            for line in reversed(opened.read().split(b"\n")):
                if found := _parsed(line):
                    return found
        return None

    @_told
    def append(self, lane: Lane, number: int, jws: str) -> None:
        """One line, on the disk before this returns. What a crash left of a line is closed first."""
        self._path.mkdir(parents=True, exist_ok=True)
        file = self._file(lane)
        is_new = not file.exists()
        with file.open("ab+") as opened:
            torn = b""
            if not is_new and file.stat().st_size:
                opened.seek(-1, os.SEEK_END)
                torn = b"" if opened.read(1) == b"\n" else b"\n"
            opened.write(torn + _line(number, jws).encode() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        if is_new:
            _sync(self._path)

    @_told
    def read(self, lane: Lane, up_to: int) -> Mapping[int, str]:
        """Every line that was written whole."""
        file = self._file(lane)
        if not file.exists():
            return {}
        return dict(found for line in file.read_bytes().split(b"\n") if (found := _parsed(line)))

    def lanes(self) -> list[Lane]:
        """A lane for each file."""
        found = []
        for file in sorted(self._path.glob("*.jsonl")):
            company_id, _, environment = file.stem.rpartition("-")
            found.append(Lane("" if company_id == "installation" else company_id, int(environment)))
        return found

    @_told
    def keep_from(self, lane: Lane, jws: str) -> None:
        """A file of its own, changed as a whole."""
        self._replace(f"{lane.name}.{_KEPT}", jws)

    @_told
    def kept_from(self, lane: Lane) -> str:
        """The file's text."""
        file = self._path / f"{lane.name}.{_KEPT}"
        return file.read_text() if file.exists() else ""

    @_told
    def publish_key(self, pem: str) -> None:
        """`audit-key.pem`, written when it is missing or another."""
        file = self._path / "audit-key.pem"
        if not file.exists() or file.read_text() != pem:
            self._replace(file.name, pem)

    def _file(self, lane: Lane) -> Path:
        return self._path / f"{lane.name}.jsonl"

    def _replace(self, name: str, text: str) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        made = self._path / f".{name}.new"
        with made.open("w") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        made.rename(self._path / name)
        _sync(self._path)


class Objects:
    """An object for each checkpoint, by GET and PUT: `URL/<lane>/<number>`. Credentials stand in the URL, if any.

    It holds what a line of the directory's files does: what a store has kept of half a PUT is no checkpoint.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/") + "/", timeout=_SECONDS)

    def last(self, lane: Lane, known: int) -> tuple[int, str] | None:
        """The last one: looked for upwards from what is known, and downwards where less is there."""
        number, found = known, self._checkpoint(lane, known) if known else ""
        while number > 0 and not found:
            number -= 1
            found = self._checkpoint(lane, number) if number else ""
        while above := self._checkpoint(lane, number + 1):
            number, found = number + 1, above
        return (number, found) if found else None

    def append(self, lane: Lane, number: int, jws: str) -> None:
        """One object that nothing overwrites, where the store honours the condition (RFC 9110, 13.1.2)."""
        name, line = f"{lane.name}/{number}", _line(number, jws)
        if self._put(name, line, {"if-none-match": "*"}):
            return
        there = self._checkpoint(lane, number)
        if there and there != jws:
            raise SecondStoreError(f"the checkpoint store has another {name}")
        if not there:  # half of it, from a PUT that was cut off
            self._put(name, line, {})

    def read(self, lane: Lane, up_to: int) -> Mapping[int, str]:
        """Every object up to where the database ends, and what comes after it."""
        found = {number: text for number in range(1, up_to + 1) if (text := self._checkpoint(lane, number))}
        number = up_to
        while above := self._checkpoint(lane, number + 1):
            number += 1
            found[number] = above
        return found

    def lanes(self) -> list[Lane]:
        """None: plain HTTP lists nothing. Lanes are those of the database."""
        return []

    def keep_from(self, lane: Lane, jws: str) -> None:
        """An object of its own."""
        self._put(f"{lane.name}/{_KEPT}", jws, {})

    def kept_from(self, lane: Lane) -> str:
        """The object's text."""
        return self._get(f"{lane.name}/{_KEPT}")

    def publish_key(self, pem: str) -> None:
        """`audit-key.pem`, written when it is missing or another."""
        if self._get("audit-key.pem") != pem:
            self._put("audit-key.pem", pem, {})

    def _get(self, name: str) -> str:
        try:
            answer = self._http.get(name)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return ""
            return answer.raise_for_status().text
        except httpx.HTTPError as error:
            raise SecondStoreError(f"the checkpoint store does not give {name}: {type(error).__name__}") from None

    def _put(self, name: str, text: str, headers: dict[str, str]) -> bool:
        """Whether the object was taken; not, where the condition in the headers did not hold."""
        try:
            answer = self._http.put(name, content=text, headers=headers)
            if answer.status_code == httpx.codes.PRECONDITION_FAILED:
                return False
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise SecondStoreError(f"the checkpoint store does not take {name}: {type(error).__name__}") from None
        return True

    def _checkpoint(self, lane: Lane, number: int) -> str:
        found = _parsed(self._get(f"{lane.name}/{number}").encode())
        return found[1] if found and found[0] == number else ""


def of(place: str, data_dir: Path) -> SecondStore:
    """The store at a place: a URL, a directory, or the directory in the data directory."""
    if place.startswith(("http://", "https://")):
        return Objects(place)
    return Directory(Path(place) if place else data_dir / "audit-checkpoints")


def _line(number: int, jws: str) -> str:
    return json.dumps({"number": number, "jws": jws})


def _parsed(line: bytes) -> tuple[int, str] | None:
    try:
        found = json.loads(line)
        return int(found["number"]), str(found["jws"])
    except (ValueError, KeyError, TypeError):
        return None


def _sync(path: Path) -> None:
    """Let a directory's own entries last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
