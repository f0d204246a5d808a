"""What every call passes, from the outside in. Each is one file; the order is the point."""

from collections.abc import Sequence
from dataclasses import dataclass

from grpc_interceptor import ServerInterceptor

from server.interceptors.audit import Audit
from server.interceptors.auth import ApiKeyVerifier, Auth
from server.interceptors.context import Contexts
from server.interceptors.errors import Errors
from server.interceptors.idempotency import Idempotent
from server.interceptors.limits import ALLOWANCES, Limits
from server.interceptors.telemetry import Telemetry
from server.interceptors.validation import Validation
from server.kit import contract
from server.platform.metrics import Metrics
from server.store.api_keys import ApiKeys
from server.store.engine import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """What the interceptors work with."""

    store: Store
    keys: ApiKeys
    metrics: Metrics
    fingerprint_secret: bytes
    rate_limits: bool
    slow_calls: int = 4  # how many calls may wait for providers and name servers at the same time


def chain(parts: Parts) -> Sequence[ServerInterceptor]:
    """The interceptors, outermost first."""
    return (
        Telemetry(parts.metrics),  # outermost: sees how long everything took and how it ended
        Contexts(contract.methods()),  # before anything that logs, records or refuses: ids come first
        Audit(parts.store),  # outside of what refuses, so that refusals are recorded
        Errors(),  # everything below fails by raising; above it there are only statuses
        Auth([ApiKeyVerifier(parts.keys)]),  # nothing is parsed, counted or stored for strangers
        # Counted per caller, so after auth; cheap, so before the rest.
        Limits(ALLOWANCES if parts.rate_limits else None, parts.slow_calls),
        Validation(),  # reads the request, not before; one that breaks a rule claims no key
        Idempotent(parts.store, parts.fingerprint_secret, parts.metrics),  # innermost: the claim is part of the write
    )
