"""What follows the end of a consent: the work that stops what rests on it, and the chore that ends consents in time.

A step can be interrupted anywhere: what is to be stopped stays noted as such until it has been.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from corridor.access.v1.consent_pb2 import ConsentDependentKind, ConsentDependentState
from corridor.options.v1 import method_pb2
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Caller, Context
from server.platform.access.consents import dependents, repository
from server.platform.access.consents.changes import Consents
from server.store import work
from server.store.engine import Connection, Store
from server.store.wake import Waker
from server.store.work import Again, Done, Job

_log = structlog.get_logger("corridor.consents")

_AT_ONCE = 100
_UNDECIDED_SECONDS = 1.0

# Stops one thing in the caller's transaction: what has become of it, or None if that is not certain yet.
Stop = Callable[[Connection, Context, str], "ConsentDependentState.ValueType | None"]


@dataclass(frozen=True, slots=True)
class Stopping:
    """Stops what rests on consents that have ended. Each kind of thing knows how it is stopped."""

    store: Store
    consents: Consents
    waker: Waker
    stops: Mapping["ConsentDependentKind.ValueType", Stop]

    def stop(self, context: Context, job: Job) -> work.Outcome:
        """Stop everything that rested on a consent, one by one."""
        who, consent_id = context.who, job.resource_id
        undecided = False
        for kind, stop in self.stops.items():
            with self.store.of(who.company_id, who.environment) as connection:
                found = dependents.stopping(connection, context, consent_id, kind, _AT_ONCE)
            for dependent_id in found:
                with self.store.transaction(who.company_id, who.environment) as connection:
                    state = stop(connection, context, dependent_id)
                    if state is not None:
                        dependents.note(connection, context, consent_id, dependent_id, state)
                    else:
                        undecided = True
            if len(found) == _AT_ONCE:
                return Again(0.0 if not undecided else _UNDECIDED_SECONDS)
        return Again(_UNDECIDED_SECONDS) if undecided else Done()

    def look_after(self) -> None:
        """Let consents expire whose time is over, and ask for the subjects of those whose time is near."""
        with self.store.anyone() as connection:
            due = repository.due(connection, _AT_ONCE)
        for company_id, environment, consent_id in due:
            request_id = ids.request_id()
            caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # a stored environment
            context = Context(request_id=request_id, correlation_id=request_id, caller=caller)
            try:
                with contexts.bound(context), self.store.transaction(company_id, environment) as connection:
                    ended = self.consents.look_after(connection, context, consent_id)
            except Exception:  # whatever it is: one that cannot be looked after must not hold the others back
                _log.exception("consent_not_looked_after", consent_id=consent_id)
                continue
            if ended:
                self.waker.wake()
                _log.info("consent_expired", consent_id=consent_id)
