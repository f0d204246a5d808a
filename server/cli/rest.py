"""A caller of /v1 over HTTP, for commands that show how a customer uses it."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import click
import httpx

from server.cli import tls

_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a 2xx. `seconds` is how long it took."""

    status: int
    raw: bytes = field(repr=False)
    body: Any
    replayed: bool
    seconds: float


class Rest:
    """Calls one gateway with one key."""

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        # Loopback needs no proxy, and the environment's must not see the key.
        verify = tls.verification() if url.startswith("https:") else True
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False, verify=verify
        )

    def send(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """The answer. `key` is the idempotency key. Raises `ClickException` for a refusal, or when nothing answers."""
        began = time.monotonic()
        try:
            answer = self._http.request(method, path, json=body, headers={"idempotency-key": key} if key else {})
        except httpx.HTTPError as error:
            raise click.ClickException(f"{method} {path} had no answer ({type(error).__name__}).") from None
        seconds = time.monotonic() - began
        if not answer.is_success:
            raise Refused(method, path, answer.status_code, answer.text)
        parsed = json.loads(answer.content) if answer.content else None
        replayed = answer.headers.get("idempotent-replayed") == "true"
        return Answer(answer.status_code, answer.content, parsed, replayed, seconds)

    def is_ready(self) -> bool:
        """Whether the gateway, and the server behind it, take calls."""
        try:
            return self._http.get("/readyz").is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


class Refused(click.ClickException):
    """An answer that is no 2xx."""

    def __init__(self, method: str, path: str, status: int, text: str) -> None:
        try:
            problem = json.loads(text)
            said = f"{problem.get('reason', '')}: {problem.get('detail') or problem.get('title', '')}"
        except ValueError:
            said = text[:200]
        super().__init__(f"{method} {path} was refused with {status}: {said}")
        self.status = status
