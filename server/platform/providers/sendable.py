"""What a domain tells of the resources that it sends to providers, so that `sending` can send and follow them.

Rule: a domain says what its resources are and mean; when anything is sent, asked or repeated is not for it to decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from adapters.kit.call import Call
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Ended
from server.platform.routing.choices import Decided
from server.platform.routing.router import Router
from server.store import attempts, work, work_items
from server.store.attempts import Outcome
from server.store.engine import Connection
from server.store.observations import Source

T = TypeVar("T")

# Attempts after which the provider may have acted.
MAY_HAVE_ACTED = {Outcome.OPEN, Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.UNMAPPED}


@dataclass(frozen=True, slots=True)
class Timing:
    """When a provider is asked about something of which it has not told us."""

    unknown_seconds: float = 2.0  # after an answer was lost
    poll_seconds: float = 600.0  # while a provider works on it


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a call, as it is recorded with what it says: its attempt is closed, and a person told if need be."""

    context: Context
    resource_id: str
    ended: Ended
    person: int = 0
    """The kind of the work item for a person; 0 for none."""
    shadow: str = ""
    """The kind of the work by which the same is tried elsewhere without any effect; empty for none."""

    def __call__(self, connection: Connection) -> None:
        """Record it in the caller's transaction."""
        ended = self.ended
        attempts.close_attempt(
            connection,
            self.context,
            ended.attempt_id,
            ended.outcome,
            code=ended.code,
            detail=ended.detail,
            exchanges=ended.exchanges,
        )
        if self.shadow:
            who = self.context.who
            work.schedule_idle(
                connection,
                who.company_id,
                who.environment,
                kind=self.shadow,
                resource_id=self.resource_id,
                correlation_id=self.context.correlation_id,
                traceparent=self.context.traceparent,
            )
        if self.person:
            summary = f"{ended.provider}: {ended.detail}"
            if ended.credentials_refused:
                summary += ". Rotate the credentials of the connection: what waits for it then goes on."
            work_items.open_item(connection, self.context, self.resource_id, self.person, summary)


class NotNow(Exception):  # noqa: N818 - says why nothing is sent
    """The resource is not as it was when the work began: it is looked at again."""


class Stopped(Exception):  # noqa: N818 - as above
    """The resource must not be sent any more. The text says why, in words of ours."""


class Sendable(Protocol[T]):
    """What a domain tells of its resources, so that they can be sent and followed. `T` is the resource's message."""

    @property
    def name(self) -> str:
        """The domain, such as `payouts`."""
        ...

    @property
    def create(self) -> str:
        """The port's method that acts, such as `create_payout`."""
        ...

    @property
    def look_up(self) -> str:
        """The port's method that asks."""
        ...

    def id_of(self, thing: T) -> str:
        """The resource's id. It is the idempotency key at the provider, too."""
        ...

    def get(self, context: Context, resource_id: str) -> T | None:
        """The resource as it is."""
        ...

    def lock(self, connection: Connection, context: Context, resource_id: str) -> T | None:
        """The resource, locked until the transaction ends."""
        ...

    def waits(self, thing: T) -> bool:
        """Whether it waits to be sent."""
        ...

    def under_way(self, thing: T) -> bool:
        """Whether a provider has it, or may have it, and its end is not known."""
        ...

    def sent_over(self, thing: T) -> str:
        """The connection over which it was sent."""
        ...

    def reference(self, thing: T) -> str:
        """The provider's own id for it; empty as long as it is not known."""
        ...

    def due(self, thing: T) -> datetime:
        """When it should be at an end."""
        ...

    @property
    def router(self) -> Router:
        """Who decides where things go."""
        ...

    def facts(self, thing: T) -> RoutingFacts:
        """What routing knows of it."""
        ...

    def choose(self, connection: Connection, context: Context, thing: T, tries: int) -> Decided:
        """Over which connection it goes at this try, and why."""
        ...

    def about_to_send(self, connection: Connection, context: Context, locked: T, live: Live) -> None:
        """Write down over which connection it goes. Raises `Stopped` if it must not go any more."""
        ...

    def begin(self, context: Context, thing: T, live: Live, decision: RouteDecision) -> tuple[T, str] | None:
        """What `about_to_send` does, with attempt and decision, in one statement; the resource and the attempt's id.

        None to take the long way: with the row locked, `about_to_send`, and the attempt.
        """
        ...

    def about_to_repeat(self, connection: Connection, context: Context, locked: T) -> None:
        """Raise `Stopped` if it must not be repeated, though the provider knows nothing of it."""
        ...

    def stop(self, context: Context, thing: T) -> None:
        """End it, after `about_to_send` has raised `Stopped`."""
        ...

    def send(self, context: Context, adapter: Any, call: Call, thing: T) -> Any:
        """Have the adapter act; what the provider said."""
        ...

    def ask(self, adapter: Any, call: Call, thing: T) -> Any | None:
        """Have the adapter ask; what the provider said, or None if it knows nothing of it."""
        ...

    def perhaps(self, thing: T, word: str) -> Any:
        """The observation that the provider may have it."""
        ...

    def refused(self, thing: T, code: str) -> Any:
        """The observation that the provider refused the customer's data."""
        ...

    def conclude(self, context: Context, thing: T, observation: Any, source: Source, closing: Closing) -> T | None:
        """What `observe` does, together with the attempt's end, in one statement; the resource as it then is.

        None to take the long way: with the row locked, `observe`, and the attempt's end.
        """
        ...

    def observe(
        self,
        context: Context,
        resource_id: str,
        connection_id: str,
        observation: Any,
        source: Source,
        source_id: str,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> tuple[T, Verdict] | None:
        """Take in an observation; the resource as it then is, or None if there is none."""
        ...
