"""Nothing is silently pending: what nobody attends to gets work, or a person; what waits for long is told.

Rule: what a resource needs is decided under its lock, by what it is then. Looking is bounded, and goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import structlog

from corridor.operations.v1 import work_item_pb2
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import clock as machine
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.platform.operations import retrying
from server.platform.operations.routed import Domains, Lane, Routed
from server.store import pending, work_items
from server.store.engine import Connection, Store
from server.store.wake import Waker
from server.store.work import State

_log = structlog.get_logger("corridor.operations")

WAITING = work_item_pb2.WORK_ITEM_KIND_WAITING
_LOOKED_AT_ONCE = 20_000
_TOLD_AT_ONCE = 500
_RUN_SECONDS = 10.0

_LONG = "SELECT company_id, environment, resource_id, state, error FROM corridor.long_waiting(%s, %s, %s, %s)"

Tenant = tuple[str, "Environment.ValueType"]


@dataclass
class Stuck:
    """Does the chore `operations.stuck`.

    `patience`: how long something may be without anybody who attends to it, and how long it may wait before a person is
    told. `places`: how far each domain was looked through; a process that is new begins anew.
    """

    store: Store
    domains: Domains
    clock: Clock  # the machine's: ids and work know no other time
    waker: Waker
    unattended_after: timedelta = timedelta(minutes=10)
    waiting_after: timedelta = timedelta(hours=1)
    places: dict[str, str] = field(default_factory=dict)
    turn: int = 0
    """Which kind of resource the next round begins with: a round that was too long goes on where it ended."""

    def run(self) -> None:
        """One round over every domain."""
        for kind, prefix in DISPATCHED:
            self._long_waiting(kind, prefix)
        until = machine.monotonic() + _RUN_SECONDS
        kinds = [(routed, *each) for routed in self.domains.all() for each in routed.stuck.items()]
        for _ in kinds:
            self._unattended(*kinds[self.turn % len(kinds)])
            self.turn += 1
            if machine.monotonic() > until:
                return

    def _unattended(self, routed: Routed, prefix: str, function: str) -> None:
        after = self.places.get(prefix, f"{prefix}_")
        with self.store.anyone() as connection:
            rows = connection.execute(
                f"SELECT company_id, environment, resource_id FROM corridor.{function}(%s, %s, %s)",
                (after, self.unattended_after.total_seconds(), _LOOKED_AT_ONCE),
            ).fetchall()
        last = next((row[2] for row in rows if not row[0]), "")
        found = [row for row in rows if row[0]]
        for company_id, environment, resource_id in found:
            self._attend(routed, (company_id, environment), resource_id)
        self.places[prefix] = last or f"{prefix}_"
        if found:
            self.waker.wake()

    def _attend(self, routed: Routed, tenant: Tenant, resource_id: str) -> None:
        """Give a resource work, or a person. Under its lock it may turn out that there is somebody."""
        context = context_of(tenant)
        try:
            with self.store.transaction(*tenant) as connection:
                standing = routed.lock(connection, context, resource_id)
                if standing is None or work_items.open_of(connection, context, resource_id):
                    return
                if standing.waits and standing.dispatch:
                    self._give(connection, context, resource_id, standing.dispatch)
                elif standing.under_way:
                    for lane in standing.follow:
                        self._give(connection, context, resource_id, lane)
                elif standing.attended:
                    why = f"It is {standing.state} for more than a day, and waits for the company's decision."
                    work_items.open_item(connection, context, resource_id, WAITING, why)
        except (Failure, psycopg.Error):  # the next round tries again; it must not hold the others back
            _log.exception("not_attended", resource_id=resource_id)

    def _give(self, connection: Connection, context: Context, resource_id: str, lane: Lane) -> None:
        pieces = pending.of(connection, context, resource_id, [lane.lane])
        if any(piece.state != State.DEAD for piece in pieces):
            return
        if pieces:
            why = "Its work was given up, and the work item about it was resolved; it still waits."
            work_items.open_item(connection, context, resource_id, WAITING, why)
            return
        _log.error("work_was_missing", resource_id=resource_id, kind=lane.kind)
        retrying.schedule(connection, context, lane, resource_id)

    def _long_waiting(self, kind: str, prefix: str) -> None:
        before = self.clock.now() - self.waiting_after
        with self.store.anyone() as connection:
            rows = connection.execute(_LONG, (kind, prefix, before, _TOLD_AT_ONCE)).fetchall()
        for company_id, environment, resource_id, state, error in rows:
            tenant: Tenant = (company_id, environment)
            waits = "It waits until something changes" if state == State.PARKED else "It has been postponed"
            why = f"{waits} for more than {_hours(self.waiting_after)}: {error or 'its turn has not come'}"
            try:
                with self.store.transaction(*tenant) as connection:
                    self._tell_waiting(connection, context_of(tenant), resource_id, why)
            except (Failure, psycopg.Error):  # as above
                _log.exception("waiting_not_told", resource_id=resource_id)

    def _tell_waiting(self, connection: Connection, context: Context, resource_id: str, why: str) -> None:
        """Tell of what waits to be sent. Work of what was cancelled meanwhile is done, and finds nothing to do."""
        routed = self.domains.of(resource_id)
        standing = routed.lock(connection, context, resource_id) if routed else None
        if standing is not None and standing.dispatch and not standing.waits:
            retrying.take_up(connection, context, resource_id, standing.dispatch)
        else:
            work_items.open_item(connection, context, resource_id, WAITING, why)


# The work by which something is sent for the first time, and how the ids begin after which its lanes are named.
DISPATCHED: Sequence[tuple[str, str]] = (("payouts.dispatch", "po"), ("payments.dispatch", "pay"))


def context_of(tenant: Tenant) -> Context:
    """What a chore does for a company, in Corridor's own name."""
    request_id = ids.request_id()
    caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", *tenant)
    return Context(request_id, request_id, caller=caller)


def _hours(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return "an hour" if hours == 1 else f"{hours:g} hours"
