"""Asks providers which banks and rails they reach badly: each connection that was used today, every five minutes.

Rule: what a poll says counts for fifteen minutes. A provider that cannot be asked is not believed for longer.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.ports import Institutions
from server.kit import ids
from server.kit.context import Context
from server.platform.health import institutions
from server.platform.providers.invoke import Invoker
from server.store import work
from server.store.attempts import Outcome
from server.store.engine import Store
from server.store.work import Again, Done, Job

KIND = "health.poll_institutions"
VALID_FOR = timedelta(minutes=15)

_OPERATION = "institution_statuses"
_EVERY_SECONDS = 300.0
_AT_ONCE = 200
_TRIES = 3
_DUE = "SELECT company_id, environment, connection_id FROM corridor.due_institution_polls(%s, %s, %s, %s)"
_BEGUN = """
INSERT INTO corridor.institution_polls VALUES (%s, %s, %s, clock_timestamp())
ON CONFLICT (company_id, environment, connection_id) DO UPDATE SET poll_time = excluded.poll_time
"""


class Polling:
    """Keeps what providers say of banks and rails at most five minutes old."""

    def __init__(
        self,
        store: Store,
        invoker: Invoker,
        providers: Mapping[str, Provider],
        *,
        every_seconds: float = _EVERY_SECONDS,
        valid_for: timedelta = VALID_FOR,
    ) -> None:
        self._store = store
        self._invoker = invoker
        self._names = [name for name, provider in providers.items() if provider.implements(Institutions)]
        self._every = every_seconds
        self._valid_for = valid_for

    def schedule(self) -> None:
        """Let workers ask what is due. A chore."""
        with self._store.anyone() as connection:
            due = connection.execute(_DUE, (self._names, _OPERATION, self._every, _AT_ONCE)).fetchall()
        for company_id, environment, connection_id in due:
            request_id = ids.request_id()
            with self._store.transaction(company_id, environment) as connection:
                connection.execute(_BEGUN, (company_id, environment, connection_id))
                work.schedule(
                    connection,
                    company_id,
                    environment,
                    kind=KIND,
                    lane=f"{KIND}/{connection_id}",
                    resource_id=connection_id,
                    after_seconds=0.0,
                    correlation_id=request_id,
                    traceparent="",
                )

    def work(self, context: Context, job: Job) -> work.Outcome:
        """Ask one connection's provider; a worker's way."""

        def ask(adapter: Any, call: Call) -> Any:
            return adapter.institution_statuses(call)

        ended = self._invoker.invoke(context, job.resource_id, _OPERATION, job.resource_id, ask)
        who = context.who
        if not ended.held_back:
            with self._store.transaction(who.company_id, who.environment) as connection:
                self._invoker.close(connection, context, ended)
                if ended.outcome == Outcome.ANSWERED:
                    institutions.polled(
                        connection, context, job.resource_id, ended.provider, ended.value, self._valid_for
                    )
                    return Done()
        if job.tries >= _TRIES or ended.held_back:
            return Done()  # the next poll is due soon; until then what is known grows old, and is shown so
        return Again(work.backoff_seconds(job.tries, first=2.0), "the provider did not tell; see its attempts")
