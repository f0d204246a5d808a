"""How the accounts at providers follow their company's clock. The provider is asked for each step once, whoever asks.

What is to be done is noted before it is asked for, under a key that says from where: after a crash the same request
goes out again, and the provider answers it without moving anything twice.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.ports import Clocks
from server.kit.context import Context
from server.kit.failpoint import failpoint
from server.platform.providers import held
from server.platform.providers.invoke import Ended, Invoker
from server.platform.sandbox import repository
from server.platform.sandbox.repository import Account
from server.store import work
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.work import Again, Done, Job

FOLLOW = "sandbox.follow_clock"

_STEP_SECONDS = 400 * 86_400
_STEPS_AT_ONCE = 100
_TRIES = 20  # some hours; the next advance begins anew
_OPERATION = "advance_clock"


class Following:
    """Brings accounts to their company's time."""

    def __init__(self, store: Store, invoker: Invoker, providers: Mapping[str, Provider]) -> None:
        self._store = store
        self._invoker = invoker
        self._names = sorted(name for name, provider in providers.items() if provider.implements(Clocks))

    def accounts(self, connection: Connection, context: Context) -> list[Account]:
        """The caller's accounts whose time can be moved."""
        return repository.accounts(connection, context, self._names)

    def schedule(self, connection: Connection, context: Context, account: Account, after_seconds: float) -> None:
        """Let a worker see to an account, in the caller's transaction."""
        who = context.who
        work.schedule(
            connection,
            who.company_id,
            who.environment,
            kind=FOLLOW,
            lane=f"{FOLLOW}/{account.connection_id}",
            resource_id=account.connection_id,
            after_seconds=after_seconds,
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )

    def work(self, context: Context, job: Job) -> work.Outcome:
        """See to an account; a worker's way."""
        ended = self._bring(context, job.resource_id)
        if ended is not None and ended.held_back:
            return held.again(ended)
        if ended is None or job.tries >= _TRIES:
            return Done()
        return Again(work.backoff_seconds(job.tries, first=1.0), "the account has not followed; see its attempts")

    def follow(self, context: Context, connection_id: str) -> bool:
        """Bring an account to its company's time; whether it is there."""
        return self._bring(context, connection_id) is None

    def _bring(self, context: Context, connection_id: str) -> Ended | None:
        """Bring an account to its company's time; how the last call ended where it is not there."""
        ended = None
        for _ in range(_STEPS_AT_ONCE):
            with self._store.mine() as connection:
                step = repository.plan(connection, context, connection_id, _STEP_SECONDS)
            if step is None:
                return None
            ended = self._move(context, connection_id, *step)
            if ended.outcome != Outcome.ANSWERED:
                break
        return ended

    def _move(self, context: Context, connection_id: str, before: int, reached: int) -> Ended:
        def ask(adapter: Any, call: Call) -> None:
            call.idempotency_key = f"clock/{connection_id}/{before}"
            adapter.advance_clock(call, reached - before)

        failpoint("sandbox_clock.before_call")
        ended = self._invoker.invoke(context, connection_id, _OPERATION, connection_id, ask)
        if ended.held_back:
            return ended
        failpoint("sandbox_clock.after_call")
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            self._invoker.close(connection, context, ended)
            if ended.outcome == Outcome.ANSWERED:
                repository.followed(connection, context, connection_id, before, reached)
            else:
                repository.failed(connection, context, connection_id, ended.outcome.name.lower())
        return ended
