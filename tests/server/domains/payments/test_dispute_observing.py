"""Disputes become known by what providers say, and end in the same state in whatever order it is told."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from corridor.payments.v1 import dispute_pb2 as states
from corridor.payments.v1.dispute_pb2 import Dispute
from corridor.payments.v1.payment_facts_pb2 import Fee
from server.platform.webhooks.read import Unmatched
from server.store.observations import Source
from tests.server import people
from tests.server.domains.payments.court import (
    ACCEPTED,
    CLOSED,
    LOST,
    NEEDS_RESPONSE,
    UNDER_REVIEW,
    WON,
    Court,
    said,
)
from tests.server.domains.payments.till import euros

CHARGEBACK = states.DISPUTE_STAGE_CHARGEBACK
INQUIRY = states.DISPUTE_STAGE_INQUIRY
PRE_ARBITRATION = states.DISPUTE_STAGE_PRE_ARBITRATION


def test_the_first_observation_opens_a_dispute(court: Court) -> None:
    dispute = court.opened(reason=states.DISPUTE_REASON_FRAUDULENT, network_reason_code="10.4")

    assert (NEEDS_RESPONSE, CHARGEBACK, 30_00, states.DISPUTE_REASON_FRAUDULENT, "10.4") == (
        dispute.state, dispute.stage, dispute.amount.amount_minor, dispute.reason, dispute.network_reason_code,
    )  # fmt: skip
    assert (court.payment.payment_id, "dp_1", 1) == (dispute.payment_id, dispute.provider_reference, dispute.revision)
    assert ["dispute.opened"] == court.events(dispute)


def test_an_opened_dispute_stands_in_the_audit_trail(court: Court) -> None:
    dispute = court.opened()

    with people.rows(court.till.corridor, court.till.client) as rows:
        query = "SELECT caller_id, detail FROM corridor.audit WHERE resource_id = %s AND detail <> ''"
        assert [(court.till.connection_id, "dispute opened")] == rows.execute(query, (dispute.dispute_id,)).fetchall()


def test_a_dispute_that_is_first_heard_of_when_it_is_lost_is_opened_and_lost(court: Court) -> None:
    dispute = court.says(LOST, 5)

    assert LOST == dispute.state
    assert ["dispute.opened", "dispute.lost"] == court.events(dispute)


def test_a_dispute_is_found_by_the_providers_reference_of_the_payment(court: Court) -> None:
    seen = said(NEEDS_RESPONSE, 1, payment_reference="pi_1")

    assert court.till.now(court.payment).provider_reference == "pi_1"
    told = court.observing.told(court.till.context(), court.till.connection_id, seen, Source.WEBHOOK, "by-reference")

    assert isinstance(told, tuple)
    assert court.payment.payment_id == court.read(told[0]).payment_id


def test_a_dispute_of_a_strangers_payment_is_nobodys(court: Court) -> None:
    seen = said(NEEDS_RESPONSE, 1, payment_reference="pi_of_others")

    told = court.observing.told(court.till.context(), court.till.connection_id, seen, Source.WEBHOOK, "s")

    assert Unmatched.STRANGER == told


def test_a_dispute_that_comes_over_another_connection_is_for_a_person(court: Court) -> None:
    seen = said(NEEDS_RESPONSE, 1, payment_id=court.payment.payment_id)

    court.observing.told(court.till.context(), court.till.other_connection_id, seen, Source.WEBHOOK, "s")

    assert {court.payment.payment_id} == court.till.items()
    assert not court.listed()


def test_another_payment_is_a_contradiction_that_changes_nothing(court: Court) -> None:
    dispute, other = court.opened(), court.till.authorised()

    court.says(WON, 9, payment_id=other.payment_id)

    assert NEEDS_RESPONSE == court.now(dispute).state
    assert {dispute.dispute_id} == court.till.items()


def test_many_webhooks_at_once_open_one_dispute(court: Court) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = {made.dispute_id for made in pool.map(lambda _: court.says(NEEDS_RESPONSE, 1), range(8))}

    assert 1 == len(found) == len(court.listed())
    assert ["dispute.opened"] == court.events(court.listed()[0])


STORIES = {
    "won": [(NEEDS_RESPONSE, 1, CHARGEBACK), (UNDER_REVIEW, 2, CHARGEBACK), (WON, 3, CHARGEBACK)],
    "lost after it was won": [(NEEDS_RESPONSE, 1, CHARGEBACK), (WON, 2, CHARGEBACK), (LOST, 3, PRE_ARBITRATION)],
    "again, a stage on": [(UNDER_REVIEW, 1, CHARGEBACK), (WON, 2, CHARGEBACK), (NEEDS_RESPONSE, 3, PRE_ARBITRATION)],
    "closed, then charged back": [(NEEDS_RESPONSE, 1, INQUIRY), (CLOSED, 2, INQUIRY), (NEEDS_RESPONSE, 3, CHARGEBACK)],
    "in the same moment": [(NEEDS_RESPONSE, 1, CHARGEBACK), (UNDER_REVIEW, 1, CHARGEBACK), (WON, 1, CHARGEBACK)],
    "without times": [(NEEDS_RESPONSE, 0, CHARGEBACK), (UNDER_REVIEW, 0, CHARGEBACK), (LOST, 0, CHARGEBACK)],
    "accepted": [(NEEDS_RESPONSE, 1, CHARGEBACK), (ACCEPTED, 2, CHARGEBACK), (LOST, 3, CHARGEBACK)],
}  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("story", STORIES)
def test_webhooks_in_any_order_and_doubled_end_in_the_same_state(court: Court, story: str, order: list[int]) -> None:
    told = STORIES[story]
    expected = ACCEPTED if story == "accepted" else told[-1][0]

    for number in [*order, *order]:
        state, minute, stage = told[number]
        court.says(state, minute, stage=stage, fees=[Fee(amount=euros(15_00), type="dispute")])

    (dispute,) = court.listed()
    assert (expected, told[-1][2]) == (dispute.state, dispute.stage)
    assert [15_00] == [fee.amount.amount_minor for fee in dispute.fees]
    assert not court.till.items()


def test_facts_that_change_are_told_as_an_update(court: Court) -> None:
    dispute = court.opened()

    court.says(NEEDS_RESPONSE, 2, amount=euros(12_00))

    assert 12_00 == court.now(dispute).amount.amount_minor
    assert ["dispute.opened", "dispute.updated"] == court.events(dispute)


def test_a_late_webhook_takes_no_fact_back(court: Court) -> None:
    dispute = court.opened(minute=5, amount=euros(12_00))

    court.says(NEEDS_RESPONSE, 1, amount=euros(30_00), network_reason_code="10.4")

    now = court.now(dispute)
    assert (12_00, "10.4") == (now.amount.amount_minor, now.network_reason_code)  # the gap is filled all the same


def test_an_inquiry_that_becomes_a_chargeback_needs_a_response_anew(court: Court) -> None:
    dispute = court.opened(stage=INQUIRY)

    court.says(NEEDS_RESPONSE, 2, stage=CHARGEBACK)

    assert ["dispute.opened", "dispute.needs_response"] == court.events(dispute)


def test_what_is_told_in_the_same_moment_and_cannot_be_placed_is_asked(court: Court) -> None:
    dispute = court.says(WON, 3)

    court.says(LOST, 3)

    assert WON == court.now(dispute).state
    assert ["disputes.look"] == court.work(dispute)


def test_what_the_provider_says_when_it_is_asked_counts(court: Court) -> None:
    dispute = court.says(WON, 3)

    court.says(LOST, 3, source=Source.POLL)

    assert LOST == court.now(dispute).state


def test_that_an_accepted_dispute_is_won_later_is_for_a_person(court: Court) -> None:
    dispute = court.says(ACCEPTED, 2)

    court.says(WON, 3)

    assert ACCEPTED == court.now(dispute).state
    assert {dispute.dispute_id} == court.till.items()


def test_an_event_carries_no_evidence(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, other_text="CANARY-evidence")
    court.adds(dispute, file_name="CANARY-name.pdf")

    court.says(NEEDS_RESPONSE, 2, amount=euros(12_00))

    assert "dispute.updated" == court.events(dispute)[-1]
    assert b"CANARY" not in court.told_of(dispute)
    assert "CANARY-evidence" == court.now(dispute).evidence.other_text


def test_its_due_time_is_gone_once_nothing_is_awaited(court: Court) -> None:
    dispute: Dispute = court.opened(due_days=5)

    court.says(UNDER_REVIEW, 2)

    assert not court.now(dispute).HasField("evidence_due_time")
