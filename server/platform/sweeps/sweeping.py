"""The worker's part of a sweep: page by page what the provider lists is taken in, then what is overdue is looked up.

Rule: a page is taken in before it is noted as done. Whoever takes a sweep over does its last page again, which changes
nothing: what is known already is known by the same door.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured
from adapters.kit.ports import Listing
from corridor.operations.v1 import work_item_pb2
from corridor.providers.v1.sweep_event_pb2 import SweepCompleted
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_COMPLETED, SWEEP_STATE_FAILED, SWEEP_STATE_RUNNING, SweepCounts
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers.invoke import Ended, Invoker
from server.platform.providers.sending import why
from server.platform.sweeps import repository
from server.platform.sweeps.page import PageTaking
from server.platform.sweeps.repository import Kept, Phase
from server.platform.sweeps.taking import Outstanding, TakeIn
from server.store import events, work, work_items
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.work import Again, Done, Job

LIST = "list_changes"
_TRIES = 12  # of calls that failed, over the whole sweep: more than an hour
_PAGES = 5_000  # of one sweep: a list that goes on for ever is none
_LOOKED_AT = 200  # pieces of work at once
_HELD_AT_MOST = timedelta(hours=1)  # by breakers and limits, before a person is told

_ITEMS = {
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
    Outcome.REJECTED: work_item_pb2.WORK_ITEM_KIND_REJECTED,
}


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Does the work of kind `sweeps.run`. Between two pages other work has its turn."""

    store: Store
    invoker: Invoker
    take_in: TakeIn
    outstanding: Mapping[str, Outstanding]
    """By kind of work, what it waits for."""
    clock: Clock  # the company's, for when something should be at an end
    machine: Clock

    def run(self, context: Context, job: Job) -> work.Outcome:
        """Do one page of a sweep."""
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            kept = repository.lock(connection, context, job.resource_id)
        if kept is None or kept.sweep.state != SWEEP_STATE_RUNNING:
            return Done()
        return self._list(context, job, kept) if kept.phase == Phase.LISTING else self._look(context, kept)

    def _list(self, context: Context, job: Job, kept: Kept) -> work.Outcome:
        sweep = kept.sweep
        since = sweep.since_time.ToDatetime(UTC)
        ended = self._asked(context, kept, since)
        if ended.held_back:
            self._tell_if_held_for_long(context, job, kept, ended)
            return Again(ended.retry_after_seconds or 0.0, why(ended), counts=False)
        if ended.outcome != Outcome.ANSWERED:
            return self._not_answered(context, job, kept, ended)
        listing: Listing = ended.value
        failpoint("sweep.before_observe")
        found = PageTaking(self.store, self.take_in).take(context, kept.sweep, listing)
        failpoint("sweep.after_observe")
        with self.store.transaction(context.who.company_id, context.who.environment) as connection:
            self.invoker.close(connection, context, ended)
            now = self._same(connection, context, kept)
            if now is None:
                return Again(0.0, counts=False)  # another worker has done the page as well, and is further
            _add(now.sweep.counts, found)
            now.sweep.error = ""
            now.sweep.complete = now.sweep.complete and listing.complete
            stuck = bool(listing.next_cursor) and (
                listing.next_cursor == kept.cursor or now.sweep.counts.pages >= _PAGES
            )
            if stuck:
                kind = work_item_pb2.WORK_ITEM_KIND_EXHAUSTED
                self._fail(connection, context, now, kind, "The provider's list does not come to its end.")
                return Done()
            now.cursor = listing.next_cursor
            now.phase = Phase.LISTING if listing.next_cursor else Phase.LOOKING_UP
            repository.save(connection, context, now)
        failpoint("sweep.after_page")
        return Again(0.0, counts=False)  # behind everything that is due by now

    def _asked(self, context: Context, kept: Kept, since: datetime) -> Ended:
        def ask(adapter: object, call: Call) -> Listing:
            listing: Listing = adapter.list_changes(call, since, kept.cursor)  # type: ignore[attr-defined] # the port
            return listing

        return self.invoker.invoke(context, kept.sweep.connection_id, LIST, kept.sweep.sweep_id, ask)

    def _not_answered(self, context: Context, job: Job, kept: Kept, ended: Ended) -> work.Outcome:
        """Try again, from the first page where the provider no longer takes the cursor; or give the sweep up."""
        given_up = ended.outcome in _ITEMS or job.tries >= _TRIES
        credentials = isinstance(ended.error, Misconfigured) and ended.error.credentials
        refused = ended.outcome in (Outcome.MISCONFIGURED, Outcome.REJECTED) and not credentials
        anew = bool(kept.cursor) and refused and job.tries < _TRIES
        with self.store.transaction(context.who.company_id, context.who.environment) as connection:
            self.invoker.close(connection, context, ended)
            now = self._same(connection, context, kept)
            if now is None:
                return Again(0.0, counts=False)
            now.sweep.error = why(ended)
            if given_up and not anew:
                kind = _ITEMS.get(ended.outcome, work_item_pb2.WORK_ITEM_KIND_EXHAUSTED)
                self._fail(connection, context, now, kind, f"{ended.provider} {LIST}: {ended.detail}")
                return Done()
            now.cursor = "" if anew else now.cursor
            repository.save(connection, context, now)
        pause = work.backoff_seconds(job.tries, first=2.0, most=600.0)
        return Again(max(pause, min(ended.retry_after_seconds or 0.0, 3600.0)), why(ended))

    def _look(self, context: Context, kept: Kept) -> work.Outcome:
        """Bring a page of look-ups nearer: of what should be at an end, and of what was never heard of."""
        connection_id, now, nearer = kept.sweep.connection_id, self.clock.now(), []
        with self.store.of(context.who.company_id, context.who.environment) as connection:
            rows = repository.waiting(connection, context, int(kept.cursor or 0), list(self.outstanding), _LOOKED_AT)
        for work_id, kind, resource_id in rows:
            awaited = self.outstanding[kind](context, resource_id)
            if awaited and awaited.connection_id == connection_id and (awaited.due <= now or not awaited.known):
                nearer.append(work_id)
        with self.store.transaction(context.who.company_id, context.who.environment) as connection:
            held = self._same(connection, context, kept)
            if held is None:
                return Again(0.0, counts=False)
            held.sweep.counts.looked_up += repository.bring_nearer(connection, context, nearer)
            if len(rows) == _LOOKED_AT:
                held.cursor = str(rows[-1][0])
                repository.save(connection, context, held)
                return Again(0.0, counts=False)
            self._complete(connection, context, held)
        return Done()

    def _complete(self, connection: Connection, context: Context, kept: Kept) -> None:
        sweep, counts = kept.sweep, kept.sweep.counts
        sweep.state, sweep.error, kept.cursor = SWEEP_STATE_COMPLETED, "", ""
        sweep.end_time.FromDatetime(self.machine.now())
        repository.save(connection, context, kept)
        if counts.advanced or counts.conflicted or counts.missing or counts.unknown:
            context = replace(context, correlation_id=context.correlation_id or context.request_id)
            events.publish(connection, context, sweep.sweep_id, 1, SweepCompleted(sweep=sweep))

    def _tell_if_held_for_long(self, context: Context, job: Job, kept: Kept, ended: Ended) -> None:
        """A sweep that nobody lets through goes on waiting; whoever relies on it hears of that. Both times are ours."""
        if job.lease_time - job.create_time < _HELD_AT_MOST:
            return
        said = f"It has not been swept since {job.create_time:%Y-%m-%d %H:%M} UTC. {why(ended)}"
        with self.store.transaction(context.who.company_id, context.who.environment) as connection:
            work_items.open_item(
                connection, context, kept.sweep.connection_id, work_item_pb2.WORK_ITEM_KIND_WAITING, said
            )

    def _fail(self, connection: Connection, context: Context, kept: Kept, kind: int, summary: str) -> None:
        """Give a sweep up, and ask for a person: about the connection, whose sweeps may all fail alike."""
        kept.sweep.state = SWEEP_STATE_FAILED
        kept.sweep.error = kept.sweep.error or summary
        kept.sweep.end_time.FromDatetime(self.machine.now())
        repository.save(connection, context, kept)
        work_items.open_item(connection, context, kept.sweep.connection_id, kind, f"It could not be swept. {summary}")

    def _same(self, connection: Connection, context: Context, kept: Kept) -> Kept | None:
        """The sweep locked, if it still stands where it stood."""
        now = repository.lock(connection, context, kept.sweep.sweep_id)
        same = now is not None and now.sweep.state == SWEEP_STATE_RUNNING
        return now if now and same and (now.phase, now.cursor) == (kept.phase, kept.cursor) else None


def _add(counts: SweepCounts, found: SweepCounts) -> None:
    for field, value in found.ListFields():
        setattr(counts, field.name, getattr(counts, field.name) + value)
