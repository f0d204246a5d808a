"""Calls of corridor.routing.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.routing.v1 import (
    AssumedHealth,
    CreateRoutingPolicyRequest,
    CreateRoutingPolicyResponse,
    DiffRoutingPoliciesRequest,
    DiffRoutingPoliciesResponse,
    EvaluateFeatureRequest,
    EvaluateFeatureResponse,
    ExplainRouteRequest,
    ExplainRouteResponse,
    GetRouteDecisionRequest,
    GetRouteDecisionResponse,
    GetRoutingPolicyRequest,
    GetRoutingPolicyResponse,
    GetShadowComparisonRequest,
    GetShadowComparisonResponse,
    GetShadowParityRequest,
    GetShadowParityResponse,
    ListRouteDecisionsRequest,
    ListRouteDecisionsResponse,
    ListRoutingPoliciesRequest,
    ListRoutingPoliciesResponse,
    ListShadowComparisonsRequest,
    ListShadowComparisonsResponse,
    RollbackRoutingPolicyRequest,
    RollbackRoutingPolicyResponse,
    RouteDecision,
    RoutingDraft,
    RoutingFacts,
    RoutingPolicy,
    RoutingPolicyState,
    RoutingRule,
    ShadowComparison,
    ShadowDifferenceClass,
    SimulateRouteRequest,
    SimulateRouteResponse,
    WithdrawRoutingPolicyRequest,
    WithdrawRoutingPolicyResponse,
)

_ROUTEDECISION_GET_ROUTE_DECISION = Method(
    "/corridor.routing.v1.RouteDecisionService/GetRouteDecision",
    GetRouteDecisionResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/route-decisions/{route_decision_id}", "", "route_decision"),
)

_ROUTEDECISION_LIST_ROUTE_DECISIONS = Method(
    "/corridor.routing.v1.RouteDecisionService/ListRouteDecisions",
    ListRouteDecisionsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/route-decisions"),
)

_ROUTEDECISION_EXPLAIN_ROUTE = Method(
    "/corridor.routing.v1.RouteDecisionService/ExplainRoute",
    ExplainRouteResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/route-decisions/{route_decision_id}:explain"),
)


class RouteDecisionCalls:
    """RouteDecisionService tells why something went where it went, from what was recorded when it was decided."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_route_decision(
        self,
        request: GetRouteDecisionRequest | None = None,
        /,
        *,
        route_decision_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RouteDecision:
        """GetRouteDecision returns one decision.

        Fields:
            route_decision_id: The decision's id.

        Raises errors.NotFound.
        """
        message = given(GetRouteDecisionRequest, request, {"route_decision_id": route_decision_id})
        answer = self._caller.call(
            _ROUTEDECISION_GET_ROUTE_DECISION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.route_decision)

    def list_route_decisions(
        self,
        request: ListRouteDecisionsRequest | None = None,
        /,
        *,
        resource_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListRouteDecisionsResponse, RouteDecision]:
        """ListRouteDecisions returns decisions, the newest first.

        Fields:
            resource_id: Only those about this: a payout, a payment, something done with one, a dispute. Empty means all.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListRouteDecisionsRequest,
            request,
            {"resource_id": resource_id, "page_size": page_size, "page_token": page_token},
        )
        return self._caller.page(
            _ROUTEDECISION_LIST_ROUTE_DECISIONS,
            message,
            "route_decisions",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def explain_route(
        self,
        request: ExplainRouteRequest | None = None,
        /,
        *,
        route_decision_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ExplainRouteResponse:
        """ExplainRoute decides once more from the record of a decision alone, and puts into words why it comes out so.

        Fields:
            route_decision_id: The decision's id.

        Raises errors.NotFound.
        """
        message = given(ExplainRouteRequest, request, {"route_decision_id": route_decision_id})
        answer = self._caller.call(
            _ROUTEDECISION_EXPLAIN_ROUTE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


class AsyncRouteDecisionCalls:
    """RouteDecisionService tells why something went where it went, from what was recorded when it was decided."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_route_decision(
        self,
        request: GetRouteDecisionRequest | None = None,
        /,
        *,
        route_decision_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RouteDecision:
        """GetRouteDecision returns one decision.

        As `RouteDecisionCalls.get_route_decision`, awaited.
        """
        message = given(GetRouteDecisionRequest, request, {"route_decision_id": route_decision_id})
        answer = await self._caller.call(
            _ROUTEDECISION_GET_ROUTE_DECISION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.route_decision)

    async def list_route_decisions(
        self,
        request: ListRouteDecisionsRequest | None = None,
        /,
        *,
        resource_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListRouteDecisionsResponse, RouteDecision]:
        """ListRouteDecisions returns decisions, the newest first.

        As `RouteDecisionCalls.list_route_decisions`, awaited.
        """
        message = given(
            ListRouteDecisionsRequest,
            request,
            {"resource_id": resource_id, "page_size": page_size, "page_token": page_token},
        )
        return await self._caller.page(
            _ROUTEDECISION_LIST_ROUTE_DECISIONS,
            message,
            "route_decisions",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def explain_route(
        self,
        request: ExplainRouteRequest | None = None,
        /,
        *,
        route_decision_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ExplainRouteResponse:
        """ExplainRoute decides once more from the record of a decision alone, and puts into words why it comes out so.

        As `RouteDecisionCalls.explain_route`, awaited.
        """
        message = given(ExplainRouteRequest, request, {"route_decision_id": route_decision_id})
        answer = await self._caller.call(
            _ROUTEDECISION_EXPLAIN_ROUTE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


_ROUTING_CREATE_ROUTING_POLICY = Method(
    "/corridor.routing.v1.RoutingService/CreateRoutingPolicy",
    CreateRoutingPolicyResponse,
    Key.OPTIONAL,
    10.0,
    Http("POST", "/v1/routing-policies", "*", "routing_policy"),
)

_ROUTING_GET_ROUTING_POLICY = Method(
    "/corridor.routing.v1.RoutingService/GetRoutingPolicy",
    GetRoutingPolicyResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/routing-policies/{routing_policy_id}", "", "routing_policy"),
)

_ROUTING_LIST_ROUTING_POLICIES = Method(
    "/corridor.routing.v1.RoutingService/ListRoutingPolicies",
    ListRoutingPoliciesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/routing-policies"),
)

_ROUTING_DIFF_ROUTING_POLICIES = Method(
    "/corridor.routing.v1.RoutingService/DiffRoutingPolicies",
    DiffRoutingPoliciesResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/routing-policies:diff", "*"),
)

_ROUTING_ROLLBACK_ROUTING_POLICY = Method(
    "/corridor.routing.v1.RoutingService/RollbackRoutingPolicy",
    RollbackRoutingPolicyResponse,
    Key.OPTIONAL,
    10.0,
    Http("POST", "/v1/routing-policies:rollback", "*", "routing_policy"),
)

_ROUTING_WITHDRAW_ROUTING_POLICY = Method(
    "/corridor.routing.v1.RoutingService/WithdrawRoutingPolicy",
    WithdrawRoutingPolicyResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/routing-policies/{routing_policy_id}:withdraw", "*", "routing_policy"),
)

_ROUTING_SIMULATE_ROUTE = Method(
    "/corridor.routing.v1.RoutingService/SimulateRoute",
    SimulateRouteResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/routes:simulate", "*", "decision"),
)

_ROUTING_EVALUATE_FEATURE = Method(
    "/corridor.routing.v1.RoutingService/EvaluateFeature",
    EvaluateFeatureResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/features/{feature}:evaluate", "*"),
)


class RoutingCalls:
    """RoutingService keeps the rules by which it is decided over which connection something goes, and which features are on."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_routing_policy(
        self,
        request: CreateRoutingPolicyRequest | None = None,
        /,
        *,
        domain: str = "",
        rules: Sequence[RoutingRule] = (),
        note: str = "",
        effective_time: datetime.datetime | None = None,
        base_version: int = 0,
        validate_only: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """CreateRoutingPolicy makes the next version of the rules of a domain or a feature.

        It decides from its effective time on, or at once. Whoever makes it names the version that they have seen as the last
        one; where somebody else has made another in the meantime, nothing is made. Work that waited is looked at again as
        soon as the version decides. Put this method under approval to have somebody else look at each change.

        Fields:
            domain: The domain, such as `payouts`, or a feature, such as `feature.instant_payouts`.
            rules: The rules, in the order in which they are asked. None means that routes decide alone, and that a feature is on.
            note: Why it is made.
            effective_time: From when it decides. Missing, or a time that is over, means at once.
            base_version: The last version of the domain that the maker has seen, whatever its state. 0 means that there is none.
            validate_only: Whether everything is only checked: the answer is the version as it would be, without an id.

        Raises errors.RoutingPolicyOutdated, errors.ConnectionNotFound, errors.CurrencyNotSupported, errors.RailNotSupported, errors.ProviderNotLive, errors.SandboxOnly, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateRoutingPolicyRequest,
            request,
            {
                "domain": domain,
                "rules": rules,
                "note": note,
                "effective_time": effective_time,
                "base_version": base_version,
                "validate_only": validate_only,
            },
        )
        answer = self._caller.call(
            _ROUTING_CREATE_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    def get_routing_policy(
        self,
        request: GetRoutingPolicyRequest | None = None,
        /,
        *,
        routing_policy_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """GetRoutingPolicy returns one version.

        Fields:
            routing_policy_id: The version's id.

        Raises errors.NotFound.
        """
        message = given(GetRoutingPolicyRequest, request, {"routing_policy_id": routing_policy_id})
        answer = self._caller.call(
            _ROUTING_GET_ROUTING_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.routing_policy)

    def list_routing_policies(
        self,
        request: ListRoutingPoliciesRequest | None = None,
        /,
        *,
        domain: str = "",
        state: RoutingPolicyState = RoutingPolicyState(0),
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListRoutingPoliciesResponse, RoutingPolicy]:
        """ListRoutingPolicies returns versions, the newest first, without their rules.

        Fields:
            domain: Only versions of this domain or feature. Empty means of all.
            state: Only versions in this state. Unspecified means in all.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListRoutingPoliciesRequest,
            request,
            {"domain": domain, "state": state, "page_size": page_size, "page_token": page_token},
        )
        return self._caller.page(
            _ROUTING_LIST_ROUTING_POLICIES,
            message,
            "routing_policies",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def diff_routing_policies(
        self,
        request: DiffRoutingPoliciesRequest | None = None,
        /,
        *,
        domain: str = "",
        from_version: int = 0,
        to_version: int | None = None,
        draft: RoutingDraft | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DiffRoutingPoliciesResponse:
        """DiffRoutingPolicies says what differs between two versions, or between a version and a draft.

        A draft is checked as CreateRoutingPolicy checks it, and nothing is stored.

        Fields:
            domain: The domain or feature.
            from_version: The older version. 0 means the one that is active; nothing at all where none is.
            to_version: A version.
            draft: Rules that are not stored.

        Raises errors.NotFound, errors.ConnectionNotFound, errors.CurrencyNotSupported, errors.RailNotSupported, errors.ProviderNotLive, errors.SandboxOnly.
        """
        message = given(
            DiffRoutingPoliciesRequest,
            request,
            {"domain": domain, "from_version": from_version, "to_version": to_version, "draft": draft},
        )
        answer = self._caller.call(
            _ROUTING_DIFF_ROUTING_POLICIES, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    def rollback_routing_policy(
        self,
        request: RollbackRoutingPolicyRequest | None = None,
        /,
        *,
        domain: str = "",
        to_version: int = 0,
        note: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """RollbackRoutingPolicy brings the rules of an earlier version back at once, as a new version.

        Versions whose time has not come are withdrawn, so that none of them takes back the rollback. Where nothing was active
        before, the new version has no rules: routes decide alone.

        Fields:
            domain: The domain or feature.
            to_version: The version whose rules are brought back. 0 means the one that was active before the one that is.
            note: Why.

        Raises errors.NotFound, errors.ConnectionNotFound, errors.CurrencyNotSupported, errors.RailNotSupported, errors.ProviderNotLive, errors.SandboxOnly, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RollbackRoutingPolicyRequest, request, {"domain": domain, "to_version": to_version, "note": note}
        )
        answer = self._caller.call(
            _ROUTING_ROLLBACK_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    def withdraw_routing_policy(
        self,
        request: WithdrawRoutingPolicyRequest | None = None,
        /,
        *,
        routing_policy_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """WithdrawRoutingPolicy takes a version back whose time has not come.

        Fields:
            routing_policy_id: The version's id.

        Raises errors.NotFound, errors.TransitionNotAllowed, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(WithdrawRoutingPolicyRequest, request, {"routing_policy_id": routing_policy_id})
        answer = self._caller.call(
            _ROUTING_WITHDRAW_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    def simulate_route(
        self,
        request: SimulateRouteRequest | None = None,
        /,
        *,
        facts: RoutingFacts | None = None,
        version: int | None = None,
        draft: RoutingDraft | None = None,
        tries: int = 0,
        assumed: Sequence[AssumedHealth] = (),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RouteDecision:
        """SimulateRoute says what would be decided, and stores and sends nothing.

        The rules can be those that are active, those of a version, or a draft; the time can be another one; and providers can
        be taken to be in another state of health than they are.

        Fields:
            facts: What is known of it. Without a time it is now, by the company's clock; without a region it is this installation's.
            version: Those of a version of the domain.
            draft: Rules that are not stored.
            tries: Which try it is. Missing or 0 means the first.
            assumed: Connections that are taken to be in another state of health than they are.

        Raises errors.NotFound, errors.ConnectionNotFound, errors.CurrencyNotSupported, errors.RailNotSupported, errors.ProviderNotLive, errors.SandboxOnly.
        """
        message = given(
            SimulateRouteRequest,
            request,
            {"facts": facts, "version": version, "draft": draft, "tries": tries, "assumed": assumed},
        )
        answer = self._caller.call(_ROUTING_SIMULATE_ROUTE, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.decision)

    def evaluate_feature(
        self,
        request: EvaluateFeatureRequest | None = None,
        /,
        *,
        feature: str = "",
        facts: RoutingFacts | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> EvaluateFeatureResponse:
        """EvaluateFeature says whether a feature is on for a customer, country, segment and region.

        A feature that no rule decides is on. The features `payouts` and `payments` are asked by Corridor itself before it
        accepts one: turned off for a segment or region, CreatePayout or CreatePayment refuses with FEATURE_OFF.

        Fields:
            feature: The feature's name, without the prefix that its rules have.
            facts: For whom, and what else is known.

        Raises errors.NotFound.
        """
        message = given(EvaluateFeatureRequest, request, {"feature": feature, "facts": facts})
        answer = self._caller.call(_ROUTING_EVALUATE_FEATURE, message, timeout_seconds=timeout_seconds, headers=headers)
        return answer


class AsyncRoutingCalls:
    """RoutingService keeps the rules by which it is decided over which connection something goes, and which features are on."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_routing_policy(
        self,
        request: CreateRoutingPolicyRequest | None = None,
        /,
        *,
        domain: str = "",
        rules: Sequence[RoutingRule] = (),
        note: str = "",
        effective_time: datetime.datetime | None = None,
        base_version: int = 0,
        validate_only: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """CreateRoutingPolicy makes the next version of the rules of a domain or a feature.

        As `RoutingCalls.create_routing_policy`, awaited.
        """
        message = given(
            CreateRoutingPolicyRequest,
            request,
            {
                "domain": domain,
                "rules": rules,
                "note": note,
                "effective_time": effective_time,
                "base_version": base_version,
                "validate_only": validate_only,
            },
        )
        answer = await self._caller.call(
            _ROUTING_CREATE_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    async def get_routing_policy(
        self,
        request: GetRoutingPolicyRequest | None = None,
        /,
        *,
        routing_policy_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """GetRoutingPolicy returns one version.

        As `RoutingCalls.get_routing_policy`, awaited.
        """
        message = given(GetRoutingPolicyRequest, request, {"routing_policy_id": routing_policy_id})
        answer = await self._caller.call(
            _ROUTING_GET_ROUTING_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.routing_policy)

    async def list_routing_policies(
        self,
        request: ListRoutingPoliciesRequest | None = None,
        /,
        *,
        domain: str = "",
        state: RoutingPolicyState = RoutingPolicyState(0),
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListRoutingPoliciesResponse, RoutingPolicy]:
        """ListRoutingPolicies returns versions, the newest first, without their rules.

        As `RoutingCalls.list_routing_policies`, awaited.
        """
        message = given(
            ListRoutingPoliciesRequest,
            request,
            {"domain": domain, "state": state, "page_size": page_size, "page_token": page_token},
        )
        return await self._caller.page(
            _ROUTING_LIST_ROUTING_POLICIES,
            message,
            "routing_policies",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def diff_routing_policies(
        self,
        request: DiffRoutingPoliciesRequest | None = None,
        /,
        *,
        domain: str = "",
        from_version: int = 0,
        to_version: int | None = None,
        draft: RoutingDraft | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DiffRoutingPoliciesResponse:
        """DiffRoutingPolicies says what differs between two versions, or between a version and a draft.

        As `RoutingCalls.diff_routing_policies`, awaited.
        """
        message = given(
            DiffRoutingPoliciesRequest,
            request,
            {"domain": domain, "from_version": from_version, "to_version": to_version, "draft": draft},
        )
        answer = await self._caller.call(
            _ROUTING_DIFF_ROUTING_POLICIES, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def rollback_routing_policy(
        self,
        request: RollbackRoutingPolicyRequest | None = None,
        /,
        *,
        domain: str = "",
        to_version: int = 0,
        note: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """RollbackRoutingPolicy brings the rules of an earlier version back at once, as a new version.

        As `RoutingCalls.rollback_routing_policy`, awaited.
        """
        message = given(
            RollbackRoutingPolicyRequest, request, {"domain": domain, "to_version": to_version, "note": note}
        )
        answer = await self._caller.call(
            _ROUTING_ROLLBACK_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    async def withdraw_routing_policy(
        self,
        request: WithdrawRoutingPolicyRequest | None = None,
        /,
        *,
        routing_policy_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RoutingPolicy:
        """WithdrawRoutingPolicy takes a version back whose time has not come.

        As `RoutingCalls.withdraw_routing_policy`, awaited.
        """
        message = given(WithdrawRoutingPolicyRequest, request, {"routing_policy_id": routing_policy_id})
        answer = await self._caller.call(
            _ROUTING_WITHDRAW_ROUTING_POLICY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.routing_policy)

    async def simulate_route(
        self,
        request: SimulateRouteRequest | None = None,
        /,
        *,
        facts: RoutingFacts | None = None,
        version: int | None = None,
        draft: RoutingDraft | None = None,
        tries: int = 0,
        assumed: Sequence[AssumedHealth] = (),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RouteDecision:
        """SimulateRoute says what would be decided, and stores and sends nothing.

        As `RoutingCalls.simulate_route`, awaited.
        """
        message = given(
            SimulateRouteRequest,
            request,
            {"facts": facts, "version": version, "draft": draft, "tries": tries, "assumed": assumed},
        )
        answer = await self._caller.call(
            _ROUTING_SIMULATE_ROUTE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.decision)

    async def evaluate_feature(
        self,
        request: EvaluateFeatureRequest | None = None,
        /,
        *,
        feature: str = "",
        facts: RoutingFacts | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> EvaluateFeatureResponse:
        """EvaluateFeature says whether a feature is on for a customer, country, segment and region.

        As `RoutingCalls.evaluate_feature`, awaited.
        """
        message = given(EvaluateFeatureRequest, request, {"feature": feature, "facts": facts})
        answer = await self._caller.call(
            _ROUTING_EVALUATE_FEATURE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


_SHADOW_GET_SHADOW_COMPARISON = Method(
    "/corridor.routing.v1.ShadowService/GetShadowComparison",
    GetShadowComparisonResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/shadow-comparisons/{shadow_comparison_id}", "", "shadow_comparison"),
)

_SHADOW_LIST_SHADOW_COMPARISONS = Method(
    "/corridor.routing.v1.ShadowService/ListShadowComparisons",
    ListShadowComparisonsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/shadow-comparisons"),
)

_SHADOW_GET_SHADOW_PARITY = Method(
    "/corridor.routing.v1.ShadowService/GetShadowParity",
    GetShadowParityResponse,
    Key.NONE,
    10.0,
    Http("GET", "/v1/shadow-parity"),
)


class ShadowCalls:
    """ShadowService tells what came of trying connections in the shadow of others."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_shadow_comparison(
        self,
        request: GetShadowComparisonRequest | None = None,
        /,
        *,
        shadow_comparison_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ShadowComparison:
        """GetShadowComparison returns one comparison with its values and requests.

        Fields:
            shadow_comparison_id: The comparison's id.

        Raises errors.NotFound.
        """
        message = given(GetShadowComparisonRequest, request, {"shadow_comparison_id": shadow_comparison_id})
        answer = self._caller.call(
            _SHADOW_GET_SHADOW_COMPARISON, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.shadow_comparison)

    def list_shadow_comparisons(
        self,
        request: ListShadowComparisonsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        difference_class: ShadowDifferenceClass = ShadowDifferenceClass(0),
        resource_id: str = "",
        since_time: datetime.datetime | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListShadowComparisonsResponse, ShadowComparison]:
        """ListShadowComparisons returns comparisons without the requests that were made, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            connection_id: Only those of this connection, where it was tried.
            difference_class: Only those of this class.
            resource_id: Only those of this thing.
            since_time: Only those that were tried at this time or later.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListShadowComparisonsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "connection_id": connection_id,
                "difference_class": difference_class,
                "resource_id": resource_id,
                "since_time": since_time,
            },
        )
        return self._caller.page(
            _SHADOW_LIST_SHADOW_COMPARISONS,
            message,
            "shadow_comparisons",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    def get_shadow_parity(
        self,
        request: GetShadowParityRequest | None = None,
        /,
        *,
        connection_id: str = "",
        domain: str = "",
        since_time: datetime.datetime | None = None,
        until_time: datetime.datetime | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetShadowParityResponse:
        """GetShadowParity returns how far connections that shadow do what others do, by connection, domain and rule.

        Comparisons are kept for 90 days.

        Fields:
            connection_id: Only this connection. Empty means every one that shadows.
            domain: Only this domain, such as `payouts`. Empty means every one.
            since_time: Only what was tried at this time or later.
            until_time: Only what was tried before this time.
        """
        message = given(
            GetShadowParityRequest,
            request,
            {"connection_id": connection_id, "domain": domain, "since_time": since_time, "until_time": until_time},
        )
        answer = self._caller.call(_SHADOW_GET_SHADOW_PARITY, message, timeout_seconds=timeout_seconds, headers=headers)
        return answer


class AsyncShadowCalls:
    """ShadowService tells what came of trying connections in the shadow of others."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_shadow_comparison(
        self,
        request: GetShadowComparisonRequest | None = None,
        /,
        *,
        shadow_comparison_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ShadowComparison:
        """GetShadowComparison returns one comparison with its values and requests.

        As `ShadowCalls.get_shadow_comparison`, awaited.
        """
        message = given(GetShadowComparisonRequest, request, {"shadow_comparison_id": shadow_comparison_id})
        answer = await self._caller.call(
            _SHADOW_GET_SHADOW_COMPARISON, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.shadow_comparison)

    async def list_shadow_comparisons(
        self,
        request: ListShadowComparisonsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        connection_id: str = "",
        difference_class: ShadowDifferenceClass = ShadowDifferenceClass(0),
        resource_id: str = "",
        since_time: datetime.datetime | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListShadowComparisonsResponse, ShadowComparison]:
        """ListShadowComparisons returns comparisons without the requests that were made, the newest first.

        As `ShadowCalls.list_shadow_comparisons`, awaited.
        """
        message = given(
            ListShadowComparisonsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "connection_id": connection_id,
                "difference_class": difference_class,
                "resource_id": resource_id,
                "since_time": since_time,
            },
        )
        return await self._caller.page(
            _SHADOW_LIST_SHADOW_COMPARISONS,
            message,
            "shadow_comparisons",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )

    async def get_shadow_parity(
        self,
        request: GetShadowParityRequest | None = None,
        /,
        *,
        connection_id: str = "",
        domain: str = "",
        since_time: datetime.datetime | None = None,
        until_time: datetime.datetime | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetShadowParityResponse:
        """GetShadowParity returns how far connections that shadow do what others do, by connection, domain and rule.

        As `ShadowCalls.get_shadow_parity`, awaited.
        """
        message = given(
            GetShadowParityRequest,
            request,
            {"connection_id": connection_id, "domain": domain, "since_time": since_time, "until_time": until_time},
        )
        answer = await self._caller.call(
            _SHADOW_GET_SHADOW_PARITY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer
