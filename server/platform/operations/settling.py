"""Looks how a retry came out: its work item is resolved by that, or stays open with what was found.

Rule: an item is resolved only by what a provider or a domain has said since; silence leaves it open.
"""

from dataclasses import dataclass
from datetime import datetime

from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_KIND_CONFLICT,
    WORK_ITEM_KIND_OVERDUE,
    WORK_ITEM_KIND_UNKNOWN_OUTCOME,
    WORK_ITEM_KIND_UNMAPPED,
    WORK_ITEM_STATE_OPEN,
    WorkItem,
)
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_DUPLICATE,
    INBOUND_DELIVERY_STATE_IGNORED,
    INBOUND_DELIVERY_STATE_PROCESSED,
    INBOUND_DELIVERY_STATE_RECEIVED,
)
from server.kit import ids
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.operations.routed import Domains, Standing
from server.platform.webhooks import inbound
from server.store import pending, work, work_items
from server.store.engine import Connection, Store
from server.store.work import Again, Done, Job, State

_LOOKS = 30
_SLOWEST_SECONDS = 60.0
_READ = (INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_DUPLICATE, INBOUND_DELIVERY_STATE_IGNORED)
# What such an item asks for is known only at the resource's end.
_UNTIL_THE_END = {WORK_ITEM_KIND_OVERDUE}
_SAID = {WORK_ITEM_KIND_CONFLICT, WORK_ITEM_KIND_UNMAPPED}

_LAST_SAID = """
SELECT verdict FROM corridor.observations
WHERE company_id = %s AND environment = %s AND resource_id = %s AND create_time >= %s
ORDER BY observation_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Settling:
    """Does the work that follows a retry, and the asking that one begins."""

    store: Store
    domains: Domains

    def settle(self, context: Context, job: Job) -> work.Outcome:
        """Resolve the item if what was taken up has settled it; look again after a while otherwise."""
        who, found = context.who, ""
        with self.store.transaction(who.company_id, who.environment) as connection:
            item = work_items.get(connection, context, job.resource_id)
            if item is None or item.state != WORK_ITEM_STATE_OPEN:
                return Done()
            found, goes_on = self._found(connection, context, item, job.create_time)
            if found:
                work_items.resolve(connection, context, item.work_item_id, found)
                return Done()
        if not goes_on or job.tries > _LOOKS:
            return Done()
        return Again(work.backoff_seconds(job.tries, first=0.5, most=_SLOWEST_SECONDS), "it has not come out yet")

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider how a resource stands that is at an end here."""
        routed = self.domains.of(job.resource_id)
        return routed.look(context, job) if routed else Done()

    def _found(self, connection: Connection, context: Context, item: WorkItem, since: datetime) -> tuple[str, bool]:
        """What was found that settles an item, and whether it is worth looking again if nothing was."""
        if ids.is_id(item.resource_id, "in"):
            delivery = inbound.get(connection, context, item.resource_id)
            if delivery is None or delivery.state in _READ:
                word = inbound.state_word(delivery.state) if delivery else "gone"
                return f"Retried: the delivery was read, and is {word}.", False
            return "", delivery.state == INBOUND_DELIVERY_STATE_RECEIVED
        routed = self.domains.of(item.resource_id)
        standing = routed.lock(connection, context, item.resource_id) if routed else None
        if standing is None:
            left = pending.of_resource(connection, context, item.resource_id)
            return ("" if left else "Retried: what was left of it is done."), bool(left)
        return _found(connection, context, item, standing, since)


def _found(
    connection: Connection, context: Context, item: WorkItem, standing: Standing, since: datetime
) -> tuple[str, bool]:
    word = standing.state.replace("_", " ")
    if standing.waits:
        assert standing.dispatch is not None
        pieces = pending.of(connection, context, standing.resource_id, [standing.dispatch.lane])
        return "", any(piece.state == State.READY for piece in pieces)
    if item.kind in _SAID and not standing.under_way:
        return _said(connection, context, standing, since)
    if standing.under_way:
        if item.kind in _UNTIL_THE_END:
            return "", True
        if item.kind in _SAID or (item.kind == WORK_ITEM_KIND_UNKNOWN_OUTCOME and not standing.reference):
            return _said(connection, context, standing, since) if standing.reference else ("", True)
        return f"Retried: a provider has it; it is {word}.", False
    return f"Retried: it is {word}.", False


def _said(connection: Connection, context: Context, standing: Standing, since: datetime) -> tuple[str, bool]:
    """What the provider said since the retry began, where that agrees with what is recorded."""
    who = context.who
    values = (who.company_id, who.environment, standing.resource_id, since)
    row = connection.execute(_LAST_SAID, values).fetchone()
    if row is None:
        return "", True
    if row[0] == Verdict.CONFLICTS:
        return "", False
    return f"Retried: the provider was asked, and what it says agrees: it is {standing.state.replace('_', ' ')}.", False
