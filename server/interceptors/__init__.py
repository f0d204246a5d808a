"""What every call passes, from the outside in. Each is one file; the order is the point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grpc_interceptor import ServerInterceptor

from server.interceptors.api_keys import ApiKeyVerifier
from server.interceptors.approvals import Approvals
from server.interceptors.audit import Audit
from server.interceptors.auth import Auth
from server.interceptors.context import Contexts
from server.interceptors.deprecation import DeprecatedFields, Deprecation, Ended
from server.interceptors.errors import Errors
from server.interceptors.idempotency import Idempotent
from server.interceptors.limits import Limits, Strangers
from server.interceptors.provisioned import Provisioned
from server.interceptors.residency import Residency
from server.interceptors.scenarios import Scenarios
from server.interceptors.telemetry import Telemetry
from server.interceptors.tokens import TokenVerifier
from server.interceptors.usage import Usage
from server.interceptors.validation import Validation
from server.interceptors.versions import Versions
from server.kit import contract, versions
from server.kit.allowances import Allowance
from server.kit.clock import Clock, SystemClock
from server.kit.contract import Method
from server.platform.access.oauth.assembly import OAuth
from server.platform.access.uses import KeyUses
from server.platform.approvals.asking import Asking
from server.platform.approvals.policies import Policies
from server.platform.audit.recorder import Recorder
from server.platform.limits.counting import Counting
from server.platform.metrics import Metrics
from server.platform.sandbox.provisioning import Provisioning
from server.platform.transport.peers import Peers
from server.platform.usage.counting import Uses
from server.platform.usage.telling import Telling
from server.platform.vault.data_policies import Residencies
from server.store.api_keys import ApiKeys
from server.store.engine import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """What the interceptors work with."""

    store: Store
    recorder: Recorder
    keys: ApiKeys
    key_uses: KeyUses
    metrics: Metrics
    fingerprint_secret: bytes
    approval_policies: Policies
    oauth: OAuth
    clock: Clock
    rate_limits: bool
    uses: Uses
    environments: str = "both"  # which of them this installation serves
    slow_calls: int = 4  # how many calls may wait for providers and name servers at the same time
    allowances: Mapping[str, Allowance] = field(default_factory=dict)  # those that are not the usual ones
    region: str = ""  # where the installation is
    machine_clock: Clock = field(default_factory=SystemClock)
    methods: Mapping[str, Method] = field(default_factory=contract.methods)  # those that are served
    provisioning: Provisioning | None = None  # where the installation has a simulator for every company
    peers: Peers = field(default_factory=Peers)  # which of them are gateways


def chain(parts: Parts) -> Sequence[ServerInterceptor]:
    """The interceptors, outermost first."""
    counting = Counting(parts.store, parts.allowances) if parts.rate_limits else None
    residency = [Residency(Residencies(parts.store), parts.region)] if parts.region else []
    methods = parts.methods
    ends = Telling(methods), parts.uses, parts.metrics, parts.machine_clock
    asking = Asking(parts.store, parts.fingerprint_secret, parts.clock)
    tokens = TokenVerifier(parts.store, parts.oauth.tokens, parts.oauth.standings, parts.machine_clock)
    return (
        Telemetry(parts.metrics),  # outermost: sees how long everything took and how it ended
        Contexts(methods, parts.peers),  # before anything that logs, records or refuses: ids come first
        Audit(parts.store, parts.recorder),  # outside of what refuses, so that refusals are recorded
        Errors(),  # everything below fails by raising; above it there are only statuses
        Strangers(counting),  # around auth: counts what it refuses, and in the end refuses before a look-up
        # Nothing is parsed, counted or stored for strangers.
        Auth([ApiKeyVerifier(parts.keys, parts.key_uses), tokens], parts.environments),
        # Counted per caller, so after auth; cheap, so before the rest.
        Limits(counting, parts.slow_calls),
        *residency,  # before anything is stored for those whose data must not be here, or of theirs is read
        *([Provisioned(parts.provisioning)] if parts.provisioning else []),  # before anything looks for a connection
        Scenarios(),  # before the key is read: the same key with another scenario is another request
        Deprecation(*ends),  # what has ended is refused before its request is read
        Validation(),  # reads the request, not before; one that breaks a rule claims no key
        Usage(parts.uses),  # what is used is what was called, in its own version
        DeprecatedFields(*ends),
        # A call of a further version becomes one of the first: keys and approvals know no other.
        Versions(methods, versions.translations()),
        Idempotent(parts.store, parts.fingerprint_secret, parts.metrics),  # the claim is part of the write
        # Inside of idempotency: what was done before its end is still answered by its key.
        Ended(asking, parts.machine_clock),
        # Innermost: what waits for somebody else has been checked like what runs, and what ran is answered by its key.
        Approvals(parts.approval_policies, asking),
    )
