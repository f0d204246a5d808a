"""What every call to a provider has to pass, in order: the bulkhead, then the breaker, then the provider's rate limit.

Who is stopped first costs the least: a place in this process, then what is known in memory, then a call of the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.kit.discovery import Provider
from server.parts.foundation import Foundation
from server.platform.pacing.bulkheads import BulkheadGate
from server.platform.pacing.pacing import PacingGate
from server.platform.pacing.shared import Shared
from server.platform.providers.gates import Gate


@dataclass(frozen=True)
class Gates:
    """The gates of one process."""

    bulkhead: BulkheadGate
    breaker: Gate
    pacing: PacingGate

    @property
    def all(self) -> Sequence[Gate]:
        """In the order in which calls pass them."""
        return (self.bulkhead, self.breaker, self.pacing)

    def close(self) -> None:
        """Let go of threads."""
        self.pacing.close()


def build(base: Foundation, providers: Mapping[str, Provider], breaker: Gate) -> Gates:
    """The gates on a foundation."""
    return Gates(
        bulkhead=BulkheadGate(base.settings.provider_calls, base.metrics),
        breaker=breaker,
        pacing=PacingGate(Shared(base.store), providers, base.metrics),
    )
