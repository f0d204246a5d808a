"""RoutingService: versions of rules, what differs between them, what they would decide, and which features are on."""

from collections.abc import Sequence
from datetime import UTC

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy, RoutingRule
from server.kit import context as contexts
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers import routing
from server.platform.routing import diffing, policies
from server.platform.routing.features import Features
from server.platform.routing.simulating import Simulating
from server.platform.routing.versions import Versions, not_found
from server.store import audit, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


class RoutingServicer:
    """Keeps the rules of the caller's company in the caller's environment."""

    def __init__(
        self,
        store: Store,
        tokens: PageTokens,
        versions: Versions,
        simulating: Simulating,
        features: Features,
        waker: Waker,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._versions = versions
        self._simulating = simulating
        self._features = features
        self._waker = waker

    def CreateRoutingPolicy(
        self, request: api.CreateRoutingPolicyRequest, _: grpc.ServicerContext
    ) -> api.CreateRoutingPolicyResponse | bytes:
        """Make the next version, which decides at once or from its time on; or only check it."""
        context = contexts.current()
        if request.validate_only:
            with self._store.mine() as connection:
                return api.CreateRoutingPolicyResponse(routing_policy=self._checked(connection, context, request))
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            policy = self._versions.create(connection, context, self._checked(connection, context, request))
            audit.record(connection, context, policy.routing_policy_id)
            response = api.CreateRoutingPolicyResponse(routing_policy=policy)
            answered = answer(policy.routing_policy_id, response)
        self._changed(context)
        return answered

    def GetRoutingPolicy(
        self, request: api.GetRoutingPolicyRequest, _: grpc.ServicerContext
    ) -> api.GetRoutingPolicyResponse:
        """One version."""
        context = contexts.current()
        context.resource_id = request.routing_policy_id
        with self._store.mine() as connection:
            policy = policies.get(connection, context, request.routing_policy_id, self._versions.now())
        if policy is None:
            raise not_found(f"There is no routing policy {request.routing_policy_id}.")
        return api.GetRoutingPolicyResponse(routing_policy=policy)

    def ListRoutingPolicies(
        self, request: api.ListRoutingPoliciesRequest, _: grpc.ServicerContext
    ) -> api.ListRoutingPoliciesResponse:
        """A page of versions, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = policies.page(connection, context, request.domain, request.state, self._versions.now(), page)
        for policy in found:
            policy.ClearField("rules")
        following = self._tokens.next(context, request, found[-1].routing_policy_id) if more else ""
        return api.ListRoutingPoliciesResponse(routing_policies=found, next_page_token=following)

    def DiffRoutingPolicies(
        self, request: api.DiffRoutingPoliciesRequest, _: grpc.ServicerContext
    ) -> api.DiffRoutingPoliciesResponse:
        """What differs between two versions, or between a version and a draft."""
        context = contexts.current()
        with self._store.mine() as connection:
            latest = policies.latest(connection, context, request.domain)
            active = policies.active_version(connection, context, request.domain, self._versions.now())
            older = request.from_version or active
            before = self._rules_of(connection, context, request.domain, older)
            if request.HasField("draft"):
                self._versions.check(connection, context, request.domain, request.draft.rules, "draft.rules")
                newer, after = 0, list(request.draft.rules)
            else:
                newer = request.to_version or latest
                after = list(self._rules_of(connection, context, request.domain, newer))
        return api.DiffRoutingPoliciesResponse(
            diff=diffing.diff(before, after), from_version=older, to_version=newer, latest_version=latest
        )

    def RollbackRoutingPolicy(self, request: api.RollbackRoutingPolicyRequest, _: grpc.ServicerContext) -> bytes:
        """Bring the rules of an earlier version back at once, and withdraw what is scheduled."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            restored = self._versions.restored(connection, context, request.domain, request.to_version, request.note)
            self._versions.settle(connection, context, request.domain)
            policy = self._versions.create(connection, context, restored)
            audit.record(connection, context, policy.routing_policy_id)
            answered = answer(policy.routing_policy_id, api.RollbackRoutingPolicyResponse(routing_policy=policy))
        self._changed(context)
        return answered

    def WithdrawRoutingPolicy(self, request: api.WithdrawRoutingPolicyRequest, _: grpc.ServicerContext) -> bytes:
        """Take a version back whose time has not come."""
        context = contexts.current()
        context.resource_id = request.routing_policy_id
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            policy = self._versions.withdraw(connection, context, request.routing_policy_id)
            audit.record(connection, context, policy.routing_policy_id)
            return answer(policy.routing_policy_id, api.WithdrawRoutingPolicyResponse(routing_policy=policy))

    def SimulateRoute(self, request: api.SimulateRouteRequest, _: grpc.ServicerContext) -> api.SimulateRouteResponse:
        """What would be decided."""
        with self._store.mine() as connection:
            decision = self._simulating.simulate(connection, contexts.current(), request)
        return api.SimulateRouteResponse(decision=decision)

    def EvaluateFeature(
        self, request: api.EvaluateFeatureRequest, _: grpc.ServicerContext
    ) -> api.EvaluateFeatureResponse:
        """Whether a feature is on."""
        found = self._features.evaluate(contexts.current(), request.feature, request.facts)
        return api.EvaluateFeatureResponse(
            feature=request.feature,
            enabled=found.enabled,
            rule=found.rule,
            version=found.version,
            percent=found.percent,
        )

    def _checked(
        self, connection: Connection, context: Context, request: api.CreateRoutingPolicyRequest
    ) -> RoutingPolicy:
        """The version as it would be. Raises unless the maker has seen the last one, and the rules can be followed."""
        latest = policies.latest(connection, context, request.domain)
        if request.base_version != latest:
            raise fail(
                reasons.ERROR_REASON_ROUTING_POLICY_OUTDATED,
                f"The latest version of {request.domain} is {latest}, and the call is based on {request.base_version}.",
                latest_version=str(latest),
            )
        self._versions.check(connection, context, request.domain, request.rules)
        effective = request.effective_time.ToDatetime(UTC) if request.HasField("effective_time") else None
        return self._versions.draft(context, request.domain, request.rules, request.note, effective)

    def _rules_of(self, connection: Connection, context: Context, domain: str, version: int) -> Sequence[RoutingRule]:
        return self._versions.rules_of(connection, context, domain, version) if version else ()

    def _changed(self, context: Context) -> None:
        """After the commit: a look-up before it would know the old rules."""
        self._features.forget(context)
        self._waker.wake()
