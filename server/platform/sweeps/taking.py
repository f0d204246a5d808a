"""What sweeps need of the domains: how what a provider lists is taken in, and what is waited for.

Rule: a list is taken in by the same door as webhooks and look-ups; a sweep changes nothing by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.kit.ports import Observation
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.webhooks.read import Unmatched
from server.store.observations import Source


@dataclass(frozen=True, slots=True)
class Taken:
    """What an observation was about, and what it meant."""

    resource_id: str
    verdict: Verdict


class TakeIn(Protocol):
    """How the domains take in what a provider tells unasked."""

    def __call__(
        self, context: Context, connection_id: str, observation: Observation, source: Source, source_id: str
    ) -> Taken | Unmatched:
        """What the observation was about, or why it is about nothing of the company's."""
        ...


@dataclass(frozen=True, slots=True)
class Awaited:
    """A resource that a provider has or may have, and whose end is not known."""

    connection_id: str
    """Over which it was sent."""
    due: datetime
    """When it should be at an end."""
    known: bool
    """Whether the provider has ever told of it."""


class Outstanding(Protocol):
    """How a domain tells of what one kind of work waits for."""

    def __call__(self, context: Context, resource_id: str) -> Awaited | None:
        """The resource, or None if nothing is awaited of it any more."""
        ...
