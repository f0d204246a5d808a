"""What is done every so often, for all companies, by one worker process at a time."""

from collections.abc import Sequence

from server.domains.payouts.stopping import Stopping
from server.kit import contract
from server.parts.whole import Parts
from server.platform.access.consents import dependents
from server.platform.access.consents.stopping import Stopping as StoppingConsents
from server.platform.approvals import waiting
from server.platform.approvals.deciding import Deciding
from server.platform.audit import chores as audit_chores
from server.platform.audit import second_store
from server.platform.audit.signing import AuditSigner
from server.platform.chores import Chore
from server.platform.health import incidents
from server.platform.health.polling import Polling
from server.platform.limits import buckets
from server.platform.pacing import shared as provider_limits
from server.platform.shadow import forgetting
from server.platform.usage.deprecated import Deprecated
from server.platform.usage.warning import Warnings
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
        Chore("provider_limits.forget", 600.0, lambda: provider_limits.forget(parts.store)),
        Chore("sweeps.begin", parts.sweeps.beginning.chore_seconds, parts.sweeps.beginning.begin_due),
        *_health_chores(parts),
        Chore("shadows.forget", 600.0, lambda: forgetting.forget(parts.store)),
        Chore("routing.activate", 1.0, parts.routing.activating.run),
        Chore("operations.age", 15.0, parts.operating.aging.run),
        Chore("operations.stuck", 60.0, parts.operating.stuck.run),
        Chore("operations.forget", 3600.0, parts.operating.replaying.forget),
        *Warnings(parts.store, Deprecated(contract.methods()), parts.machine_clock).chores(),
        Chore("data.purge", 300.0, Purging(parts.store).run),
    )


def stopping_consents(parts: Parts) -> StoppingConsents:
    """What stops when a consent ends, and how each kind of thing is stopped."""
    stops = {dependents.PAYOUT: Stopping(parts.store, parts.payouts).stop}
    return StoppingConsents(parts.store, parts.consents, parts.waker, stops)


def _health_chores(parts: Parts) -> Sequence[Chore]:
    return (
        Chore("health.tell", 0.5, lambda: incidents.tell(parts.store)),
        Chore("health.forget", 600.0, lambda: incidents.forget(parts.store)),
        Chore("health.poll_institutions", 20.0, Polling(parts.store, parts.invoker, parts.providers).schedule),
    )


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
