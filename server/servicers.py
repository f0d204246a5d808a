"""Who serves which service of the contract."""

from collections.abc import Mapping
from types import SimpleNamespace

from server.domains.payments import meaning as payments_meaning
from server.domains.payments.accepting import Accepting as AcceptingPayments
from server.domains.payments.disputes import meaning as disputes_meaning
from server.domains.payments.disputes.servicer import DisputeServicer
from server.domains.payments.refund_servicer import RefundServicer
from server.domains.payments.servicer import PaymentServicer
from server.domains.payments.waiting import Waiting as WaitingForPayments
from server.domains.payouts import observing
from server.domains.payouts.beneficiary_servicer import BeneficiaryServicer
from server.domains.payouts.quotes import Quotes
from server.domains.payouts.servicer import PayoutServicer
from server.interceptors import validation
from server.kit import contract, versions
from server.parts import Parts
from server.platform.access.alert_servicer import SecurityAlertServicer
from server.platform.access.consents.servicer import ConsentServicer
from server.platform.access.credential_servicer import CredentialServicer
from server.platform.access.servicer import ApiKeyServicer
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.servicer import ApprovalServicer
from server.platform.audit.servicer import AuditServicer
from server.platform.audit.signing import AuditSigner
from server.platform.events.servicer import EventServicer
from server.platform.health.servicer import HealthServicer
from server.platform.operations.replay_servicer import ReplayServicer
from server.platform.operations.servicer import WorkItemServicer
from server.platform.providers.connection_servicer import ConnectionServicer
from server.platform.providers.disaster_tests import DisasterTestServicer
from server.platform.providers.provider_servicer import ProviderServicer
from server.platform.providers.routes import RouteServicer
from server.platform.routing.decision_servicer import RouteDecisionServicer
from server.platform.sandbox.servicer import ClockServicer
from server.platform.shadow.servicer import ShadowServicer
from server.platform.sweeps.servicer import SweepServicer
from server.platform.timeline import Timeline
from server.platform.updating import Updating
from server.platform.usage.deprecated import Deprecated
from server.platform.usage.servicer import UsageServicer
from server.platform.vault.data_policy_servicer import DataPolicyServicer
from server.platform.vault.erasure_servicer import ErasureServicer
from server.platform.vault.token_servicer import VaultTokenServicer
from server.platform.vault.tokens import Fingerprints
from server.platform.webhooks.delivery_servicer import DeliveryServicer
from server.platform.webhooks.endpoint_servicer import WebhookEndpointServicer
from server.platform.webhooks.receive import InboundDeliveryServicer


def all_of(parts: Parts) -> Mapping[str, object]:
    """A servicer for every service, by its full name, in every version."""
    updating = Updating(parts.store, validation.check_merged)
    found = {name: updating.around(name, each) for name, each in _of_first_versions(parts).items()}
    return {**found, **_of_further_versions(parts, found)}


def _of_further_versions(parts: Parts, first: Mapping[str, object]) -> Mapping[str, object]:
    """A servicer for every service of a further version: its own methods, and those that the first version does."""
    found: dict[str, dict[str, object]] = {}
    for version in versions.installed():
        for service, servicer in version.servicers(parts).items():
            own = {name: getattr(servicer, name) for name in dir(servicer) if not name.startswith("_")}
            found.setdefault(service, {}).update(own)
        for path, translation in version.methods.items():
            service, _, name = path[1:].partition("/")
            by, _, does = translation.does[1:].partition("/")
            found.setdefault(service, {})[name] = getattr(first[by], does)
    return {service: SimpleNamespace(**methods) for service, methods in found.items()}


def _of_first_versions(parts: Parts) -> Mapping[str, object]:
    store, tokens, clock = parts.store, parts.tokens, parts.clock
    accepting_payments = AcceptingPayments(store, parts.payments, parts.invoker, parts.waker)
    deciding = Deciding(clock)
    approvals = ApprovalServicer(store, tokens, parts.approval_policies, deciding, parts.waker, clock)
    consents = ConsentServicer(store, tokens, parts.consents, parts.providers, parts.waker)
    connections = ConnectionServicer(store, tokens, parts.keyring, parts.catalog, parts.connections, parts.guard, clock)
    machine = parts.machine_clock
    inbound = InboundDeliveryServicer(store, tokens, parts.connections, parts.providers, parts.waker, machine)
    endpoints = WebhookEndpointServicer(store, tokens, parts.keyring, parts.guard, parts.waker, parts.payloads)
    vault_tokens = VaultTokenServicer(store, tokens, Fingerprints(parts.keyring.derived("vault fingerprints")))
    return {
        "corridor.access.v1.ApiKeyService": ApiKeyServicer(store, parts.keys, tokens, machine),
        "corridor.access.v1.CredentialService": CredentialServicer(store, tokens, parts.inventory, machine),
        "corridor.access.v1.SecurityAlertService": SecurityAlertServicer(store, tokens),
        "corridor.access.v1.OAuthClientService": parts.oauth.client_servicer(tokens),
        "corridor.access.v1.OAuthService": parts.oauth.servicer(parts.signing_in.page),
        "corridor.access.v1.IdentityProviderService": parts.signing_in.identity_provider_servicer(),
        "corridor.access.v1.MemberService": parts.signing_in.member_servicer(tokens),
        "corridor.access.v1.SignInService": parts.signing_in.servicer(),
        "corridor.access.v1.TestProviderService": parts.signing_in.test_provider_servicer(),
        "corridor.access.v1.ConsentService": consents,
        "corridor.approvals.v1.ApprovalService": approvals,
        "corridor.audit.v1.AuditService": AuditServicer(store, tokens, AuditSigner(parts.keyring)),
        "corridor.events.v1.EventService": EventServicer(store, tokens, parts.payloads),
        "corridor.operations.v1.ReplayService": ReplayServicer(store, tokens, parts.waker, clock),
        "corridor.operations.v1.WorkItemService": WorkItemServicer(
            store, tokens, parts.operating.showing, parts.operating.inspecting, parts.waker
        ),
        "corridor.payments.v1.DisputeService": _disputes(parts),
        "corridor.payments.v1.PaymentService": _payments(parts, accepting_payments),
        "corridor.payments.v1.RefundService": RefundServicer(store, parts.payments, accepting_payments, tokens),
        "corridor.payouts.v1.BeneficiaryService": BeneficiaryServicer(store, parts.beneficiaries, tokens, clock),
        "corridor.payouts.v1.PayoutService": _payouts(parts),
        "corridor.providers.v1.ConnectionService": connections,
        "corridor.providers.v1.DisasterTestService": DisasterTestServicer(store, tokens, parts.catalog, machine),
        "corridor.providers.v1.HealthService": HealthServicer(
            store, tokens, parts.catalog, parts.connections, parts.health.view
        ),
        "corridor.providers.v1.ProviderService": ProviderServicer(store, tokens, parts.catalog, parts.waker),
        "corridor.providers.v1.RouteService": RouteServicer(store, tokens, parts.catalog, parts.waker),
        "corridor.routing.v1.RouteDecisionService": RouteDecisionServicer(store, tokens),
        "corridor.routing.v1.RoutingService": parts.routing.servicer,
        "corridor.routing.v1.ShadowService": ShadowServicer(store, tokens),
        "corridor.providers.v1.SweepService": SweepServicer(store, tokens, parts.sweeps.beginning, parts.waker),
        "corridor.sandbox.v1.ClockService": ClockServicer(
            store, parts.following, parts.offsets, clock, machine, parts.waker
        ),
        "corridor.usage.v1.UsageService": UsageServicer(store, tokens, Deprecated(contract.methods()), machine),
        "corridor.vault.v1.DataPolicyService": DataPolicyServicer(store, tokens, parts.settings.region),
        "corridor.vault.v1.ErasureService": ErasureServicer(store, tokens),
        "corridor.vault.v1.VaultTokenService": vault_tokens,
        "corridor.webhooks.v1.DeliveryService": DeliveryServicer(store, tokens, parts.waker),
        "corridor.webhooks.v1.InboundDeliveryService": inbound,
        "corridor.webhooks.v1.WebhookEndpointService": endpoints,
    }


def _payouts(parts: Parts) -> PayoutServicer:
    return PayoutServicer(
        store=parts.store,
        payouts=parts.payouts,
        beneficiaries=parts.beneficiaries,
        settings=parts.payout_settings,
        flows=parts.flows,
        quotes=Quotes(parts.store, parts.connections, parts.providers, parts.clock, parts.routing.router),
        features=parts.routing.features,
        timeline=Timeline(parts.store, observing.describe),
        tokens=parts.tokens,
        waker=parts.waker,
        clock=parts.clock,
    )


def _payments(parts: Parts, accepting: AcceptingPayments) -> PaymentServicer:
    return PaymentServicer(
        store=parts.store,
        payments=parts.payments,
        accepting=accepting,
        flows=parts.payment_flows,
        waiting=WaitingForPayments(parts.payments, parts.settings.threads // 2),
        features=parts.routing.features,
        timeline=Timeline(parts.store, payments_meaning.described),
        tokens=parts.tokens,
        waker=parts.waker,
        clock=parts.clock,
    )


def _disputes(parts: Parts) -> DisputeServicer:
    return DisputeServicer(
        store=parts.store,
        disputes=parts.disputes,
        invoker=parts.invoker,
        timeline=Timeline(parts.store, disputes_meaning.described),
        tokens=parts.tokens,
        waker=parts.waker,
        clock=parts.clock,
    )
