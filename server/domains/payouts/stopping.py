"""Stops payouts whose consent has ended, as far as it is certain that no provider has them."""

from corridor.access.v1.consent_pb2 import ConsentDependentState
from corridor.payouts.v1 import payout_reason_pb2
from server.domains.payouts.ends import CREATE
from server.domains.payouts.lifecycle import ACCEPTED, CANCELLED, HELD
from server.domains.payouts.repository import Payouts
from server.kit.context import Context
from server.platform.access.consents import dependents
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.store import attempts
from server.store.engine import Connection, Store


class Stopping:
    """Cancels payouts for workers: when a consent ends, and when a payout is about to be sent after that."""

    def __init__(self, store: Store, payouts: Payouts) -> None:
        self._store = store
        self._payouts = payouts

    def stop(
        self, connection: Connection, context: Context, payout_id: str
    ) -> "ConsentDependentState.ValueType | None":
        """Cancel a payout that no provider has; leave one that is beyond that. None while it is being sent."""
        payout = self._payouts.lock(connection, context, payout_id)
        if payout is None or payout.state not in (ACCEPTED, HELD):
            stopped = payout is not None and payout.reason == payout_reason_pb2.PAYOUT_REASON_CONSENT_REVOKED
            return dependents.STOPPED if stopped else dependents.LEFT
        made = attempts.of(connection, context, payout_id, CREATE)
        if any(attempt.outcome in MAY_HAVE_ACTED for attempt in made):
            return None
        payout.reason = payout_reason_pb2.PAYOUT_REASON_CONSENT_REVOKED
        self._payouts.change(connection, context, payout, CANCELLED)
        return dependents.STOPPED

    def unsent(self, context: Context, payout_id: str, consent_id: str) -> None:
        """Cancel a payout that was about to be sent when its consent was found to be over."""
        who = context.who
        with self._store.transaction(who.company_id, who.environment) as connection:
            if (state := self.stop(connection, context, payout_id)) is not None:
                dependents.note(connection, context, consent_id, payout_id, state)
