"""The sandbox's disputes: opened by scenario, decided by a word in the evidence or by time."""

from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Misconfigured, Rejected
from adapters.sandbox.payment_scenarios import DISPUTED
from adapters.sandbox.scenarios import Scenario
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import (
    Dispute,
    DisputeDocument,
    DisputeDocumentType,
    DisputeEvidence,
    DisputeReason,
    DisputeStage,
    DisputeState,
)
from corridor.payments.v1.payment_pb2 import Payment
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running
from tests.conformance.dispute_bench import document, look_up, of_payment, submit

S, Stage = DisputeState, DisputeStage
DAY = 86_400


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = 0.005
        yield made


def disputed(bench: Bench, name: str, *, automatic: bool = True) -> tuple[Payment, Dispute]:
    """A payment that was captured, and its dispute as the server would know it."""
    payment = at.payment(bench, automatic=automatic)
    payment.payment_method.token = f"tok_{name}"
    at.write_down(payment, at.authorise(bench, payment))
    if not automatic:
        at.capture(bench, payment, 12_340, final=True)
    bench.wait_until(lambda: bool(of_payment(bench, payment)))
    seen = of_payment(bench, payment)[0]
    return payment, Dispute(dispute_id=at.new_id("dsp"), provider_reference=seen.provider_reference)


def advance(bench: Bench, days: int) -> None:
    bench.adapter.advance_clock(bench.call("", operation="advance_clock"), days * DAY)


def last(bench: Bench, dispute: Dispute) -> DisputeObservation:
    seen: DisputeObservation = look_up(bench, dispute)
    return seen


@pytest.mark.parametrize("chosen", DISPUTED, ids=lambda each: each.name)
def test_a_scenario_opens_a_dispute_for_its_reason(bench: Bench, chosen: Scenario) -> None:
    payment, dispute = disputed(bench, chosen.name)

    seen = last(bench, dispute)

    assert DisputeReason.Value(f"DISPUTE_REASON_{chosen.dispute.upper()}") == seen.reason
    assert (payment.payment_id, 12_340) == (seen.payment_id, seen.amount.amount_minor)
    assert ["dispute"] == [fee.type for fee in seen.fees]
    assert abs(seen.evidence_due_time.seconds - seen.open_time.seconds - 7 * DAY) <= 1


def test_a_dispute_follows_a_capture_that_was_asked_for(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_fraudulent", automatic=False)

    assert S.DISPUTE_STATE_NEEDS_RESPONSE == last(bench, dispute).state


@pytest.mark.parametrize(("word", "end"), [("win", S.DISPUTE_STATE_WON), ("lose", S.DISPUTE_STATE_LOST)])
def test_a_word_in_the_evidence_decides(bench: Bench, word: str, end: int) -> None:
    payment, dispute = disputed(bench, "dispute_not_received")
    dispute.evidence.CopyFrom(DisputeEvidence(other_text=f"It came. sandbox:{word}"))

    assert S.DISPUTE_STATE_UNDER_REVIEW == submit(bench, dispute).state

    bench.wait_until(lambda: last(bench, dispute).state == end)
    bench.wait_until(lambda: len(of_payment(bench, payment)) == 3)
    assert [S.DISPUTE_STATE_NEEDS_RESPONSE, S.DISPUTE_STATE_UNDER_REVIEW, end] == [
        seen.state for seen in of_payment(bench, payment)
    ]


def test_without_a_word_the_scheme_takes_thirty_days(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_duplicate")
    submit(bench, dispute)

    advance(bench, 29)
    assert S.DISPUTE_STATE_UNDER_REVIEW == last(bench, dispute).state
    advance(bench, 2)

    assert S.DISPUTE_STATE_LOST == last(bench, dispute).state


def test_without_an_answer_a_dispute_is_lost_at_its_due_time_and_waits_for_none_any_more(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_fraudulent")

    advance(bench, 8)

    assert S.DISPUTE_STATE_LOST == last(bench, dispute).state
    assert S.DISPUTE_STATE_LOST == submit(bench, dispute).state
    assert not last(bench, dispute).HasField("evidence_due_time")


def test_an_inquiry_without_an_answer_becomes_a_chargeback_with_a_new_due_time(bench: Bench) -> None:
    _, dispute = disputed(bench, "inquiry")
    inquiry = last(bench, dispute)
    assert (Stage.DISPUTE_STAGE_INQUIRY, S.DISPUTE_STATE_NEEDS_RESPONSE) == (inquiry.stage, inquiry.state)

    advance(bench, 8)

    chargeback = last(bench, dispute)
    assert (Stage.DISPUTE_STAGE_CHARGEBACK, S.DISPUTE_STATE_NEEDS_RESPONSE) == (chargeback.stage, chargeback.state)
    assert chargeback.evidence_due_time.seconds > inquiry.evidence_due_time.seconds


def test_an_inquiry_that_is_answered_well_is_closed(bench: Bench) -> None:
    _, dispute = disputed(bench, "inquiry")
    dispute.evidence.other_text = "sandbox:win"

    submit(bench, dispute)

    bench.wait_until(lambda: last(bench, dispute).state == S.DISPUTE_STATE_CLOSED)


def test_what_was_won_can_come_again_as_pre_arbitration(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_again")
    dispute.evidence.other_text = "sandbox:win"
    submit(bench, dispute)

    bench.wait_until(lambda: last(bench, dispute).stage == Stage.DISPUTE_STAGE_PRE_ARBITRATION)

    assert S.DISPUTE_STATE_NEEDS_RESPONSE == last(bench, dispute).state


@pytest.mark.parametrize("kind", [number for number in DisputeDocumentType.values() if number])
def test_every_type_of_document_is_taken(bench: Bench, kind: "DisputeDocumentType.ValueType") -> None:
    _, dispute = disputed(bench, "dispute_other")
    paper = document()
    paper.type = kind

    assert S.DISPUTE_STATE_UNDER_REVIEW == submit(bench, dispute, [paper]).state


def test_a_document_of_another_type_is_refused(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_other")
    paper = DisputeDocument(dispute_document_id=at.new_id("doc"), content_type="text/html", content=b"<b>")

    with pytest.raises(Rejected):
        submit(bench, dispute, [paper])


def test_another_account_cannot_answer_a_dispute(bench: Bench) -> None:
    _, dispute = disputed(bench, "dispute_other")

    with pytest.raises(Misconfigured):
        submit(bench, dispute, credentials={"api_key": "sbx_another_account"})
