"""Payouts that rest on a consent: accepted, and sent, only while it is in force.

Both look at the consent in their own transaction and keep it as it is until they commit: a revocation waits for them,
and nothing is accepted or sent after it.
"""

import contextlib
from collections.abc import Iterator

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1.payout_pb2 import Payout
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.access.consents import changes, dependents, repository
from server.platform.providers.sendable import Stopped
from server.store.engine import Connection, Store

DATA_SCOPE = "payouts:create"
# Of a query over payouts: those that rest on a consent.
RESTING = """payout_id IN (SELECT d.dependent_id FROM corridor.consent_dependents d
    WHERE d.company_id = payouts.company_id AND d.environment = payouts.environment AND d.consent_id = %s)"""


def check_own(context: Context, consent_id: str) -> None:
    """Raise PERMISSION_DENIED where a person's token names another consent than the one that it rests on."""
    if consent_id and context.who.consent_id not in ("", consent_id):
        raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "The token rests on another consent than the one named.")


def concerns(context: Context, payout: Payout) -> bool:
    """Whether the caller may see the payout: a token that rests on a consent sees what rests on it, nothing else."""
    return context.who.consent_id in ("", payout.consent_id)


@contextlib.contextmanager
def accepting(store: Store, context: Context, payout: Payout) -> Iterator[Connection]:
    """A connection to accept a payout on. One that rests on a consent takes more than a statement: a transaction."""
    who = context.who
    with store.transaction(who.company_id, who.environment) if payout.consent_id else store.anyone() as connection:
        yield connection


def rest(connection: Connection, context: Context, payout: Payout) -> None:
    """Let an accepted payout rest on its consent, if it names one. Raises CONSENT_NOT_ACTIVE."""
    if payout.consent_id:
        changes.check_active(connection, context, payout.consent_id, DATA_SCOPE)
        dependents.add(connection, context, payout.consent_id, dependents.PAYOUT, payout.payout_id)


def check(connection: Connection, context: Context, payout: Payout) -> None:
    """Raise `Stopped` unless a locked payout may still be sent, as far as its consent goes."""
    if not payout.consent_id:
        return
    in_force = repository.in_force(connection, context, payout.consent_id)
    # A consent that was granted again does not bring back what rested on it before.
    if in_force is None or not dependents.is_live(connection, context, payout.consent_id, payout.payout_id):
        raise Stopped("Its consent has ended.")
