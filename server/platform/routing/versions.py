"""How versions of rules come into force and go: each change is one transaction, with its audit row and its events.

Rule: whoever changes what decides holds `routing.about_to_change`, and then has everything looked at again that waits.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.routing.v1 import routing_policy_event_pb2 as published
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy, RoutingRule
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.platform.providers import routing
from server.platform.providers.catalog import Catalog
from server.platform.routing import checks, naming, policies
from server.store import events, work
from server.store.engine import Connection

FEATURES_AT_MOST = 200
"""Of a company in an environment: all of them are looked up together, at every call that one of them may stop."""
SCHEDULED = routing_policy_pb2.ROUTING_POLICY_STATE_SCHEDULED
ACTIVE = routing_policy_pb2.ROUTING_POLICY_STATE_ACTIVE

# Where events of a version stand in their order: it is created, and then activated or withdrawn.
_FIRST, _SECOND = 1, 2


class Versions:
    """Makes, activates and withdraws versions. `operations` are the routed domains, each with what it calls."""

    def __init__(self, catalog: Catalog, operations: Mapping[str, str], clock: Clock) -> None:
        self._catalog = catalog
        self._operations = operations
        self._clock = clock

    def now(self) -> datetime:
        """The company's time."""
        return self._clock.now()

    def operation(self, domain: str, field: str = "domain") -> str:
        """What is called first for something of a routed domain. Raises INVALID_ARGUMENT for another one."""
        found = self._operations.get(domain)
        if found is None:
            known = ", ".join(sorted(self._operations))
            violation = Violation(field, f"must be a routed domain ({known}), or a feature", "domain")
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"{domain} is not routed.", violations=[violation])
        return found

    def check(
        self, connection: Connection, context: Context, domain: str, rules: Sequence[RoutingRule], field: str = "rules"
    ) -> None:
        """Raise unless rules can be followed, and may use the connections that they name."""
        checks.check(domain, rules, field)
        if not checks.is_feature(domain):
            self.operation(domain)
            naming.check(connection, context, self._catalog, domain, rules, self.rules_now(connection, context, domain),
                         field)  # fmt: skip

    def rules_now(self, connection: Connection, context: Context, domain: str) -> Sequence[RoutingRule]:
        """The rules that decide."""
        version = policies.active_version(connection, context, domain, self.now())
        return self.rules_of(connection, context, domain, version) if version else ()

    def rules_of(self, connection: Connection, context: Context, domain: str, version: int) -> Sequence[RoutingRule]:
        """The rules of a version. Raises NOT_FOUND."""
        found = policies.of_version(connection, context, domain, version, self.now())
        if found is None:
            raise not_found(f"There is no version {version} of {domain}.")
        return found.rules

    def draft(
        self, context: Context, domain: str, rules: Sequence[RoutingRule], note: str, effective: datetime | None
    ) -> RoutingPolicy:
        """The next version as it would be, without its id and number."""
        who, now = context.who, self.now()
        at_once = effective is None or effective <= now
        policy = RoutingPolicy(
            domain=domain,
            rules=rules,
            note=note,
            state=ACTIVE if at_once else SCHEDULED,
            author_id=who.subject or who.caller_id,
            approval_id=context.approval_id,
            environment=who.environment,
        )
        policy.effective_time.FromDatetime(now if effective is None or at_once else effective)
        policy.create_time.FromDatetime(now)
        return policy

    def create(self, connection: Connection, context: Context, policy: RoutingPolicy) -> RoutingPolicy:
        """Store a draft as the next version of its domain, and put it into force if its time is now."""
        policy.routing_policy_id = ids.new("rtp")
        policy.version = policies.latest(connection, context, policy.domain) + 1
        if policy.version == 1 and checks.is_feature(policy.domain):
            _check_room(connection, context)
        activated = policy.effective_time.ToDatetime(UTC) if policy.state == ACTIVE else None
        policies.insert(connection, context, policy, activated)
        policy_id, created = policy.routing_policy_id, published.RoutingPolicyCreated(routing_policy=_told(policy))
        events.publish(connection, context, policy_id, _FIRST, created)
        if activated:
            self._tell(connection, context, policy)
        return policy

    def activate(self, connection: Connection, context: Context, routing_policy_id: str) -> None:
        """Tell that the time of a scheduled version has come, once; and look again at what waits for it."""
        routing.about_to_change(connection, context)
        now = self.now()
        if not policies.activate(connection, context, routing_policy_id, now):
            return
        policy = policies.get(connection, context, routing_policy_id, now)
        if policy is not None and policy.state == ACTIVE:  # and none that came after it was faster
            self._tell(connection, context, policy)

    def withdraw(self, connection: Connection, context: Context, routing_policy_id: str) -> RoutingPolicy:
        """Take a version back whose time has not come. Raises NOT_FOUND and TRANSITION_NOT_ALLOWED."""
        now = self.now()
        if policies.withdraw(connection, context, routing_policy_id, now):
            return self._tell_withdrawn(connection, context, routing_policy_id, now)
        policy = policies.get(connection, context, routing_policy_id, now)
        if policy is None:
            raise not_found(f"There is no routing policy {routing_policy_id}.")
        state = routing_policy_pb2.RoutingPolicyState.Name(policy.state)
        what = f"Only a version whose time has not come is withdrawn; this one is {state}."
        raise fail(reasons.ERROR_REASON_TRANSITION_NOT_ALLOWED, what, state=state)

    def restored(
        self, connection: Connection, context: Context, domain: str, to_version: int, note: str
    ) -> RoutingPolicy:
        """The draft of a rollback. Raises NOT_FOUND where there is nothing to go back to."""
        now = self.now()
        active = policies.active_version(connection, context, domain, now)
        if not active:
            raise not_found(f"No version of {domain} is active, so there is nothing to go back from.")
        version = to_version or policies.version_before(connection, context, domain, active)
        if to_version:
            found = policies.of_version(connection, context, domain, to_version, now)
            if found is not None and found.state in (SCHEDULED, routing_policy_pb2.ROUTING_POLICY_STATE_WITHDRAWN):
                raise not_found(f"Version {to_version} of {domain} was never active.")
        rules = self.rules_of(connection, context, domain, version) if version else ()
        self.check(connection, context, domain, rules)
        policy = self.draft(context, domain, rules, note, None)
        policy.restored_version = version
        return policy

    def settle(self, connection: Connection, context: Context, domain: str) -> None:
        """Withdraw every version of a domain whose time has not come."""
        now = self.now()
        for routing_policy_id in policies.scheduled(connection, context, domain):
            if policies.withdraw(connection, context, routing_policy_id, now):
                self._tell_withdrawn(connection, context, routing_policy_id, now)

    def _tell_withdrawn(
        self, connection: Connection, context: Context, routing_policy_id: str, now: datetime
    ) -> RoutingPolicy:
        policy = policies.get(connection, context, routing_policy_id, now)
        assert policy is not None
        event = published.RoutingPolicyWithdrawn(routing_policy=_told(policy))
        events.publish(connection, context, routing_policy_id, _SECOND, event)
        return policy

    def _tell(self, connection: Connection, context: Context, policy: RoutingPolicy) -> None:
        event = published.RoutingPolicyActivated(routing_policy=_told(policy))
        events.publish(connection, context, policy.routing_policy_id, _SECOND, event)
        if not checks.is_feature(policy.domain):
            who, kind = context.who, f"{policy.domain}.dispatch"
            work.bring_back(connection, who.company_id, who.environment, kind, f"{kind}/%", work.State.PARKED)


def _check_room(connection: Connection, context: Context) -> None:
    if policies.features(connection, context) >= FEATURES_AT_MOST:
        violation = Violation("domain", f"must be one of the features that there are: {FEATURES_AT_MOST}", "features")
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, "There are too many features.", violations=[violation])


def _told(policy: RoutingPolicy) -> RoutingPolicy:
    """A version as events tell of it: its rules may be many, and are read with GetRoutingPolicy."""
    told = RoutingPolicy()
    told.CopyFrom(policy)
    told.ClearField("rules")
    return told


def not_found(detail: str) -> Failure:
    """The refusal of what is not there."""
    return fail(reasons.ERROR_REASON_NOT_FOUND, detail)
