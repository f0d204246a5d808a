"""Callers: each asks for something new at a steady pace, with a key of its own, and repeats what had no answer.

Rule: what a caller was told is kept, so that it can be held against what came of it.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

import click

from server.cli.drills.subjects import Subject
from server.cli.rest import Refused, Rest

_CALLERS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that was answered."""

    number: int
    resource_id: str
    amount_minor: int
    at: float
    """When it was answered, in seconds since 1970."""
    seconds: float


class Load:
    """Asks at a steady pace from several threads until it is stopped."""

    def __init__(self, url: str, key: str, subject: Subject, per_second: float, first: int) -> None:
        self._url = url
        self._key = key
        self._subject = subject
        self._gap = 1.0 / per_second
        self._next = first
        self._began = time.monotonic()
        self._first = first
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.asked: list[Asked] = []
        self.refused: list[str] = []
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(_CALLERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _call(self) -> None:
        rest = Rest(self._url, self._key)
        while not self._stopped.is_set():
            with self._lock:
                number, self._next = self._next, self._next + 1
            due = self._began + (number - self._first) * self._gap
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                break
            self._ask(rest, number)
        rest.close()

    def _ask(self, rest: Rest, number: int) -> None:
        body: dict[str, Any] = self._subject.body(number)
        try:
            answer = rest.send("POST", self._subject.path, body, key=f"drill-{number}")
        except Refused as refused:
            self.refused.append(refused.message)
        except click.ClickException as error:
            self.refused.append(error.message)
        else:
            resource_id = answer.body[self._subject.id_field]
            amount = int(body["amount"]["amount_minor"])
            self.asked.append(Asked(number, resource_id, amount, time.time(), answer.seconds))
