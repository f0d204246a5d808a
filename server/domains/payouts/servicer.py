"""The PayoutService: reads the context, asks the policy, changes or reads payouts, answers."""

from datetime import UTC
from typing import Any

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1 import payout_pb2, payout_reason_pb2
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from server.domains.payouts import consent, policy, statement
from server.domains.payouts.beneficiaries import Beneficiaries, SettingsOfCompanies
from server.domains.payouts.ends import CREATE
from server.domains.payouts.flows import Flows
from server.domains.payouts.lifecycle import ACCEPTED, CANCELLED, EVENTS, HELD, PENDING, SENT
from server.domains.payouts.quotes import Quotes
from server.domains.payouts.repository import DISPATCH, FOLLOW, Acceptance, Payouts
from server.domains.payouts.routed import DOMAIN, facts, note_bank
from server.domains.payouts.spending import SpendingLimitReached
from server.kit import etags, ids
from server.kit.clock import Clock
from server.kit.context import Context, current
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.platform.routing.features import Features
from server.platform.timeline import Timeline
from server.store import attempts, audit, idempotency, locks, work
from server.store.engine import Connection, Store
from server.store.wake import Waker


class PayoutServicer:
    """corridor.payouts.v1.PayoutService."""

    def __init__(
        self,
        *,
        store: Store,
        payouts: Payouts,
        beneficiaries: Beneficiaries,
        settings: SettingsOfCompanies,
        flows: Flows,
        quotes: Quotes,
        features: Features,
        timeline: Timeline,
        tokens: PageTokens,
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._store = store
        self._payouts = payouts
        self._beneficiaries = beneficiaries
        self._settings = settings
        self._flows = flows
        self._quotes = quotes
        self._features = features
        self._timeline = timeline
        self._tokens = tokens
        self._waker = waker
        self._clock = clock

    def CreatePayout(self, request: api.CreatePayoutRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a payout: one statement, one answer."""
        context = current()
        consent.check_own(context, request.consent_id)
        beneficiary = self._beneficiary(context, request.beneficiary_id)
        settings = self._settings.get(context)
        decision = policy.accept(request.amount, request.rail, beneficiary, settings)
        payout = Payout(
            payout_id=ids.new("po"),
            state=decision.state,
            beneficiary_id=request.beneficiary_id,
            amount=request.amount,
            reference=request.reference,
            statement_text=statement.text(request.reference, decision.rail),
            rail=decision.rail,
            environment=context.who.environment,
            reason=decision.reason,
            revision=1,
            correlation_id=context.correlation_id,
            metadata=request.metadata,
            # What a person lets a client do ends with their consent.
            consent_id=request.consent_id or context.who.consent_id,
            sandbox_scenario=context.sandbox_scenario,
            customer=request.customer if request.HasField("customer") else None,
        )
        note_bank(payout, beneficiary)
        self._features.check(context, DOMAIN, lambda: facts(payout))
        payout.create_time.FromDatetime(self._clock.now())
        payout.update_time.CopyFrom(payout.create_time)
        context.resource_id = payout.payout_id
        response = api.CreatePayoutResponse(payout=payout).SerializeToString(deterministic=True)
        event = EVENTS[decision.state](payout=payout)
        try:
            spending = policy.spending(payout, settings)
            stored = self._payouts.accept(context, Acceptance(payout, response, event, spending))
        except SpendingLimitReached as limit:
            raise policy.spending_refused(settings, limit.name, limit.count, limit.amount_minor) from None
        if stored is not None:
            raise idempotency.answer_stored(context, stored)
        self._waker.wake()
        return response

    def GetPayout(self, request: api.GetPayoutRequest, _: grpc.ServicerContext) -> api.GetPayoutResponse:
        """One payout."""
        return api.GetPayoutResponse(payout=self._found(current(), request.payout_id))

    def ListPayouts(self, request: api.ListPayoutsRequest, _: grpc.ServicerContext) -> api.ListPayoutsResponse:
        """A page of payouts."""
        context = current()
        page = self._tokens.page(context, request)
        where: list[tuple[str, object]] = []
        if request.states:
            where.append(("state = ANY(%s)", list(request.states)))
        if request.beneficiary_id:
            where.append(("beneficiary_id = %s", request.beneficiary_id))
        if context.who.consent_id:
            where.append((consent.RESTING, context.who.consent_id))
        if request.created.HasField("start_time"):
            where.append(("create_time >= %s", request.created.start_time.ToDatetime(UTC)))
        if request.created.HasField("end_time"):
            where.append(("create_time < %s", request.created.end_time.ToDatetime(UTC)))
        found = self._payouts.page(context, where, page.after, page.size + 1)
        response = api.ListPayoutsResponse(payouts=found[: page.size])
        if len(found) > page.size:
            response.next_page_token = self._tokens.next(context, request, found[page.size - 1].payout_id)
        return response

    def CancelPayout(self, request: api.CancelPayoutRequest, _: grpc.ServicerContext) -> bytes:
        """Stop a payout where that is certain; a provider that has it is asked first."""
        context = current()
        idempotency.check(self._store, context)
        payout = self._found(context, request.payout_id)
        if payout.state in (SENT, PENDING) and payout.provider_reference and not self._flows.cancel(context, payout):
            raise fail(reasons.ERROR_REASON_UNAVAILABLE, "The provider gave no answer.", retry_after_seconds=2.0)
        with idempotency.once(self._store, context) as (connection, answer):
            payout = self._locked(connection, context, request.payout_id)
            if payout.state in (ACCEPTED, HELD):
                self._check_untouched(connection, context, payout)
                payout.reason = payout_reason_pb2.PAYOUT_REASON_CANCELLED_BY_COMPANY
                self._payouts.change(connection, context, payout, CANCELLED)
            elif payout.state != CANCELLED:
                state = payout_pb2.PayoutState.Name(payout.state)
                raise fail(reasons.ERROR_REASON_PAYOUT_NOT_CANCELLABLE, f"The payout is {state}.", state=state)
            return self._answered(connection, context, answer, payout, api.CancelPayoutResponse(payout=payout))

    def RetryPayout(self, request: api.RetryPayoutRequest, _: grpc.ServicerContext) -> bytes:
        """Move on a payout that waits: send it, or ask about it."""
        context = current()
        with idempotency.once(self._store, context) as (connection, answer):
            payout = self._locked(connection, context, request.payout_id)
            kind = DISPATCH if payout.state == ACCEPTED else FOLLOW
            moved = payout.state in (ACCEPTED, SENT, PENDING) and work.bring_back(
                connection, context.who.company_id, context.who.environment, kind, f"{kind}/{payout.payout_id}"
            )
            if not moved:
                state = payout_pb2.PayoutState.Name(payout.state)
                raise fail(
                    reasons.ERROR_REASON_PAYOUT_NOT_RETRYABLE,
                    f"Nothing of the payout waits; it is {state}.",
                    state=state,
                )
            return self._answered(connection, context, answer, payout, api.RetryPayoutResponse(payout=payout))

    def ReleasePayout(self, request: api.ReleasePayoutRequest, _: grpc.ServicerContext) -> bytes:
        """Let a held payout go."""
        context = current()
        with idempotency.once(self._store, context) as (connection, answer):
            payout = self._locked(connection, context, request.payout_id)
            if payout.state != HELD:
                state = payout_pb2.PayoutState.Name(payout.state)
                raise fail(reasons.ERROR_REASON_PAYOUT_NOT_HELD, f"The payout is {state}.", state=state)
            payout.reason = payout_reason_pb2.PAYOUT_REASON_UNSPECIFIED
            self._payouts.change(connection, context, payout, ACCEPTED)
            self._payouts.schedule(connection, context, DISPATCH, payout)
            return self._answered(connection, context, answer, payout, api.ReleasePayoutResponse(payout=payout))

    def QuotePayout(self, request: api.QuotePayoutRequest, _: grpc.ServicerContext) -> api.QuotePayoutResponse:
        """Which way a payout would take."""
        context = current()
        beneficiary = self._beneficiary(context, request.beneficiary_id)
        decision = policy.accept(request.amount, request.rail, beneficiary, self._settings.get(context))
        return api.QuotePayoutResponse(quote=self._quotes.quote(context, request.amount, decision.rail))

    def GetPayoutTimeline(
        self, request: api.GetPayoutTimelineRequest, _: grpc.ServicerContext
    ) -> api.GetPayoutTimelineResponse:
        """Everything that happened to a payout."""
        context = current()
        payout = self._found(context, request.payout_id)
        return api.GetPayoutTimelineResponse(entries=self._timeline.of(context, payout.payout_id))

    def GetPayoutSettings(
        self, _request: api.GetPayoutSettingsRequest, _: grpc.ServicerContext
    ) -> api.GetPayoutSettingsResponse:
        """What the company allows."""
        with self._store.mine() as connection:
            return api.GetPayoutSettingsResponse(settings=self._settings.read(connection, current()))

    def UpdatePayoutSettings(self, request: api.UpdatePayoutSettingsRequest, _: grpc.ServicerContext) -> bytes:
        """Replace what the company allows."""
        context = current()
        policy.check_settings(request.settings)
        with idempotency.once(self._store, context) as (connection, answer):
            locks.alone(connection, context, "payout settings")
            etags.check(context, self._settings.read(connection, context))
            self._settings.put(connection, context, request.settings)
            audit.record(connection, context, "")
            return answer("", api.UpdatePayoutSettingsResponse(settings=request.settings))

    def _answered(self, connection: Connection, context: Context, answer: Any, payout: Payout, response: Any) -> bytes:
        audit.record(connection, context, payout.payout_id)
        data: bytes = answer(payout.payout_id, response)
        self._waker.wake()
        return data

    def _check_untouched(self, connection: Connection, context: Context, payout: Payout) -> None:
        """Raise unless it is certain that no provider has the payout."""
        made = attempts.of(connection, context, payout.payout_id, CREATE)
        if any(attempt.outcome in MAY_HAVE_ACTED for attempt in made):
            raise fail(
                reasons.ERROR_REASON_STATE_CONFLICT, "The payout is being sent at this moment.", retry_after_seconds=2.0
            )

    def _beneficiary(self, context: Context, beneficiary_id: str) -> Beneficiary:
        found = self._beneficiaries.readable(context, beneficiary_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_BENEFICIARY_NOT_FOUND, f"There is no beneficiary {beneficiary_id}.")
        return found

    def _found(self, context: Context, payout_id: str) -> Payout:
        context.resource_id = payout_id
        payout = self._payouts.get(context, payout_id)
        if payout is None or not consent.concerns(context, payout):
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no payout {payout_id}.")
        return payout

    def _locked(self, connection: Connection, context: Context, payout_id: str) -> Payout:
        context.resource_id = payout_id
        payout = self._payouts.lock(connection, context, payout_id)
        if payout is None or not consent.concerns(context, payout):
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no payout {payout_id}.")
        return payout
