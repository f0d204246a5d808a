"""A due time that nothing vouches for reminds people, and keeps no evidence back."""

from tests.server.domains.payments.court import NEEDS_RESPONSE, SUBMITTING, Court


def test_a_due_time_that_nobody_signed_keeps_no_evidence_back(court: Court) -> None:
    dispute = court.opened(due_days=-1, evidence_due_time_unproven=True)
    court.gather(dispute, other_text="It was sent.")

    court.submits(dispute)

    assert SUBMITTING == court.now(dispute).state


def test_a_due_time_that_nobody_signed_replaces_none_that_is_vouched_for(court: Court) -> None:
    dispute = court.opened(due_days=10)

    after = court.says(NEEDS_RESPONSE, 2, due_days=30, evidence_due_time_unproven=True)

    assert (dispute.evidence_due_time, False) == (after.evidence_due_time, after.evidence_due_time_unproven)


def test_a_due_time_that_is_vouched_for_replaces_one_that_is_not(court: Court) -> None:
    court.opened(due_days=-1, evidence_due_time_unproven=True)

    after = court.says(NEEDS_RESPONSE, 2, due_days=30)

    assert not after.evidence_due_time_unproven
