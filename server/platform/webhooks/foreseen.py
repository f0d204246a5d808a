"""What an observation would mean for the resource that it is about, found out without changing anything."""

from dataclasses import dataclass
from typing import Protocol

from adapters.kit.ports import Observation
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.webhooks.read import Unmatched


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would come of an observation."""

    resource_id: str
    revision: int  # of the resource now
    verdict: Verdict
    before: str  # the state of the resource now, in a word; empty for one that would be made known
    after: str  # and the state that it would have
    why: str = ""  # where that is not plain


class Foresee(Protocol):
    """How the domains foresee what an observation that came by a webhook would mean."""

    def __call__(self, context: Context, connection_id: str, observation: Observation) -> Foreseen | Unmatched:
        """What would come of it, or why it is about nothing."""
        ...
