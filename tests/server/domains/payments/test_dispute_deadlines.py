"""The time to respond: it is told before it ends, and what happens after it is asked, never guessed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from corridor.payments.v1.dispute_pb2 import Dispute
from server.domains.payments.disputes import plans
from server.domains.payments.disputes.flows import Flows
from server.platform.providers.sendable import Timing
from server.store import work
from server.store.work import Again, Done, Job, Outcome
from tests.server import people
from tests.server.domains.payments.court import NEEDS_RESPONSE, SUBMITTING, UNDER_REVIEW, Court


class MovedClock:
    """A clock that is put forward."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        """The time there."""
        return datetime.now(UTC) + self._ahead


@pytest.fixture
def later(court: Court) -> Callable[[float, str], list[Outcome]]:
    """Does the work of a kind as it would be done so many days later; how each piece ended."""
    parts = court.till.corridor.parts

    def run(days: float, kind: str) -> list[Outcome]:
        moved, router = MovedClock(days), parts.routing.router
        flows = Flows(parts.store, parts.disputes, court.observing, parts.invoker, Timing(), moved, router)
        method = getattr(flows, kind.partition(".")[2])
        with parts.store.anyone() as connection:
            connection.execute(
                "UPDATE corridor.work SET run_time = clock_timestamp() WHERE company_id = %s AND kind = %s",
                (court.till.company_id, kind),
            )
            jobs: list[Job] = [
                job for job in work.claim(connection, [kind], 100, 30.0) if job.company_id == court.till.company_id
            ]
        ended = [method(court.till.context(), job) for job in jobs]
        with parts.store.anyone() as connection:
            for job, outcome in zip(jobs, ended, strict=True):
                work.finish(connection, job, outcome)
        return ended

    return run


def test_reminders_come_seven_three_and_one_day_before(court: Court, later: Callable[..., list[Outcome]]) -> None:
    dispute = court.opened(due_days=10)
    told = ["dispute.opened"]

    for days, expected in [(1, 1), (3.5, 2), (5, 2), (7.5, 3), (9.5, 4), (9.6, 4)]:
        later(days, "disputes.remind")
        told = court.events(dispute)
        assert expected == len(told), days

    assert ["dispute.opened", *["dispute.evidence_due"] * 3] == told


def test_the_last_reminder_asks_for_a_person(court: Court, later: Callable[..., list[Outcome]]) -> None:
    dispute = court.opened(due_days=10)
    later(7.5, "disputes.remind")
    assert not court.till.items()

    later(9.5, "disputes.remind")

    assert {dispute.dispute_id} == court.till.items()


def test_reminders_that_were_overtaken_are_not_told_late(court: Court, later: Callable[..., list[Outcome]]) -> None:
    dispute = court.opened(due_days=10)

    later(9.5, "disputes.remind")

    assert ["dispute.opened", "dispute.evidence_due"] == court.events(dispute)


def test_a_dispute_that_is_answered_is_not_reminded_of(court: Court, later: Callable[..., list[Outcome]]) -> None:
    dispute = court.opened(due_days=10)
    court.says(UNDER_REVIEW, 2)

    assert {Done()} == set(later(9.5, "disputes.remind"))
    assert "dispute.evidence_due" not in court.events(dispute)


def test_another_due_time_has_reminders_of_its_own(court: Court, later: Callable[..., list[Outcome]]) -> None:
    dispute = court.opened(due_days=10)
    court.says(NEEDS_RESPONSE, 2, due_days=30)

    later(9.5, "disputes.remind")
    assert "dispute.evidence_due" not in court.events(dispute)
    later(24, "disputes.remind")

    assert "dispute.evidence_due" == court.events(dispute)[-1]


def test_a_dispute_with_less_than_a_day_left_is_told_of_at_once(
    court: Court, later: Callable[..., list[Outcome]]
) -> None:
    dispute = court.opened(due_days=0.5)

    later(0, "disputes.remind")

    assert ["dispute.opened", "dispute.evidence_due"] == court.events(dispute)


def test_nobody_asks_the_provider_before_the_due_time(court: Court, later: Callable[..., list[Outcome]]) -> None:
    court.opened(due_days=10)

    (outcome,) = later(5, "disputes.follow")

    assert isinstance(outcome, Again)
    assert 5 * 86400 < outcome.after_seconds < 5.1 * 86400


def test_after_the_due_time_and_under_review_the_provider_is_asked() -> None:
    timing, now = Timing(poll_seconds=600), datetime(2026, 11, 21, tzinfo=UTC)
    waiting = Dispute(state=NEEDS_RESPONSE)
    waiting.evidence_due_time.FromDatetime(now + timedelta(hours=1))

    assert 4200 == plans.look_after(waiting, timing, now)
    assert 600 == plans.look_after(waiting, timing, now + timedelta(days=1))
    assert 600 == plans.look_after(Dispute(state=UNDER_REVIEW), timing, now)


def test_evidence_that_did_not_leave_in_time_is_not_sent_any_more(
    court: Court, later: Callable[..., list[Outcome]]
) -> None:
    dispute = court.opened(due_days=5)
    court.gather(dispute, other_text="It was sent.")
    court.submits(dispute)

    (outcome,) = later(6, "disputes.respond")

    assert isinstance(outcome, Again)  # the provider is asked how it ended; until it tells, nothing is guessed
    assert (SUBMITTING, {dispute.dispute_id}) == (court.now(dispute).state, court.till.items())
    with people.rows(court.till.corridor, court.till.client) as rows:
        query = "SELECT DISTINCT operation FROM corridor.attempts WHERE resource_id = %s"
        assert [("look_up_dispute",)] == rows.execute(query, (dispute.dispute_id,)).fetchall()
