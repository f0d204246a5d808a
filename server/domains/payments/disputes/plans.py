"""When something is done about a dispute without anybody asking: reminders before its due time, and look-ups.

Rule: each plan names what it was made for. Where that is another by the time it runs, a later plan acts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from corridor.payments.v1.dispute_pb2 import Dispute
from server.domains.payments.disputes.lifecycle import NEEDS_RESPONSE, UNDER_REVIEW
from server.platform.providers.sendable import Timing

REMIND_DAYS = (7, 3, 1)
"""How long before the due time a reminder is published, in days. The last one asks for a person, too."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one due time."""

    due: datetime
    days: int

    @property
    def time(self) -> datetime:
        """When it is."""
        return self.due - timedelta(days=self.days)

    @property
    def last(self) -> bool:
        """Whether none follows."""
        return self.days == min(REMIND_DAYS)

    @property
    def until(self) -> datetime:
        """When it has been overtaken by the next one, or by the due time."""
        later = [days for days in REMIND_DAYS if days < self.days]
        return self.due - timedelta(days=max(later, default=0))

    @property
    def name(self) -> str:
        """What stands in the lane of its work."""
        return f"{int(self.due.timestamp())}/{self.days}"


def reminders(dispute: Dispute, now: datetime, *, begins: bool) -> Iterator[Reminder]:
    """The reminders to come. Where the dispute `begins` to wait within the last day, the last one comes at once."""
    if dispute.state != NEEDS_RESPONSE or not dispute.HasField("evidence_due_time"):
        return
    due = dispute.evidence_due_time.ToDatetime(UTC)
    for days in REMIND_DAYS:
        reminder = Reminder(due, days)
        if reminder.time > now or (begins and reminder.last and due > now):
            yield reminder


def named(lane: str) -> Reminder:
    """The reminder whose name ends a lane."""
    due, days = lane.split("/")[-2:]
    return Reminder(datetime.fromtimestamp(int(due), UTC), int(days))


def look_after(dispute: Dispute, timing: Timing, now: datetime) -> float | None:
    """After how many seconds the provider is first asked how it stands; None where nothing is awaited.

    Before its due time a dispute that waits for the company is not asked about: nothing happens to it unseen. While a
    response is on its way, whoever sends it asks.
    """
    if dispute.state not in (NEEDS_RESPONSE, UNDER_REVIEW):
        return None
    if dispute.state == NEEDS_RESPONSE and dispute.HasField("evidence_due_time"):
        left = (dispute.evidence_due_time.ToDatetime(UTC) - now).total_seconds()
        return max(0.0, left) + timing.poll_seconds
    return timing.poll_seconds
