"""What stands before every call to a provider: breakers, rate limits, bulkheads. Each can hold a call back.

Rule: a call that is held back was never begun. There is no attempt of it, and it counts as none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from adapters.kit.call import Exchange
from server.store.attempts import Outcome

_log = structlog.get_logger("corridor.providers")

PATIENCE_SECONDS = 5.0
"""Who waits for an answer for less than this, and for less than the provider may take, learns nothing of it."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call goes. Calls with the same provider and address meet the same machines, whoever makes them."""

    company_id: str
    environment: int
    connection_id: str
    provider: str
    address: str  # the base URL
    operation: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended, for whoever keeps count."""

    outcome: Outcome
    seconds: float
    exchanges: Sequence[Exchange] = field(default=(), repr=False)
    code: str = ""
    retry_after_seconds: float | None = None
    timed_out: bool = False
    of_ours: bool = False
    """Whether it ended on our side, so that it says nothing of the provider."""

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        error: Exception | None,
        exchanges: Sequence[Exchange],
        seconds: float,
        timeout_seconds: float,
    ) -> "Ending":
        """The ending of a call. The provider may take `timeout_seconds`; a caller may have had less patience."""
        timed_out = getattr(error, "timed_out", False)
        impatient = timed_out and seconds < 0.9 * min(timeout_seconds, PATIENCE_SECONDS)
        return cls(
            outcome,
            seconds,
            exchanges,
            getattr(error, "code", ""),
            getattr(error, "retry_after_seconds", None),
            timed_out,
            impatient or getattr(error, "of_ours", False),
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A call must not be made now."""

    after_seconds: float
    """When to try again."""
    why: str
    """In words of ours."""


class Gate(Protocol):
    """Something that calls have to pass."""

    def enter(self, to: Destination) -> Held | None:
        """Let a call through, and keep what it takes until it leaves; or hold it back, and keep nothing."""
        ...

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Give back what a call took. No ending: it was let through here and held back behind, or never begun."""
        ...


def enter(gates: Sequence[Gate], to: Destination) -> Held | None:
    """Pass every gate in turn, or none of them: also where one of them breaks."""
    passed = 0
    held: Held | None = None
    try:
        for gate in gates:
            held = gate.enter(to)
            if held is not None:
                break
            passed += 1
    finally:
        if passed < len(gates):
            leave(gates[:passed], to, None)
    return held


def leave(gates: Sequence[Gate], to: Destination, ending: Ending | None) -> None:
    """Leave every gate, the last one first. One that breaks keeps no other's place, and no answer from its caller."""
    for gate in reversed(gates):
        try:
            gate.leave(to, ending)
        except Exception:
            _log.exception("gate_broke", gate=type(gate).__name__, provider=to.provider, operation=to.operation)
