"""What operations has to know of payouts: how each stands, where its work is, and what else could take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payouts import observing
from server.domains.payouts.ends import CREATE
from server.domains.payouts.flows import Flows
from server.domains.payouts.lifecycle import ACCEPTED, HELD, PENDING, SENT
from server.domains.payouts.repository import DISPATCH, FOLLOW, Payouts, Read
from server.domains.payouts.routed import facts
from server.kit.context import Context
from server.platform.operations.routed import Lane, Standing
from server.platform.providers.looking import look
from server.store import work
from server.store.engine import Connection
from server.store.work import Job


@dataclass(frozen=True)
class OperatedPayouts:
    """Payouts, for operations."""

    payouts: Payouts
    flows: Flows

    domain = "payouts"
    scopes = frozenset({"payouts:read"})
    stuck: ClassVar[Mapping[str, str]] = {"po": "stuck_payouts"}

    def read(self, context: Context, resource_id: str) -> Standing | None:
        """How a payout stands."""
        payout = self.payouts.get(context, resource_id)
        return _standing(payout) if payout else None

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Standing | None:
        """How it stands, locked."""
        payout = self.payouts.lock(connection, context, resource_id)
        return _standing(payout) if payout else None

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider once."""
        return look(self.flows.sending, context, job)

    def facts(self, standing: Standing) -> RoutingFacts:
        """By what it is routed."""
        return facts(standing.thing.payout)

    def describe(self, observation: bytes) -> str:
        """An observation in a few words."""
        return observing.describe(observation)

    def related(self, context: Context, resource_id: str) -> Sequence[str]:
        """Nothing besides itself."""
        return ()


def _standing(payout: Payout) -> Standing:
    payout_id = payout.payout_id
    return Standing(
        resource_id=payout_id,
        message=payout,
        state=PayoutState.Name(payout.state).removeprefix("PAYOUT_STATE_").lower(),
        revision=payout.revision,
        waits=payout.state == ACCEPTED,
        under_way=payout.state in (SENT, PENDING),
        attended=payout.state == HELD,
        connection_id=payout.connection_id,
        reference=payout.provider_reference,
        operation=CREATE,
        dispatch=Lane(DISPATCH, f"{DISPATCH}/{payout_id}"),
        follow=(Lane(FOLLOW, f"{FOLLOW}/{payout_id}"),),
        thing=Read(payout, b""),
    )
