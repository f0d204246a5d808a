"""The institutions port: how well banks and rails are reached through a provider, as the provider itself says.

The method returns what the provider said, or raises one of the four failures of `adapters.kit.errors`.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from adapters.kit.call import Call
from corridor.providers.v1.provider_health_pb2 import InstitutionStatus


@runtime_checkable
class Institutions(Protocol):
    """A provider that tells which banks and rails it reaches badly, or not at all."""

    def institution_statuses(self, call: Call) -> Sequence[InstitutionStatus]:
        """Every bank and rail of which the provider says something now; it changes nothing.

        Each has `institution_id` as `RoutingFacts` writes it, or `rail:` and the rail's name; `level`, `since_time`
        and `reason` as far as the provider tells them. What is not among them is reached as usual.
        """
        ...
