"""What the trail needs every so often: to be sealed, and months to come and to go."""

from server.kit.clock import Clock
from server.platform.audit import retention
from server.platform.audit.seal import Sealer
from server.platform.audit.second_store import SecondStore
from server.platform.audit.signing import AuditSigner
from server.platform.chores import Chore

_MONTHS_SECONDS = 3600.0


def chores(
    url: str, signer: AuditSigner, second: SecondStore, clock: Clock, *, seal_seconds: float, keep_months: int
) -> tuple[Chore, ...]:
    """The chores of an installation."""
    sealer = Sealer(url, signer, second)

    def months() -> None:
        retention.keep(url, signer, second, keep_months, clock.now())

    def seal() -> None:
        sealer.run()

    return Chore("audit.months", _MONTHS_SECONDS, months), Chore("audit.seal", seal_seconds, seal)
