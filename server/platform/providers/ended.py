"""How a provider call ended, as it comes back to whoever made it."""

from dataclasses import dataclass, field
from typing import Any

from adapters.kit.call import Exchange
from adapters.kit.errors import Misconfigured, ProviderError, Unmapped
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from server.platform.providers.connections import Live
from server.store.attempts import Outcome

HELD_BACK = "held_back"
"""The code of a call that a gate held back."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a provider call ended. It is recorded by `close`, in the transaction that acts on it.

    Without an attempt's id it was held back, and never begun.
    """

    attempt_id: str
    connection_id: str
    provider: str
    operation: str
    outcome: Outcome
    value: Any = None
    error: ProviderError | Unmapped | None = None
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    live: Live | None = field(default=None, repr=False)  # the connection as it was known when the call was made
    decision: RouteDecision | None = field(default=None, repr=False)  # by which it went there, where it acted

    @property
    def detail(self) -> str:
        """What went wrong, for people; empty for an answer. Fields are named, their values never."""
        refused = [f"{problem.field} {problem.description}" for problem in getattr(self.error, "problems", ())]
        return ": ".join(part for part in (str(self.error or ""), "; ".join(refused)) if part)

    @property
    def held_back(self) -> bool:
        """Whether it was never begun."""
        return not self.attempt_id and self.code == HELD_BACK

    @property
    def credentials_refused(self) -> bool:
        """Whether the provider refuses the credentials."""
        return isinstance(self.error, Misconfigured) and self.error.credentials

    @property
    def code(self) -> str:
        """The provider's own word for what went wrong."""
        return getattr(self.error, "code", "")

    @property
    def retry_after_seconds(self) -> float | None:
        """When the provider wants to be asked again, if it said so."""
        return getattr(self.error, "retry_after_seconds", None)
