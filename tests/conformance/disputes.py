"""The promises of the disputes port. Every adapter that implements it keeps them, against its simulator over HTTP.

Rule: a dispute becomes known by the provider's webhook, and what is sent in its defence is submitted once.
"""

import base64

import pytest

from adapters.kit.errors import Misconfigured, Unavailable, Unknown, Unmapped
from adapters.kit.ports import Inbound
from adapters.kit.simulator_http import Fault
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import (
    DisputeStage,
    DisputeState,
)
from tests.conformance.bench import Bench
from tests.conformance.dispute_bench import (
    CANARIES,
    DOCUMENT,
    accept,
    can_be_asked,
    dispute,
    document,
    fixtures_of,
    look_up,
    of_payment,
    opened,
    stands,
    submit,
    told_of,
)
from tests.conformance.payment_bench import captured, needs
from tests.conformance.payouts import ACTED, SHORT, _name

S = DisputeState


class DisputesConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_dispute_becomes_known_by_a_webhook_with_its_amount_reason_and_due_time(self, bench: Bench) -> None:
        taken, seen = opened(bench)

        assert S.DISPUTE_STATE_NEEDS_RESPONSE == seen.state
        assert DisputeStage.DISPUTE_STAGE_CHARGEBACK == seen.stage
        assert taken.amount == seen.amount
        assert next(iter(fixtures_of(bench).reasons.values())) == seen.reason
        assert seen.provider_reference
        assert seen.provider_reason_code or seen.network_reason_code
        assert seen.HasField("evidence_due_time")

    def test_every_reason_of_a_dispute_has_its_meaning(self, bench: Bench) -> None:
        for word, reason in fixtures_of(bench).reasons.items():
            _, seen = opened(bench, word)

            assert reason == seen.reason, word

    def test_an_inquiry_moves_no_money(self, bench: Bench) -> None:
        inquiry = fixtures_of(bench).inquiry
        if inquiry is None:
            pytest.skip(f"{bench.provider.name} knows no inquiries")
        taken = captured(bench)

        inquiry(bench.simulator, taken.payment_id)

        bench.wait_until(lambda: bool(of_payment(bench, taken)), 10.0)
        assert DisputeStage.DISPUTE_STAGE_INQUIRY == of_payment(bench, taken)[-1].stage

    def test_a_dispute_is_looked_up(self, bench: Bench) -> None:
        can_be_asked(bench)
        wanted = dispute(bench)

        seen = look_up(bench, wanted)

        assert (wanted.provider_reference, wanted.state) == (seen.provider_reference, seen.state)
        assert wanted.amount == seen.amount

    def test_a_dispute_that_the_provider_does_not_know_is_not_found(self, bench: Bench) -> None:
        can_be_asked(bench)
        wanted = dispute(bench)
        wanted.provider_reference = wanted.provider_reference[:-4] + "0000"

        assert look_up(bench, wanted) is None

    @pytest.mark.parametrize("fault", [*ACTED, Fault("reset"), Fault("refuse")], ids=_name)
    def test_a_look_up_without_an_answer_is_unavailable_and_never_none(self, bench: Bench, fault: Fault) -> None:
        can_be_asked(bench)
        wanted = dispute(bench)
        bench.simulator.fault(fault, fixtures_of(bench).look_up)

        with pytest.raises(Unavailable):
            look_up(bench, wanted, seconds=SHORT)

    def test_evidence_is_submitted_and_then_under_review(self, bench: Bench) -> None:
        wanted = dispute(bench)

        seen = submit(bench, wanted)

        assert S.DISPUTE_STATE_UNDER_REVIEW == seen.state
        assert 1 == fixtures_of(bench).submissions(bench.simulator, wanted.provider_reference)

    def test_documents_reach_the_provider_whole(self, bench: Bench) -> None:
        needs(bench, "disputes", "documents")
        wanted = dispute(bench)

        submit(bench, wanted, [document()])

        bodies = [request.body for _, request in bench.simulator.requests]
        assert any(DOCUMENT in body or base64.b64encode(DOCUMENT) in body for body in bodies)
        assert 1 == fixtures_of(bench).submissions(bench.simulator, wanted.provider_reference)

    def test_the_same_evidence_twice_is_one_submission(self, bench: Bench) -> None:
        wanted = dispute(bench)
        papers = [document()] if _takes_documents(bench) else []

        states = [submit(bench, wanted, papers).state for _ in range(2)]

        assert 2 * [S.DISPUTE_STATE_UNDER_REVIEW] == states
        assert 1 == fixtures_of(bench).submissions(bench.simulator, wanted.provider_reference)

    @pytest.mark.parametrize("fault", ACTED, ids=_name)
    def test_a_submission_without_an_answer_is_unknown_and_the_truth_is_found(self, bench: Bench, fault: Fault) -> None:
        wanted = dispute(bench)
        bench.simulator.fault(fault, fixtures_of(bench).submit)

        with pytest.raises(Unknown):
            submit(bench, wanted, seconds=SHORT)

        count = fixtures_of(bench).submissions
        bench.wait_until(lambda: count(bench.simulator, wanted.provider_reference) == 1)
        assert stands(bench, wanted, S.DISPUTE_STATE_UNDER_REVIEW)
        assert S.DISPUTE_STATE_UNDER_REVIEW == submit(bench, wanted).state
        assert 1 == count(bench.simulator, wanted.provider_reference)

    def test_a_submission_that_was_reset_has_done_nothing(self, bench: Bench) -> None:
        wanted = dispute(bench)
        bench.simulator.fault(Fault("reset"), fixtures_of(bench).submit)

        with pytest.raises(Unknown):
            submit(bench, wanted)

        assert stands(bench, wanted, S.DISPUTE_STATE_NEEDS_RESPONSE)

    @pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
    def test_a_decision_is_told_by_webhook_and_by_look_up(self, bench: Bench, won: bool) -> None:
        wanted = dispute(bench)
        submit(bench, wanted)
        decided = S.DISPUTE_STATE_WON if won else S.DISPUTE_STATE_LOST

        fixtures_of(bench).decide(bench.simulator, wanted.provider_reference, won)

        bench.wait_until(lambda: decided in {seen.state for seen in told_of(bench, wanted)}, 10.0)
        assert stands(bench, wanted, decided)

    def test_an_accepted_dispute_is_over(self, bench: Bench) -> None:
        needs(bench, "disputes", "acceptance")
        wanted, over = dispute(bench), {S.DISPUTE_STATE_ACCEPTED, S.DISPUTE_STATE_LOST}

        states = {accept(bench, wanted).state, accept(bench, wanted).state}

        assert states <= over
        assert stands(bench, wanted, *over)

    def test_an_acceptance_without_an_answer_is_unknown_and_found_by_look_up(self, bench: Bench) -> None:
        needs(bench, "disputes", "acceptance")
        wanted = dispute(bench)
        bench.simulator.fault(Fault("lost_answer"), fixtures_of(bench).accept)

        with pytest.raises(Unknown):
            accept(bench, wanted)

        assert stands(bench, wanted, S.DISPUTE_STATE_ACCEPTED, S.DISPUTE_STATE_LOST)

    def test_429_is_unavailable_and_wrong_credentials_are_misconfigured(self, bench: Bench) -> None:
        wanted = dispute(bench)
        bench.simulator.fault(Fault("refuse", status=429, seconds=7), fixtures_of(bench).submit)

        with pytest.raises(Unavailable):
            submit(bench, wanted)
        with pytest.raises(Misconfigured):
            submit(bench, wanted, credentials=bench.fixtures.wrong_credentials)
        if fixtures_of(bench).look_up:
            with pytest.raises(Misconfigured):
                look_up(bench, wanted, credentials=bench.fixtures.wrong_credentials)

    def test_doubled_and_reversed_webhooks_tell_the_same_with_the_times_that_order_them(self, bench: Bench) -> None:
        wanted = dispute(bench)
        submit(bench, wanted)
        fixtures_of(bench).decide(bench.simulator, wanted.provider_reference, True)
        bench.wait_until(lambda: S.DISPUTE_STATE_WON in {seen.state for seen in told_of(bench, wanted)}, 10.0)
        story = told_of(bench, wanted)

        if not fixtures_of(bench).time_is_told:
            # Then only what ends a dispute is told beyond doubt.
            assert {S.DISPUTE_STATE_WON} == {seen.state for seen in story} & {S.DISPUTE_STATE_WON, S.DISPUTE_STATE_LOST}
            return
        ends = [max(order, key=_moment).state for order in (story, [*reversed(story), *story])]

        assert 2 * [S.DISPUTE_STATE_WON] == ends

    def test_a_word_that_is_not_known_is_loud(self, bench: Bench) -> None:
        wanted, word = dispute(bench), fixtures_of(bench).unknown_word
        assert word, "the fixtures name no word that the provider never uses"
        with bench.simulator.store.lock:
            assert bench.simulator.move(wanted.provider_reference, word)

        if not fixtures_of(bench).look_up:
            bench.wait_until(lambda: any(_is_loud(bench, inbound) for inbound in list(bench.receiver.inbound)), 10.0)
            return
        with pytest.raises(Unmapped):
            look_up(bench, wanted)

    def test_nothing_sensitive_is_seen(self, bench: Bench) -> None:
        wanted = dispute(bench)
        papers = [document()] if _takes_documents(bench) else []
        bench.simulator.fault(Fault("error_after"), fixtures_of(bench).submit)
        with pytest.raises(Unknown) as unknown:
            submit(bench, wanted, papers)
        submit(bench, wanted, papers)

        said = [repr(unknown.value), *(repr(each) for call in bench.calls for each in (call, *call.exchanges))]
        text = "\n".join(said)
        for value in CANARIES:
            assert value not in text


def _takes_documents(bench: Bench) -> bool:
    return "documents" in bench.provider.manifest.coverage["disputes"].features


def _moment(seen: DisputeObservation) -> tuple[int, int]:
    return seen.provider_time.seconds, seen.provider_time.nanos


def _is_loud(bench: Bench, inbound: Inbound) -> bool:
    try:
        bench.adapter.read_webhook(inbound)
    except Unmapped:
        return True
    return False
