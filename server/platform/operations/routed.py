"""What operations has to know of a domain's resources, so that what is stuck can be shown, retried and found.

Rule: what a resource is and means is said by its domain; how it is sent and asked about stays with `sending`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf.message import Message

from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit.context import Context
from server.store import work
from server.store.engine import Connection
from server.store.work import Job


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a kind of work of a resource stands in line."""

    kind: str
    lane: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a resource stands, as far as operations is concerned."""

    resource_id: str
    message: Message = field(repr=False)
    state: str  # in a word, such as `settled`
    revision: int
    waits: bool  # to be sent; no provider has it
    under_way: bool  # a provider has it, or may have it, and its end is not known
    attended: bool = False  # it waits for the company, by a call of its own
    connection_id: str = ""
    reference: str = field(default="", repr=False)  # the provider's own id for it
    operation: str = ""  # by which a provider acts on it
    dispatch: Lane | None = None
    follow: Sequence[Lane] = ()
    thing: Any = field(default=None, repr=False)  # what the domain makes of it


class Routed(Protocol):
    """The resources of one domain."""

    @property
    def domain(self) -> str:
        """The domain, such as `payouts`."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of which one shows the resource unmasked."""
        ...

    @property
    def stuck(self) -> Mapping[str, str]:
        """The functions of the database that find what nobody attends to, by the prefix of the ids that they find."""
        ...

    def read(self, context: Context, resource_id: str) -> Standing | None:
        """How a resource stands; None if there is none. Takes a connection of its own."""
        ...

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Standing | None:
        """As `read`, kept so until the caller's transaction ends."""
        ...

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider once how the resource of a piece of work stands, and take in what it says."""
        ...

    def facts(self, standing: Standing) -> RoutingFacts | None:
        """By what a waiting resource is routed. None: it goes where what it belongs to is, and nowhere else."""
        ...

    def describe(self, observation: bytes) -> str:
        """An observation in a few words."""
        ...

    def related(self, context: Context, resource_id: str) -> Sequence[str]:
        """The ids of which the timeline tells besides the resource's own, such as those of a payment's steps."""
        ...


class Domains:
    """The domains by the ids of their resources."""

    def __init__(self, routed: Mapping[str, Routed]) -> None:
        self._by_prefix = dict(routed)

    def of(self, resource_id: str) -> Routed | None:
        """The domain of a resource, if it is one that providers have."""
        return self._by_prefix.get(resource_id.partition("_")[0])

    def all(self) -> Sequence[Routed]:
        """Every domain once."""
        return list(dict.fromkeys(self._by_prefix.values()))
