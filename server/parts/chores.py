"""What is done every so often, for all companies, by one worker process at a time."""

from collections.abc import Sequence

from server.domains.payouts.stopping import Stopping
from server.parts.whole import Parts
from server.platform.access.consents import dependents
from server.platform.access.consents.stopping import Stopping as StoppingConsents
from server.platform.approvals import waiting
from server.platform.approvals.deciding import Deciding
from server.platform.audit import chores as audit_chores
from server.platform.audit import second_store
from server.platform.audit.signing import AuditSigner
from server.platform.chores import Chore
from server.platform.limits import buckets
from server.platform.vault.purging import Purging


def chores(parts: Parts) -> Sequence[Chore]:
    """What is done every so often, for all companies, by one worker process at a time."""
    return (
        Chore("approvals.look_after", 2.0, lambda: waiting.look_after(parts.store, Deciding(parts.clock))),
        Chore("consents.look_after", 5.0, stopping_consents(parts).look_after),
        Chore("credentials.warn", 3600.0, parts.inventory.warn),
        *_audit_chores(parts),
        Chore("oauth.tend", 3600.0, lambda: parts.oauth.tend(parts.settings.signing_key_days)),
        Chore("sign_ins.forget", 3600.0, parts.signing_in.desk.sign_ins.forget),
        Chore("limits.forget", 600.0, lambda: buckets.forget(parts.store)),
        Chore("data.purge", 300.0, Purging(parts.store).run),
    )


def stopping_consents(parts: Parts) -> StoppingConsents:
    """What stops when a consent ends, and how each kind of thing is stopped."""
    stops = {dependents.PAYOUT: Stopping(parts.store, parts.payouts).stop}
    return StoppingConsents(parts.store, parts.consents, parts.waker, stops)


def _audit_chores(parts: Parts) -> Sequence[Chore]:
    settings = parts.settings
    return audit_chores.chores(
        parts.store.url,
        AuditSigner(parts.keyring),
        second_store.of(settings.audit_checkpoints, settings.data_dir),
        parts.machine_clock,
        seal_seconds=settings.audit_seal_seconds,
        keep_months=settings.audit_keep_months,
    )
