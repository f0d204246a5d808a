"""One observation in its transaction: the locked payment, its steps, what was seen, and where all of it is written."""

from dataclasses import dataclass

from corridor.operations.v1 import work_item_pb2
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.repository import FOLLOW, Payments
from server.domains.payments.steps import Step
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers.sendable import Timing
from server.store import observations, work_items
from server.store.engine import Connection
from server.store.observations import Source


@dataclass(frozen=True, slots=True)
class Observed:
    """What an observation was about, as it then is, and what it meant."""

    payment: Payment
    step: Step | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything about one observation. Payment and steps are changed in place."""

    payments: Payments
    timing: Timing
    connection: Connection
    context: Context
    payment: Payment
    steps: list[Step]
    seen: PaymentObservation
    source: Source
    source_id: str

    def keep(self, resource_id: str, verdict: Verdict) -> None:
        """Record the observation with what it meant."""
        observations.append(self.connection, self.context, resource_id, self.source, self.source_id, verdict, self.seen)

    def conflict(self, resource_id: str, why: str) -> None:
        """Ask for a person."""
        kind = work_item_pb2.WORK_ITEM_KIND_CONFLICT
        work_items.open_item(self.connection, self.context, resource_id, kind, why)

    def follow(self, resource_id: str, *, known: bool) -> None:
        """Have the provider asked later: soon, where it is not `known` whether it has acted."""
        after = self.timing.poll_seconds if known else self.timing.unknown_seconds
        own = "" if resource_id == self.payment.payment_id else f"/{resource_id}"
        lane = f"{self.payment.payment_id}{own}"
        self.payments.schedule(self.connection, self.context, FOLLOW, lane, resource_id, after)
