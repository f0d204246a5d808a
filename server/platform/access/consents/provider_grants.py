"""Tokens that providers issued for a consent's subject: kept sealed, and revoked at the provider when it ends.

Asking a provider to revoke a token twice is harmless (RFC 7009, 2.2), so every end but a refusal is tried again.
"""

from dataclasses import dataclass
from typing import Any

from adapters.kit.call import Call
from corridor.access.v1.consent_pb2 import CONSENT_DEPENDENT_STATE_LIVE, ProviderGrant
from corridor.operations.v1 import work_item_pb2
from server.kit import ids
from server.kit.context import Context
from server.platform.access.consents import dependents
from server.platform.providers import held
from server.platform.providers.following import asked_in_vain
from server.platform.providers.invoke import Ended, Invoker
from server.store import work, work_items
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.sealed import PROVIDER_GRANT
from server.store.work import Again, Dead, Done, Job

REVOKE = "consents.revoke_grant"
OPERATION = "revoke_grant"
# After so many tries a person is told; it is tried on.
TRIES_BEFORE_PERSON = 8
_SLOWEST_SECONDS = 300.0

_INSERT = """
INSERT INTO corridor.provider_grants VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp(), NULL) RETURNING create_time
"""
_GET = """
SELECT consent_id, connection_id, token FROM corridor.provider_grants
WHERE company_id = %s AND environment = %s AND provider_grant_id = %s
"""
_END = """
UPDATE corridor.provider_grants SET token = NULL, end_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND provider_grant_id = %s
"""
_SCHEDULE = """
SELECT corridor.schedule(company_id, environment, %s, %s || '/' || dependent_id, dependent_id, now(), %s, %s)
FROM corridor.consent_dependents
WHERE company_id = %s AND environment = %s AND consent_id = %s AND kind = %s AND state = %s
"""


def add(connection: Connection, context: Context, consent_id: str, connection_id: str, token: str) -> ProviderGrant:
    """Keep a token under a consent that the caller has seen to be in force."""
    who, grant_id = context.who, ids.new("pgr")
    sealed = PROVIDER_GRANT.seal(connection.seals, who, token.encode(), grant_id)
    values = (who.company_id, who.environment, grant_id, consent_id, connection_id, sealed)
    row = connection.execute(_INSERT, values).fetchone()
    assert row is not None
    dependents.add(connection, context, consent_id, dependents.PROVIDER_GRANT, grant_id)
    made = ProviderGrant(
        provider_grant_id=grant_id,
        consent_id=consent_id,
        connection_id=connection_id,
        state=CONSENT_DEPENDENT_STATE_LIVE,
    )
    made.create_time.FromDatetime(row[0])
    return made


def schedule(connection: Connection, context: Context, consent_id: str) -> None:
    """Have every token of a consent that is to be stopped revoked."""
    who = context.who
    told = (REVOKE, REVOKE, context.correlation_id, context.traceparent)
    which = (consent_id, dependents.PROVIDER_GRANT, dependents.STOPPING)
    connection.execute(_SCHEDULE, (*told, who.company_id, who.environment, *which))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A token that is still kept."""

    consent_id: str
    connection_id: str
    token: str


class ProviderGrants:
    """Tells providers which tokens are over."""

    def __init__(self, store: Store, invoker: Invoker) -> None:
        self._store = store
        self._invoker = invoker

    def revoke(self, context: Context, job: Job) -> work.Outcome:
        """Have a provider revoke a token, until it has confirmed that, or a person has to."""
        kept = self._kept(context, job.resource_id)
        if kept is None:
            return Done()

        def ask(adapter: Any, call: Call) -> None:
            adapter.revoke_grant(call, kept.token)

        ended = self._invoker.invoke(context, kept.connection_id, OPERATION, job.resource_id, ask)
        who = context.who
        if ended.held_back:
            if asked_in_vain(job):
                summary = "A consent has ended, and the provider cannot be asked to revoke the token that rests on it."
                with self._store.of(who.company_id, who.environment) as connection:
                    work_items.open_item(
                        connection, context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_EXHAUSTED, summary
                    )
            return held.again(ended)
        with self._store.transaction(who.company_id, who.environment) as connection:
            self._invoker.close(connection, context, ended)
            return self._act(connection, context, job, kept, ended)

    def _act(self, connection: Connection, context: Context, job: Job, kept: _Kept, ended: Ended) -> work.Outcome:
        who, grant_id = context.who, job.resource_id
        if ended.outcome == Outcome.ANSWERED:
            connection.execute(_END, (who.company_id, who.environment, grant_id))
            dependents.note(connection, context, kept.consent_id, grant_id, dependents.STOPPED)
            return Done()
        why = f"{OPERATION}: {ended.outcome.name.lower()}; see {ended.attempt_id}"
        if kind := _NEEDS_PERSON.get(ended.outcome):
            summary = "A consent has ended, and the provider does not revoke the token that rests on it."
            work_items.open_item(connection, context, grant_id, kind, summary)
            dependents.note(connection, context, kept.consent_id, grant_id, dependents.NOT_STOPPED)
            # What is set up wrongly can be set right; a refusal stands.
            return Again(_SLOWEST_SECONDS, why) if ended.outcome == Outcome.MISCONFIGURED else Dead(why)
        if job.tries >= TRIES_BEFORE_PERSON:
            summary = f"A consent has ended, and the provider was asked {job.tries} times to revoke its token."
            kind = work_item_pb2.WORK_ITEM_KIND_EXHAUSTED
            work_items.open_item(connection, context, grant_id, kind, summary)
        return Again(max(work.backoff_seconds(job.tries), ended.retry_after_seconds or 0.0), why)

    def _kept(self, context: Context, grant_id: str) -> _Kept | None:
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, (who.company_id, who.environment, grant_id)).fetchone()
        if row is None or row[2] is None:
            return None
        consent_id, connection_id, token = row
        return _Kept(consent_id, connection_id, PROVIDER_GRANT.open(self._store.seals, who, token, grant_id).decode())


_NEEDS_PERSON = {
    Outcome.REJECTED: work_item_pb2.WORK_ITEM_KIND_EXHAUSTED,
    Outcome.MISCONFIGURED: work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED,
    Outcome.UNMAPPED: work_item_pb2.WORK_ITEM_KIND_UNMAPPED,
}
