"""The clients: each service of the contract as an attribute. Written by `corridor gen` from the contract; never edited."""

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_client_runtime.caller import AsyncCaller, Caller

    from corridor_client.access.v1.calls import (
        ApiKeyCalls,
        AsyncApiKeyCalls,
        AsyncConsentCalls,
        AsyncCredentialCalls,
        AsyncIdentityProviderCalls,
        AsyncMemberCalls,
        AsyncOAuthClientCalls,
        AsyncSecurityAlertCalls,
        ConsentCalls,
        CredentialCalls,
        IdentityProviderCalls,
        MemberCalls,
        OAuthClientCalls,
        SecurityAlertCalls,
    )
    from corridor_client.approvals.v1.calls import ApprovalCalls, AsyncApprovalCalls
    from corridor_client.audit.v1.calls import AsyncAuditCalls, AuditCalls
    from corridor_client.events.v1.calls import AsyncEventCalls, EventCalls
    from corridor_client.operations.v1.calls import (
        AsyncReplayCalls,
        AsyncWorkItemCalls,
        ReplayCalls,
        WorkItemCalls,
    )
    from corridor_client.payments.v1.calls import (
        AsyncDisputeCalls,
        AsyncPaymentCalls,
        AsyncRefundCalls,
        DisputeCalls,
        PaymentCalls,
        RefundCalls,
    )
    from corridor_client.payouts.v1.calls import (
        AsyncBeneficiaryCalls,
        AsyncPayoutCalls,
        BeneficiaryCalls,
        PayoutCalls,
    )
    from corridor_client.providers.v1.calls import (
        AsyncConnectionCalls,
        AsyncDisasterTestCalls,
        AsyncHealthCalls,
        AsyncProviderCalls,
        AsyncRouteCalls,
        AsyncSweepCalls,
        ConnectionCalls,
        DisasterTestCalls,
        HealthCalls,
        ProviderCalls,
        RouteCalls,
        SweepCalls,
    )
    from corridor_client.routing.v1.calls import (
        AsyncRouteDecisionCalls,
        AsyncRoutingCalls,
        AsyncShadowCalls,
        RouteDecisionCalls,
        RoutingCalls,
        ShadowCalls,
    )
    from corridor_client.sandbox.v1.calls import AsyncClockCalls, ClockCalls
    from corridor_client.usage.v1.calls import AsyncUsageCalls, UsageCalls
    from corridor_client.vault.v1.calls import (
        AsyncDataPolicyCalls,
        AsyncErasureCalls,
        AsyncVaultTokenCalls,
        DataPolicyCalls,
        ErasureCalls,
        VaultTokenCalls,
    )
    from corridor_client.webhooks.v1.calls import (
        AsyncDeliveryCalls,
        AsyncInboundDeliveryCalls,
        AsyncWebhookEndpointCalls,
        DeliveryCalls,
        InboundDeliveryCalls,
        WebhookEndpointCalls,
    )


class Client:
    """Calls Corridor. Made by `connect`."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def api_keys(self) -> "ApiKeyCalls":
        """corridor.access.v1.ApiKeyService."""
        from corridor_client.access.v1.calls import ApiKeyCalls

        return ApiKeyCalls(self._caller)

    @cached_property
    def consents(self) -> "ConsentCalls":
        """corridor.access.v1.ConsentService."""
        from corridor_client.access.v1.calls import ConsentCalls

        return ConsentCalls(self._caller)

    @cached_property
    def credentials(self) -> "CredentialCalls":
        """corridor.access.v1.CredentialService."""
        from corridor_client.access.v1.calls import CredentialCalls

        return CredentialCalls(self._caller)

    @cached_property
    def identity_provider(self) -> "IdentityProviderCalls":
        """corridor.access.v1.IdentityProviderService."""
        from corridor_client.access.v1.calls import IdentityProviderCalls

        return IdentityProviderCalls(self._caller)

    @cached_property
    def members(self) -> "MemberCalls":
        """corridor.access.v1.MemberService."""
        from corridor_client.access.v1.calls import MemberCalls

        return MemberCalls(self._caller)

    @cached_property
    def oauth_clients(self) -> "OAuthClientCalls":
        """corridor.access.v1.OAuthClientService."""
        from corridor_client.access.v1.calls import OAuthClientCalls

        return OAuthClientCalls(self._caller)

    @cached_property
    def security_alerts(self) -> "SecurityAlertCalls":
        """corridor.access.v1.SecurityAlertService."""
        from corridor_client.access.v1.calls import SecurityAlertCalls

        return SecurityAlertCalls(self._caller)

    @cached_property
    def approvals(self) -> "ApprovalCalls":
        """corridor.approvals.v1.ApprovalService."""
        from corridor_client.approvals.v1.calls import ApprovalCalls

        return ApprovalCalls(self._caller)

    @cached_property
    def audit(self) -> "AuditCalls":
        """corridor.audit.v1.AuditService."""
        from corridor_client.audit.v1.calls import AuditCalls

        return AuditCalls(self._caller)

    @cached_property
    def events(self) -> "EventCalls":
        """corridor.events.v1.EventService."""
        from corridor_client.events.v1.calls import EventCalls

        return EventCalls(self._caller)

    @cached_property
    def replays(self) -> "ReplayCalls":
        """corridor.operations.v1.ReplayService."""
        from corridor_client.operations.v1.calls import ReplayCalls

        return ReplayCalls(self._caller)

    @cached_property
    def work_items(self) -> "WorkItemCalls":
        """corridor.operations.v1.WorkItemService."""
        from corridor_client.operations.v1.calls import WorkItemCalls

        return WorkItemCalls(self._caller)

    @cached_property
    def disputes(self) -> "DisputeCalls":
        """corridor.payments.v1.DisputeService."""
        from corridor_client.payments.v1.calls import DisputeCalls

        return DisputeCalls(self._caller)

    @cached_property
    def payments(self) -> "PaymentCalls":
        """corridor.payments.v1.PaymentService."""
        from corridor_client.payments.v1.calls import PaymentCalls

        return PaymentCalls(self._caller)

    @cached_property
    def refunds(self) -> "RefundCalls":
        """corridor.payments.v1.RefundService."""
        from corridor_client.payments.v1.calls import RefundCalls

        return RefundCalls(self._caller)

    @cached_property
    def beneficiaries(self) -> "BeneficiaryCalls":
        """corridor.payouts.v1.BeneficiaryService."""
        from corridor_client.payouts.v1.calls import BeneficiaryCalls

        return BeneficiaryCalls(self._caller)

    @cached_property
    def payouts(self) -> "PayoutCalls":
        """corridor.payouts.v1.PayoutService."""
        from corridor_client.payouts.v1.calls import PayoutCalls

        return PayoutCalls(self._caller)

    @cached_property
    def connections(self) -> "ConnectionCalls":
        """corridor.providers.v1.ConnectionService."""
        from corridor_client.providers.v1.calls import ConnectionCalls

        return ConnectionCalls(self._caller)

    @cached_property
    def disaster_tests(self) -> "DisasterTestCalls":
        """corridor.providers.v1.DisasterTestService."""
        from corridor_client.providers.v1.calls import DisasterTestCalls

        return DisasterTestCalls(self._caller)

    @cached_property
    def health(self) -> "HealthCalls":
        """corridor.providers.v1.HealthService."""
        from corridor_client.providers.v1.calls import HealthCalls

        return HealthCalls(self._caller)

    @cached_property
    def providers(self) -> "ProviderCalls":
        """corridor.providers.v1.ProviderService."""
        from corridor_client.providers.v1.calls import ProviderCalls

        return ProviderCalls(self._caller)

    @cached_property
    def routes(self) -> "RouteCalls":
        """corridor.providers.v1.RouteService."""
        from corridor_client.providers.v1.calls import RouteCalls

        return RouteCalls(self._caller)

    @cached_property
    def sweeps(self) -> "SweepCalls":
        """corridor.providers.v1.SweepService."""
        from corridor_client.providers.v1.calls import SweepCalls

        return SweepCalls(self._caller)

    @cached_property
    def route_decisions(self) -> "RouteDecisionCalls":
        """corridor.routing.v1.RouteDecisionService."""
        from corridor_client.routing.v1.calls import RouteDecisionCalls

        return RouteDecisionCalls(self._caller)

    @cached_property
    def routing(self) -> "RoutingCalls":
        """corridor.routing.v1.RoutingService."""
        from corridor_client.routing.v1.calls import RoutingCalls

        return RoutingCalls(self._caller)

    @cached_property
    def shadow(self) -> "ShadowCalls":
        """corridor.routing.v1.ShadowService."""
        from corridor_client.routing.v1.calls import ShadowCalls

        return ShadowCalls(self._caller)

    @cached_property
    def clock(self) -> "ClockCalls":
        """corridor.sandbox.v1.ClockService."""
        from corridor_client.sandbox.v1.calls import ClockCalls

        return ClockCalls(self._caller)

    @cached_property
    def usage(self) -> "UsageCalls":
        """corridor.usage.v1.UsageService."""
        from corridor_client.usage.v1.calls import UsageCalls

        return UsageCalls(self._caller)

    @cached_property
    def data_policy(self) -> "DataPolicyCalls":
        """corridor.vault.v1.DataPolicyService."""
        from corridor_client.vault.v1.calls import DataPolicyCalls

        return DataPolicyCalls(self._caller)

    @cached_property
    def erasures(self) -> "ErasureCalls":
        """corridor.vault.v1.ErasureService."""
        from corridor_client.vault.v1.calls import ErasureCalls

        return ErasureCalls(self._caller)

    @cached_property
    def vault_tokens(self) -> "VaultTokenCalls":
        """corridor.vault.v1.VaultTokenService."""
        from corridor_client.vault.v1.calls import VaultTokenCalls

        return VaultTokenCalls(self._caller)

    @cached_property
    def deliveries(self) -> "DeliveryCalls":
        """corridor.webhooks.v1.DeliveryService."""
        from corridor_client.webhooks.v1.calls import DeliveryCalls

        return DeliveryCalls(self._caller)

    @cached_property
    def inbound_deliveries(self) -> "InboundDeliveryCalls":
        """corridor.webhooks.v1.InboundDeliveryService."""
        from corridor_client.webhooks.v1.calls import InboundDeliveryCalls

        return InboundDeliveryCalls(self._caller)

    @cached_property
    def webhook_endpoints(self) -> "WebhookEndpointCalls":
        """corridor.webhooks.v1.WebhookEndpointService."""
        from corridor_client.webhooks.v1.calls import WebhookEndpointCalls

        return WebhookEndpointCalls(self._caller)


class AsyncClient:
    """Calls Corridor, with asyncio. Made by `connect_async`."""

    def __init__(self, caller: "AsyncCaller") -> None:
        self._caller = caller

    async def close(self) -> None:
        """Let go of the connections."""
        await self._caller.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @cached_property
    def api_keys(self) -> "AsyncApiKeyCalls":
        """corridor.access.v1.ApiKeyService."""
        from corridor_client.access.v1.calls import AsyncApiKeyCalls

        return AsyncApiKeyCalls(self._caller)

    @cached_property
    def consents(self) -> "AsyncConsentCalls":
        """corridor.access.v1.ConsentService."""
        from corridor_client.access.v1.calls import AsyncConsentCalls

        return AsyncConsentCalls(self._caller)

    @cached_property
    def credentials(self) -> "AsyncCredentialCalls":
        """corridor.access.v1.CredentialService."""
        from corridor_client.access.v1.calls import AsyncCredentialCalls

        return AsyncCredentialCalls(self._caller)

    @cached_property
    def identity_provider(self) -> "AsyncIdentityProviderCalls":
        """corridor.access.v1.IdentityProviderService."""
        from corridor_client.access.v1.calls import AsyncIdentityProviderCalls

        return AsyncIdentityProviderCalls(self._caller)

    @cached_property
    def members(self) -> "AsyncMemberCalls":
        """corridor.access.v1.MemberService."""
        from corridor_client.access.v1.calls import AsyncMemberCalls

        return AsyncMemberCalls(self._caller)

    @cached_property
    def oauth_clients(self) -> "AsyncOAuthClientCalls":
        """corridor.access.v1.OAuthClientService."""
        from corridor_client.access.v1.calls import AsyncOAuthClientCalls

        return AsyncOAuthClientCalls(self._caller)

    @cached_property
    def security_alerts(self) -> "AsyncSecurityAlertCalls":
        """corridor.access.v1.SecurityAlertService."""
        from corridor_client.access.v1.calls import AsyncSecurityAlertCalls

        return AsyncSecurityAlertCalls(self._caller)

    @cached_property
    def approvals(self) -> "AsyncApprovalCalls":
        """corridor.approvals.v1.ApprovalService."""
        from corridor_client.approvals.v1.calls import AsyncApprovalCalls

        return AsyncApprovalCalls(self._caller)

    @cached_property
    def audit(self) -> "AsyncAuditCalls":
        """corridor.audit.v1.AuditService."""
        from corridor_client.audit.v1.calls import AsyncAuditCalls

        return AsyncAuditCalls(self._caller)

    @cached_property
    def events(self) -> "AsyncEventCalls":
        """corridor.events.v1.EventService."""
        from corridor_client.events.v1.calls import AsyncEventCalls

        return AsyncEventCalls(self._caller)

    @cached_property
    def replays(self) -> "AsyncReplayCalls":
        """corridor.operations.v1.ReplayService."""
        from corridor_client.operations.v1.calls import AsyncReplayCalls

        return AsyncReplayCalls(self._caller)

    @cached_property
    def work_items(self) -> "AsyncWorkItemCalls":
        """corridor.operations.v1.WorkItemService."""
        from corridor_client.operations.v1.calls import AsyncWorkItemCalls

        return AsyncWorkItemCalls(self._caller)

    @cached_property
    def disputes(self) -> "AsyncDisputeCalls":
        """corridor.payments.v1.DisputeService."""
        from corridor_client.payments.v1.calls import AsyncDisputeCalls

        return AsyncDisputeCalls(self._caller)

    @cached_property
    def payments(self) -> "AsyncPaymentCalls":
        """corridor.payments.v1.PaymentService."""
        from corridor_client.payments.v1.calls import AsyncPaymentCalls

        return AsyncPaymentCalls(self._caller)

    @cached_property
    def refunds(self) -> "AsyncRefundCalls":
        """corridor.payments.v1.RefundService."""
        from corridor_client.payments.v1.calls import AsyncRefundCalls

        return AsyncRefundCalls(self._caller)

    @cached_property
    def beneficiaries(self) -> "AsyncBeneficiaryCalls":
        """corridor.payouts.v1.BeneficiaryService."""
        from corridor_client.payouts.v1.calls import AsyncBeneficiaryCalls

        return AsyncBeneficiaryCalls(self._caller)

    @cached_property
    def payouts(self) -> "AsyncPayoutCalls":
        """corridor.payouts.v1.PayoutService."""
        from corridor_client.payouts.v1.calls import AsyncPayoutCalls

        return AsyncPayoutCalls(self._caller)

    @cached_property
    def connections(self) -> "AsyncConnectionCalls":
        """corridor.providers.v1.ConnectionService."""
        from corridor_client.providers.v1.calls import AsyncConnectionCalls

        return AsyncConnectionCalls(self._caller)

    @cached_property
    def disaster_tests(self) -> "AsyncDisasterTestCalls":
        """corridor.providers.v1.DisasterTestService."""
        from corridor_client.providers.v1.calls import AsyncDisasterTestCalls

        return AsyncDisasterTestCalls(self._caller)

    @cached_property
    def health(self) -> "AsyncHealthCalls":
        """corridor.providers.v1.HealthService."""
        from corridor_client.providers.v1.calls import AsyncHealthCalls

        return AsyncHealthCalls(self._caller)

    @cached_property
    def providers(self) -> "AsyncProviderCalls":
        """corridor.providers.v1.ProviderService."""
        from corridor_client.providers.v1.calls import AsyncProviderCalls

        return AsyncProviderCalls(self._caller)

    @cached_property
    def routes(self) -> "AsyncRouteCalls":
        """corridor.providers.v1.RouteService."""
        from corridor_client.providers.v1.calls import AsyncRouteCalls

        return AsyncRouteCalls(self._caller)

    @cached_property
    def sweeps(self) -> "AsyncSweepCalls":
        """corridor.providers.v1.SweepService."""
        from corridor_client.providers.v1.calls import AsyncSweepCalls

        return AsyncSweepCalls(self._caller)

    @cached_property
    def route_decisions(self) -> "AsyncRouteDecisionCalls":
        """corridor.routing.v1.RouteDecisionService."""
        from corridor_client.routing.v1.calls import AsyncRouteDecisionCalls

        return AsyncRouteDecisionCalls(self._caller)

    @cached_property
    def routing(self) -> "AsyncRoutingCalls":
        """corridor.routing.v1.RoutingService."""
        from corridor_client.routing.v1.calls import AsyncRoutingCalls

        return AsyncRoutingCalls(self._caller)

    @cached_property
    def shadow(self) -> "AsyncShadowCalls":
        """corridor.routing.v1.ShadowService."""
        from corridor_client.routing.v1.calls import AsyncShadowCalls

        return AsyncShadowCalls(self._caller)

    @cached_property
    def clock(self) -> "AsyncClockCalls":
        """corridor.sandbox.v1.ClockService."""
        from corridor_client.sandbox.v1.calls import AsyncClockCalls

        return AsyncClockCalls(self._caller)

    @cached_property
    def usage(self) -> "AsyncUsageCalls":
        """corridor.usage.v1.UsageService."""
        from corridor_client.usage.v1.calls import AsyncUsageCalls

        return AsyncUsageCalls(self._caller)

    @cached_property
    def data_policy(self) -> "AsyncDataPolicyCalls":
        """corridor.vault.v1.DataPolicyService."""
        from corridor_client.vault.v1.calls import AsyncDataPolicyCalls

        return AsyncDataPolicyCalls(self._caller)

    @cached_property
    def erasures(self) -> "AsyncErasureCalls":
        """corridor.vault.v1.ErasureService."""
        from corridor_client.vault.v1.calls import AsyncErasureCalls

        return AsyncErasureCalls(self._caller)

    @cached_property
    def vault_tokens(self) -> "AsyncVaultTokenCalls":
        """corridor.vault.v1.VaultTokenService."""
        from corridor_client.vault.v1.calls import AsyncVaultTokenCalls

        return AsyncVaultTokenCalls(self._caller)

    @cached_property
    def deliveries(self) -> "AsyncDeliveryCalls":
        """corridor.webhooks.v1.DeliveryService."""
        from corridor_client.webhooks.v1.calls import AsyncDeliveryCalls

        return AsyncDeliveryCalls(self._caller)

    @cached_property
    def inbound_deliveries(self) -> "AsyncInboundDeliveryCalls":
        """corridor.webhooks.v1.InboundDeliveryService."""
        from corridor_client.webhooks.v1.calls import AsyncInboundDeliveryCalls

        return AsyncInboundDeliveryCalls(self._caller)

    @cached_property
    def webhook_endpoints(self) -> "AsyncWebhookEndpointCalls":
        """corridor.webhooks.v1.WebhookEndpointService."""
        from corridor_client.webhooks.v1.calls import AsyncWebhookEndpointCalls

        return AsyncWebhookEndpointCalls(self._caller)
