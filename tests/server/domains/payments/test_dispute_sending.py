"""How a company's response goes to the provider: once, asked about where its arrival is not known, never in vain."""

from dataclasses import dataclass
from typing import Any

import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1 import work_item_pb2 as items
from corridor.payments.v1 import dispute_pb2 as states
from corridor.payments.v1 import dispute_service_pb2 as api
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeEvidence
from corridor.type.v1.environment_pb2 import Environment
from server.kit.context import Caller, Context
from server.store import attempts
from server.store.attempts import Outcome
from tests.server import people
from tests.server.domains.payments.counter import Counter, keys
from tests.server.domains.payments.court import (
    ACCEPTED,
    LOST,
    NEEDS_RESPONSE,
    PDF,
    SUBMITTING,
    UNDER_REVIEW,
    WON,
)
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage, Vendor
from tests.server.vault.erasure_scene import completed, erase, everything
from tests.serving import SANDBOX, until

__all__ = ["bridge", "busy", "flow"]

LOSE, WIN, LATER = "sandbox:lose", "sandbox:win", "It was sent."


@dataclass
class Case:
    """A company whose payment is disputed at its acquirer."""

    flow: Stage
    acquirer: Vendor
    counter: Counter

    def disputed(self, reason: str = "fraudulent") -> Dispute:
        """A dispute as it came by a webhook."""
        payment = self.counter.captured(f"tok_dispute_{reason}" if reason != "inquiry" else "tok_inquiry")
        request = api.ListDisputesRequest(payment_id=payment.payment_id)

        def first() -> Dispute | None:
            return next(iter(self.flow.client.call("DisputeService/ListDisputes", request).disputes), None)

        found: Dispute = until(first, what="a dispute")
        return found

    def gathered(self, text: str, dispute: Dispute | None = None) -> Dispute:
        """A dispute with evidence."""
        dispute = dispute or self.disputed()
        evidence = DisputeEvidence(other_text=text, customer_name="Example Person")
        request = api.UpdateDisputeEvidenceRequest(dispute_id=dispute.dispute_id, evidence=evidence)
        made: Dispute = self.flow.client.call("DisputeService/UpdateDisputeEvidence", request).dispute
        return made

    def add(self, dispute: Dispute, content: bytes = PDF) -> None:
        """Add a document."""
        request = api.AddDisputeDocumentRequest(
            dispute_id=dispute.dispute_id, type=states.DISPUTE_DOCUMENT_TYPE_RECEIPT, file_name="receipt.pdf",
            content_type="application/pdf", content=content,
        )  # fmt: skip
        self.flow.client.call("DisputeService/AddDisputeDocument", request)

    def respond(self, dispute: Dispute, name: str = "SubmitDisputeEvidence", **metadata: str) -> None:
        """Submit the evidence, or accept."""
        request = getattr(api, f"{name}Request")(dispute_id=dispute.dispute_id)
        self.flow.client.call(f"DisputeService/{name}", request, key=people.new_key(), **metadata)

    def context(self) -> Context:
        """A worker's context for the company."""
        return Context("req-1", "corr-1", caller=Caller(0, "corridor", *self.tenant))

    @property
    def tenant(self) -> tuple[str, "Environment.ValueType"]:
        """Company and environment."""
        return self.flow.company_id, SANDBOX

    def now(self, dispute: Dispute) -> Dispute:
        """The dispute as it is."""
        request = api.GetDisputeRequest(dispute_id=dispute.dispute_id)
        found: Dispute = self.flow.client.call("DisputeService/GetDispute", request).dispute
        return found

    def reaches(self, dispute: Dispute, state: int, *, hurry: bool = True) -> Dispute:
        """The dispute once it is in a state."""

        def there() -> Any:
            return (seen := self.now(dispute)).state == state and seen

        wait = self.flow.soon if hurry else until
        found: Dispute = wait(there, what=f"state {state}")
        return found

    def outcomes(self, dispute: Dispute, operation: str) -> list[Outcome]:
        """The outcome of every attempt, in order."""
        return self.counter.outcomes(dispute.dispute_id, operation)

    def submissions(self, dispute: Dispute) -> int:
        """How often the provider's books say it was answered."""
        kept = self.acquirer.simulator.store.get("dispute", dispute.provider_reference)
        return int(kept["data"]["submissions"]) if kept else 0

    def events(self, dispute: Dispute) -> list[str]:
        """The types of its events, in order."""
        with people.rows(self.flow.corridor, self.flow.client) as rows:
            found = rows.execute(
                "SELECT type, sequence FROM corridor.events WHERE resource_id = %s ORDER BY sequence",
                (dispute.dispute_id,),
            ).fetchall()
        assert list(range(1, len(found) + 1)) == [sequence for _, sequence in found]
        return [name for name, _ in found]

    def kinds(self, dispute: Dispute) -> list[int]:
        """The kinds of its open work items."""
        return [kind for kind, _ in self.flow.items(dispute.dispute_id)]


@pytest.fixture
def case(flow: Stage) -> Case:
    """A company that takes payments over an acquirer."""
    counter, acquirer = Counter(flow), flow.vendor()
    counter.route(acquirer)
    return Case(flow, acquirer, counter)


def test_evidence_with_a_document_is_submitted_and_wins(case: Case) -> None:
    dispute = case.gathered(WIN)
    case.add(dispute)

    case.respond(dispute)

    won = case.reaches(dispute, WON)
    assert (1, True) == (case.submissions(dispute), won.HasField("submit_time"))
    sent = [body for name, body in case.acquirer.simulator.requests if name == "add_document"]
    assert PDF in sent[0].body
    assert "dispute.won" == case.events(dispute)[-1]


@pytest.mark.parametrize("fault", ["lost_answer", "half_body", "html", "error_after", "reset"])
def test_evidence_whose_answer_is_lost_is_submitted_once(case: Case, fault: str) -> None:
    dispute = case.gathered(LATER)
    case.acquirer.simulator.fault(Fault(fault), "submit_evidence")  # type: ignore[arg-type] # one of its kinds

    case.respond(dispute)

    case.reaches(dispute, UNDER_REVIEW)
    assert 1 == case.submissions(dispute)
    assert Outcome.UNKNOWN == case.outcomes(dispute, "submit_evidence")[0]


def test_an_answer_that_did_not_come_is_asked_for_before_anything_is_sent_again(case: Case) -> None:
    dispute = case.gathered(LATER)
    case.acquirer.simulator.outbox.targets.clear()  # nothing but asking can tell
    case.acquirer.simulator.fault(Fault("lost_answer"), "submit_evidence")

    case.respond(dispute)

    case.reaches(dispute, UNDER_REVIEW)
    assert [Outcome.UNKNOWN] == case.outcomes(dispute, "submit_evidence")
    assert [Outcome.ANSWERED] == case.outcomes(dispute, "look_up_dispute")[:1]


def test_who_takes_over_from_a_dead_worker_asks_first(case: Case) -> None:
    dispute = case.gathered(LATER)
    case.acquirer.simulator.fault(Fault("refuse"), "submit_evidence", times=1000)
    case.respond(dispute)
    until(lambda: Outcome.UNAVAILABLE in case.outcomes(dispute, "submit_evidence"), what="a try")
    with case.flow.corridor.parts.store.transaction(*case.tenant) as connection:
        who, over = case.context(), case.acquirer.connection_id
        left = attempts.open_attempt(connection, who, dispute.dispute_id, over, "sandbox", "submit_evidence")
    asked = len(case.outcomes(dispute, "look_up_dispute"))

    case.flow.soon(lambda: len(case.outcomes(dispute, "look_up_dispute")) > asked, what="a look-up")
    case.acquirer.simulator.clear_faults()

    case.reaches(dispute, UNDER_REVIEW)
    with people.rows(case.flow.corridor, case.flow.client) as rows:
        row = rows.execute("SELECT outcome FROM corridor.attempts WHERE attempt_id = %s", (left,)).fetchone()
    assert ((Outcome.UNKNOWN,), 1) == (row, case.submissions(dispute))


def test_while_the_provider_does_nothing_it_is_tried_again(case: Case) -> None:
    dispute = case.gathered(LATER)
    case.acquirer.simulator.fault(Fault("refuse"), "submit_evidence", times=3)

    case.respond(dispute)

    case.reaches(dispute, UNDER_REVIEW)
    assert [Outcome.UNAVAILABLE] * 3 == case.outcomes(dispute, "submit_evidence")[:3]
    assert (1, 1) == (case.submissions(dispute), len(set(keys(case.acquirer, "submit_evidence"))))


def test_a_refused_response_waits_for_the_company_again_and_says_why(case: Case) -> None:
    dispute = case.gathered(LATER)

    case.respond(dispute, corridor_sandbox_scenario="reject")

    case.flow.soon(lambda: items.WORK_ITEM_KIND_REJECTED in case.kinds(dispute), what="a work item")
    assert NEEDS_RESPONSE == case.now(dispute).state
    assert ["dispute.opened", "dispute.submitting", "dispute.needs_response"] == case.events(dispute)


def test_wrong_credentials_ask_for_a_person_and_leave_the_route_on(case: Case) -> None:
    dispute = case.gathered(LATER)
    before = case.flow.modes()
    case.acquirer.simulator.fault(Fault("refuse", 401), "submit_evidence")

    case.respond(dispute)

    case.flow.soon(lambda: items.WORK_ITEM_KIND_MISCONFIGURED in case.kinds(dispute), what="a work item")
    assert before == case.flow.modes()
    case.reaches(dispute, UNDER_REVIEW)


def test_acceptance_is_told_once(case: Case) -> None:
    dispute = case.disputed()

    case.respond(dispute, "AcceptDispute")

    case.reaches(dispute, ACCEPTED)
    assert ["dispute.opened", "dispute.accepting", "dispute.accepted"] == case.events(dispute)
    assert 1 == len(keys(case.acquirer, "accept_dispute"))


@pytest.mark.parametrize("fault", ["lost_answer", "refuse", "reset"])
def test_acceptance_whose_answer_is_lost_is_asked_about(case: Case, fault: str) -> None:
    dispute = case.disputed()
    case.acquirer.simulator.fault(Fault(fault), "accept_dispute")  # type: ignore[arg-type] # one of its kinds

    case.respond(dispute, "AcceptDispute")

    case.reaches(dispute, ACCEPTED)
    assert 1 == len(set(keys(case.acquirer, "accept_dispute")))


def test_a_next_stage_is_answered_anew_under_another_key(case: Case) -> None:
    dispute = case.disputed("inquiry")
    case.gathered(LATER, dispute)
    case.respond(dispute)
    case.reaches(dispute, UNDER_REVIEW)
    kept = case.acquirer.simulator.store.get("dispute", dispute.provider_reference)
    with case.acquirer.simulator.store.lock:
        case.acquirer.simulator.due_again(kept)

    case.reaches(dispute, NEEDS_RESPONSE)
    case.gathered(WIN, dispute)
    case.respond(dispute)

    case.reaches(dispute, WON)
    assert [f"{dispute.dispute_id}-1", f"{dispute.dispute_id}-2"] == keys(case.acquirer, "submit_evidence")


def test_a_decision_whose_webhook_is_lost_is_found_by_asking(case: Case) -> None:
    dispute = case.gathered(LATER)
    case.respond(dispute)
    case.reaches(dispute, UNDER_REVIEW)
    case.acquirer.simulator.outbox.targets.clear()

    case.acquirer.simulator.move(dispute.provider_reference, "lost")

    case.reaches(dispute, LOST)
    assert Outcome.ANSWERED == case.outcomes(dispute, "look_up_dispute")[-1]


def test_its_timeline_tells_calls_attempts_and_webhooks(case: Case) -> None:
    dispute = case.gathered(WIN)
    case.respond(dispute)
    case.reaches(dispute, WON)

    request = api.GetDisputeTimelineRequest(dispute_id=dispute.dispute_id)
    told = [entry.summary for entry in case.flow.client.call("DisputeService/GetDisputeTimeline", request).entries]

    assert {"dispute.update_evidence", "dispute.submit_evidence", "submit_evidence", "dispute.won"} <= set(told)
    assert SUBMITTING != case.now(dispute).state
    assert any(each.startswith("won") for each in told)


def test_nothing_of_the_evidence_is_left_when_its_payment_is_erased(case: Case) -> None:
    dispute = case.gathered("CANARY the parcel. sandbox:win")
    case.add(dispute, PDF + b"CANARY")
    case.respond(dispute)
    case.reaches(dispute, WON)

    erased = erase(case.flow.client, dispute.payment_id)
    completed(case.flow, erased)

    now = case.now(dispute)
    assert (WON, 0, "") == (now.state, now.evidence.ByteSize(), now.documents[0].file_name)
    stored = everything(case.flow.corridor, case.flow.company_id)
    assert [] == [place for place, value in stored.items() if b"CANARY" in value or b"Example Person" in value]
