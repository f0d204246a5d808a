"""Has what waits for its route looked at again when time alone may let it go: at the next edge of a rule's window.

Rule: it is scheduled in the transaction that parks; whoever looks again waits for those that park at this moment.
"""

from dataclasses import dataclass

from server.kit.context import Context
from server.platform.providers import routing
from server.store import work
from server.store.engine import Connection, Store
from server.store.wake import Waker
from server.store.work import Done, Job

KIND = "routing.look_again"

_NEARER = """
UPDATE corridor.work SET run_time = least(run_time, clock_timestamp() + make_interval(secs => %s))
WHERE company_id = %s AND environment = %s AND lane = %s AND state = 0 AND lease_time IS NULL
"""


def schedule(connection: Connection, context: Context, kind: str, after_seconds: float) -> None:
    """Have all parked work of a kind looked at again after so many seconds, or sooner if that was planned already."""
    who = context.who
    lane = f"{KIND}/{who.company_id}/{who.environment}/{kind}"
    if not connection.execute(_NEARER, (after_seconds, who.company_id, who.environment, lane)).rowcount:
        work.schedule(
            connection,
            who.company_id,
            who.environment,
            kind=KIND,
            lane=lane,
            resource_id=kind,
            after_seconds=after_seconds,
            correlation_id=context.correlation_id,
        )


@dataclass(frozen=True, slots=True)
class LookingAgain:
    """Does the work."""

    store: Store
    waker: Waker

    def run(self, context: Context, job: Job) -> work.Outcome:
        """Bring parked work back: it is sent, or parks again until the next edge."""
        who, kind = context.who, job.resource_id
        with self.store.transaction(who.company_id, who.environment) as connection:
            routing.about_to_change(connection, context)
            work.bring_back(connection, who.company_id, who.environment, kind, f"{kind}/%", work.State.PARKED)
        self.waker.wake()
        return Done()
