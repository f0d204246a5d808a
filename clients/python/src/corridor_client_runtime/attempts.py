"""One call over all of its attempts: its key, its time, and whether it is tried again. It does no I/O itself.

Rule: a write is repeated only under the idempotency key of its first attempt, and only where that may help.
"""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import betterproto2

from corridor_client_runtime import deprecations, failing
from corridor_client_runtime.methods import Key, Method
from corridor_client_runtime.refusals import Refusal, unanswered
from corridor_client_runtime.settings import CallInfo, Settings

# Seconds that an answer may take on its way, beyond the time in which the server works on it.
_ON_THE_WAY = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# What passes by itself. Other reasons are retryable too, once somebody has looked: those are the caller's to repeat.
_PASSES = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "REQUEST_TIMEOUT", "RATE_LIMITED", "IDEMPOTENCY_IN_PROGRESS"})
_EXPIRED = frozenset({"UNAUTHENTICATED", "CREDENTIAL_EXPIRED"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a transport sends."""

    method: Method[Any]
    message: betterproto2.Message
    headers: dict[str, str] = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    message: betterproto2.Message = field(repr=False)
    headers: Mapping[str, str]


class Call:
    """One call. `attempt` gives what to send next; `failed` says how long to wait before, or raises the error."""

    def __init__(
        self,
        settings: Settings,
        method: Method[Any],
        message: betterproto2.Message,
        *,
        idempotency_key: str,
        if_match: str | None = None,
        timeout_seconds: float | None,
        headers: Mapping[str, str] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._message = message
        self._clock = clock
        self.method = method
        self.key = "" if method.key is Key.NONE else idempotency_key or str(uuid.uuid4())
        # Both stay the same over all attempts, so that they can be found as one.
        self._headers = {name.lower(): value for name, value in {**settings.headers, **(headers or {})}.items()}
        if self.key:
            self._headers["idempotency-key"] = self.key
        if if_match is not None:
            self._headers["if-match"] = _condition(if_match)
        longest = timeout_seconds if timeout_seconds is not None else settings.timeout_seconds
        self._began = clock()
        self._ends = self._began + (4 * method.deadline_seconds if longest is None else longest)
        self.attempts = 0
        self._renewed = False

    def attempt(self, credential: Mapping[str, str]) -> Attempt:
        """What to send now."""
        self.attempts += 1
        seconds = min(self._left(), self.method.deadline_seconds + _ON_THE_WAY)
        return Attempt(self.method, self._message, {**self._headers, **credential}, max(seconds, 0.001))

    def carry(self, headers: Mapping[str, str]) -> None:
        """Send these as well, such as the trace's."""
        self._headers |= headers

    def failed(self, refusal: Refusal, renew: Callable[[], bool] | None = None) -> float:
        """Seconds to wait before the next attempt. Raises the error where there is none."""
        if refusal.reason in _EXPIRED and not self._renewed and renew is not None and renew():
            self._renewed = True  # who is not known has changed nothing
            return 0.0
        pause = self._pause(refusal)
        if refusal.reason not in _PASSES or self.attempts > self._settings.retries or pause >= self._left():
            raise self.error(refusal) from None
        return pause

    def error(self, refusal: Refusal) -> failing.CorridorError:
        """The error for callers."""
        self._tell(refusal.reason, refusal.headers)
        kind = failing.of(refusal)
        return kind(refusal, method=self.method.full_name, idempotency_key=self.key, attempts=self.attempts)

    def succeeded(self, answer: Answer) -> None:
        """Tell those who want to know. Raises CorridorError for an answer without what was asked for."""
        field = self.method.http.response_body if self.method.http else ""
        if field and getattr(answer.message, field) is None:
            raise self.error(unanswered("INTERNAL", "The answer does not hold what was asked for."))
        self._tell("", answer.headers)

    def _tell(self, reason: str, headers: Mapping[str, str]) -> None:
        deprecations.notice(self._settings, self.method.full_name, headers)
        if self._settings.on_call is not None:
            request_id, replayed = headers.get("x-request-id", ""), headers.get("idempotent-replayed") == "true"
            seconds = self._clock() - self._began
            self._settings.on_call(
                CallInfo(self.method.full_name, seconds, self.attempts, request_id, self.key, replayed, reason, headers)
            )

    def _left(self) -> float:
        return self._ends - self._clock()

    def _pause(self, refusal: Refusal) -> float:
        """Twice as long each time, with dice so that callers do not come back together; never before the time told."""
        longest = min(_FIRST_PAUSE * 2**self.attempts, _LONGEST_PAUSE)
        dice = random.uniform(longest / 2, longest)  # noqa: S311 - spreads callers, guards nothing
        return max(dice, (refusal.retry_after_seconds or 0.0) + (dice / 10 if refusal.retry_after_seconds else 0.0))


def _condition(etag: str) -> str:
    """An etag, or `*`, as a header has it (RFC 9110, 13.1.1). Raises ValueError for none: it would hold nobody back."""
    if not etag:
        raise ValueError("if_match is empty: give the etag of the resource, or leave it out.")
    return etag if etag == "*" or etag.startswith(('"', "W/")) else f'"{etag}"'
