"""What operations has to know of disputes: how each stands, and where its work is. None goes anywhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from corridor.payments.v1.dispute_pb2 import DISPUTE_STATE_ACCEPTING, Dispute, DisputeState
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payments.disputes import meaning
from server.domains.payments.disputes.flows import ACCEPT, SUBMIT, Flows
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE, RESPONDING, UNDER_REVIEW
from server.domains.payments.disputes.repository import FOLLOW, RESPOND, Disputes
from server.kit.context import Context
from server.platform.operations.routed import Lane, Standing
from server.store import work
from server.store.engine import Connection
from server.store.work import Job


@dataclass(frozen=True)
class OperatedDisputes:
    """Disputes, for operations."""

    disputes: Disputes
    flows: Flows

    domain = "disputes"
    scopes = frozenset({"disputes:read"})
    stuck: ClassVar[Mapping[str, str]] = {"dsp": "stuck_disputes"}

    def read(self, context: Context, resource_id: str) -> Standing | None:
        """How a dispute stands."""
        dispute = self.disputes.get(context, resource_id)
        return _standing(dispute) if dispute else None

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Standing | None:
        """How it stands, locked."""
        dispute = self.disputes.lock(connection, context, resource_id)
        return _standing(dispute) if dispute else None

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider once."""
        return self.flows.look(context, job)

    def facts(self, standing: Standing) -> RoutingFacts | None:
        """None: a dispute is with the provider of its payment."""
        return None

    def describe(self, observation: bytes) -> str:
        """An observation in a few words."""
        return meaning.described(observation)

    def related(self, context: Context, resource_id: str) -> Sequence[str]:
        """Nothing besides itself."""
        return ()


def _standing(dispute: Dispute) -> Standing:
    dispute_id = dispute.dispute_id
    responding = dispute.state in RESPONDING
    lane = (
        Lane(RESPOND, f"{RESPOND}/{dispute_id}/{dispute.response_count}")
        if responding
        else Lane(FOLLOW, f"{FOLLOW}/{dispute_id}/{dispute.revision}")
    )
    return Standing(
        resource_id=dispute_id,
        message=dispute,
        state=DisputeState.Name(dispute.state).removeprefix("DISPUTE_STATE_").lower(),
        revision=dispute.revision,
        waits=False,
        under_way=responding or dispute.state in (NEEDS_RESPONSE, UNDER_REVIEW),
        connection_id=dispute.connection_id,
        reference=dispute.provider_reference,
        operation=ACCEPT if dispute.state == DISPUTE_STATE_ACCEPTING else SUBMIT,
        follow=(lane,),
        thing=dispute,
    )
