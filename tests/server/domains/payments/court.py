"""A captured payment that is disputed, and what its provider says of that, told straight to the one door."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from corridor.payments.v1 import dispute_pb2 as states
from corridor.payments.v1 import dispute_service_pb2 as api
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeEvidence
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.disputes.observing import Observing
from server.store.observations import Source
from tests.server import people
from tests.server.domains.payments.till import AUTHORISATION, SUCCEEDED, Till, euros, till
from tests.serving import Running

NEEDS_RESPONSE = states.DISPUTE_STATE_NEEDS_RESPONSE
SUBMITTING = states.DISPUTE_STATE_SUBMITTING
ACCEPTING = states.DISPUTE_STATE_ACCEPTING
UNDER_REVIEW = states.DISPUTE_STATE_UNDER_REVIEW
WON = states.DISPUTE_STATE_WON
LOST = states.DISPUTE_STATE_LOST
ACCEPTED = states.DISPUTE_STATE_ACCEPTED
CLOSED = states.DISPUTE_STATE_CLOSED

PDF = b"%PDF-1.7\n%EOF"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def said(state: int, minute: int, *, due_days: float | None = None, **more: Any) -> DisputeObservation:
    """What a provider says of the dispute `dp_1` in a minute after noon; without a time in minute 0."""
    seen = DisputeObservation(**{"provider_reference": "dp_1", "amount": euros(30_00), **more})
    seen.state = states.DisputeState.ValueType(state)
    seen.stage = more.get("stage") or states.DISPUTE_STAGE_CHARGEBACK
    if minute:
        seen.provider_time.FromDatetime(NOON + timedelta(minutes=minute))
    if due_days is not None:
        seen.evidence_due_time.FromDatetime(datetime.now(UTC) + timedelta(days=due_days))
    return seen


@dataclass
class Court:
    """One captured payment of a company, and its disputes."""

    till: Till
    payment: Payment
    _said: int = field(default=0)

    @property
    def observing(self) -> Observing:
        """The one door."""
        return self.till.corridor.parts.dispute_flows.observing

    def opened(self, *, minute: int = 1, **more: Any) -> Dispute:
        """A dispute that waits for the company."""
        return self.says(NEEDS_RESPONSE, minute, **more)

    def says(self, state: int, minute: int, *, source: Source = Source.WEBHOOK, **more: Any) -> Dispute:
        """The provider says something of the dispute of the payment; the dispute then."""
        self._said += 1
        seen = said(state, minute, **{"payment_id": self.payment.payment_id, **more})
        context, source_id = self.till.context(), f"said-{self._said}"
        if source == Source.WEBHOOK:
            told = self.observing.told(context, self.till.connection_id, seen, source, source_id)
            assert isinstance(told, tuple)
            return self.read(told[0])
        (known,) = self.listed()
        assert self.observing.observe(context, known.dispute_id, seen, source, source_id) is not None
        return self.read(known.dispute_id)

    def gather(self, dispute: Dispute, **texts: str) -> Dispute:
        """The company writes its evidence."""
        request = api.UpdateDisputeEvidenceRequest(dispute_id=dispute.dispute_id, evidence=DisputeEvidence(**texts))
        made: Dispute = self.till.client.call("DisputeService/UpdateDisputeEvidence", request).dispute
        return made

    def adds(self, dispute: Dispute, content: bytes = PDF, **changes: Any) -> DisputeDocument:
        """The company adds a document."""
        request = self.document(dispute, content, **changes)
        made: DisputeDocument = self.till.client.call("DisputeService/AddDisputeDocument", request).dispute_document
        return made

    def document(self, dispute: Dispute, content: bytes = PDF, **changes: Any) -> api.AddDisputeDocumentRequest:
        """The request that adds a document."""
        return api.AddDisputeDocumentRequest(
            **{
                "dispute_id": dispute.dispute_id,
                "type": states.DISPUTE_DOCUMENT_TYPE_RECEIPT,
                "file_name": "receipt.pdf",
                "content_type": "application/pdf",
                "content": content,
                **changes,
            }
        )

    def submits(self, dispute: Dispute, key: str = "") -> Dispute:
        """The company submits its evidence."""
        request = api.SubmitDisputeEvidenceRequest(dispute_id=dispute.dispute_id)
        name = "DisputeService/SubmitDisputeEvidence"
        made: Dispute = self.till.client.call(name, request, key=key or people.new_key()).dispute
        return made

    def accepts(self, dispute: Dispute, key: str = "") -> Dispute:
        """The company accepts the dispute."""
        request = api.AcceptDisputeRequest(dispute_id=dispute.dispute_id)
        name = "DisputeService/AcceptDispute"
        made: Dispute = self.till.client.call(name, request, key=key or people.new_key()).dispute
        return made

    def refusal(self, dispute: Dispute, name: str, **more: Any) -> str:
        """Why a call about the dispute is refused."""
        request = getattr(api, f"{name}Request")(dispute_id=dispute.dispute_id, **more)
        return people.refused(self.till.client, f"DisputeService/{name}", request, key=people.new_key()).reason

    def now(self, dispute: Dispute) -> Dispute:
        """The dispute as it is."""
        return self.read(dispute.dispute_id)

    def read(self, dispute_id: str) -> Dispute:
        """A dispute by its id."""
        request = api.GetDisputeRequest(dispute_id=dispute_id)
        found: Dispute = self.till.client.call("DisputeService/GetDispute", request).dispute
        return found

    def listed(self, **filters: Any) -> list[Dispute]:
        """The company's disputes, the newest first."""
        return list(self.till.client.call("DisputeService/ListDisputes", api.ListDisputesRequest(**filters)).disputes)

    def events(self, dispute: Dispute) -> list[str]:
        """The types of its events, in order."""
        return self.till.events(dispute.dispute_id)

    def told_of(self, dispute: Dispute) -> bytes:
        """Everything that its events say."""
        from corridor.events.v1 import event_service_pb2

        request = event_service_pb2.ListEventsRequest(resource_id=dispute.dispute_id)
        listed: bytes = self.till.client.call("EventService/ListEvents", request).SerializeToString()
        return listed

    def work(self, dispute: Dispute) -> list[str]:
        """The kinds of work that waits for the dispute."""
        with people.rows(self.till.corridor, self.till.client) as rows:
            query = "SELECT kind FROM corridor.work WHERE resource_id = %s ORDER BY work_id"
            return [row[0] for row in rows.execute(query, (dispute.dispute_id,)).fetchall()]


def court(corridor: Running) -> Court:
    """A company with a captured payment."""
    shop = till(corridor)
    payment = shop.sent(30_00, manual=False)
    shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00, captured=True, provider_reference="pi_1")
    return Court(shop, payment)
