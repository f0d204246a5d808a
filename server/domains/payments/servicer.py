"""The PaymentService: reads the context, asks the policy, changes or reads payments, answers."""

from datetime import UTC

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_pb2 import (
    CAPTURE_METHOD_AUTOMATIC,
    PAYMENT_METHOD_TYPE_CARD,
    Payment,
    PaymentState,
)
from server.domains.payments import policy
from server.domains.payments import steps as stepping
from server.domains.payments.accepting import Accepting, Locked, concerns
from server.domains.payments.disputes.taking import taken_minor
from server.domains.payments.flows import Flows
from server.domains.payments.lifecycle import ACCEPTED, EVENTS, REQUIRES_ACTION, STEP_SUCCEEDED
from server.domains.payments.repository import DISPATCH, FOLLOW, Acceptance, Payments
from server.domains.payments.routed import DOMAIN, facts
from server.domains.payments.sent_payments import AUTHORISE
from server.domains.payments.steps import CAPTURE, INCREMENT, REFUND, REVERSAL, VOID, Step
from server.domains.payments.waiting import Waiting
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context, current
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.platform.routing.features import Features
from server.platform.timeline import Timeline
from server.store import attempts, audit, idempotency, work
from server.store.attempts import Outcome
from server.store.engine import Store
from server.store.wake import Waker


class PaymentServicer:
    """corridor.payments.v1.PaymentService."""

    def __init__(
        self,
        *,
        store: Store,
        payments: Payments,
        accepting: Accepting,
        flows: Flows,
        waiting: Waiting,
        features: Features,
        timeline: Timeline,
        tokens: PageTokens,
        waker: Waker,
        clock: Clock,
    ) -> None:
        self._store = store
        self._payments = payments
        self._accepting = accepting
        self._flows = flows
        self._waiting = waiting
        self._features = features
        self._timeline = timeline
        self._tokens = tokens
        self._waker = waker
        self._clock = clock

    def CreatePayment(self, request: api.CreatePaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a payment: one statement, one answer."""
        context = current()
        if not concerns(context):
            raise fail(reasons.ERROR_REASON_PERMISSION_DENIED, "The token rests on a consent; payments rest on none.")
        policy.check_amount(request.amount)
        payment = Payment(
            payment_id=ids.new("pay"),
            state=ACCEPTED,
            amount=request.amount,
            payment_method=request.payment_method,
            capture_method=request.capture_method or CAPTURE_METHOD_AUTOMATIC,
            partial_approval_allowed=request.partial_approval_allowed,
            reference=request.reference,
            statement_text=request.statement_text,
            return_url=request.return_url,
            environment=context.who.environment,
            revision=1,
            correlation_id=context.correlation_id,
            metadata=request.metadata,
            sandbox_scenario=context.sandbox_scenario,
            customer=request.customer if request.HasField("customer") else None,
            country_code=request.country_code,
        )
        payment.payment_method.type = payment.payment_method.type or PAYMENT_METHOD_TYPE_CARD
        payment.create_time.FromDatetime(self._clock.now())
        payment.update_time.CopyFrom(payment.create_time)
        self._features.check(context, DOMAIN, lambda: facts(payment))
        context.resource_id = payment.payment_id
        response = api.CreatePaymentResponse(payment=payment).SerializeToString(deterministic=True)
        stored = self._payments.accept(context, Acceptance(payment, response, EVENTS[ACCEPTED](payment=payment)))
        if stored is not None:
            raise idempotency.answer_stored(context, stored)
        self._waker.wake()
        return response

    def GetPayment(self, request: api.GetPaymentRequest, _: grpc.ServicerContext) -> api.GetPaymentResponse:
        """One payment, at once or as soon as it is answered."""
        context = current()
        payment = self._found(context, request.payment_id)
        return api.GetPaymentResponse(payment=self._waiting.answered(context, payment, request.wait_seconds))

    def ListPayments(self, request: api.ListPaymentsRequest, _: grpc.ServicerContext) -> api.ListPaymentsResponse:
        """A page of payments."""
        context = current()
        page = self._tokens.page(context, request)
        where: list[tuple[str, object]] = []
        if request.states:
            where.append(("state = ANY(%s)", list(request.states)))
        if request.created.HasField("start_time"):
            where.append(("create_time >= %s", request.created.start_time.ToDatetime(UTC)))
        if request.created.HasField("end_time"):
            where.append(("create_time < %s", request.created.end_time.ToDatetime(UTC)))
        found = self._payments.page(context, where, page.after, page.size + 1) if concerns(context) else []
        response = api.ListPaymentsResponse(payments=found[: page.size])
        if len(found) > page.size:
            response.next_page_token = self._tokens.next(context, request, found[page.size - 1].payment_id)
        return response

    def ContinuePayment(self, request: api.ContinuePaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Tell the provider what the customer brought back, and answer with what it says."""
        context = current()
        idempotency.check(self._store, context)
        payment = self._found(context, request.payment_id)
        if payment.state != REQUIRES_ACTION:
            return self._went_on(context, payment)
        if any(stepping.is_open(step) for step in self._steps(context, payment)):
            raise _not_continuable(payment, "The payment is being voided.")
        continued = self._flows.go_on(context, payment, dict(request.details))
        if continued.ended.outcome == Outcome.UNAVAILABLE:
            raise fail(reasons.ERROR_REASON_UNAVAILABLE, "The provider did not take it.", retry_after_seconds=2.0)
        if continued.ended.outcome == Outcome.REJECTED:
            raise _not_continuable(payment, "The provider refused what the customer brought back.")
        with self._accepting.locked(context, request.payment_id) as now:
            if continued.payment is None:  # what came of it is not known: it is asked about at once
                self._bring_back(now, context, FOLLOW)
            audit.record(now.connection, context, now.payment.payment_id)
            return now.answer(now.payment.payment_id, api.ContinuePaymentResponse(payment=now.payment))

    def _went_on(self, context: Context, payment: Payment) -> bytes:
        """The payment as it is, where its customer has acted and it went on: by an earlier call, or at the provider.

        Refusing that would look like a failure, and the customer could be charged again.
        """
        with self._accepting.locked(context, payment.payment_id) as now:
            if not self._payments.has_required_action(now.connection, context, payment.payment_id):
                raise _not_continuable(now.payment)
            audit.record(now.connection, context, now.payment.payment_id)
            return now.answer(now.payment.payment_id, api.ContinuePaymentResponse(payment=now.payment))

    def CapturePayment(self, request: api.CapturePaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a capture."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            wanted = request.amount if request.HasField("amount") else None
            taking = policy.capture(now.payment, now.steps, now.can, wanted, final=request.final)
            step = self._action(context, CAPTURE, now.payment, taking.amount_minor)
            step.final_capture = taking.final
            return self._accepting.accept(context, now, step, lambda: api.CapturePaymentResponse(payment_action=step))

    def IncrementPayment(self, request: api.IncrementPaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Accept an increment."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            policy.check_increment(now.payment, now.steps, now.can, request.amount)
            step = self._action(context, INCREMENT, now.payment, request.amount.amount_minor)
            return self._accepting.accept(context, now, step, lambda: api.IncrementPaymentResponse(payment_action=step))

    def VoidPayment(self, request: api.VoidPaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a void; it is done at once where no provider has the payment."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            step = self._action(context, VOID, now.payment)
            if now.payment.state == ACCEPTED:
                self._check_untouched(now, context)
                step.state = STEP_SUCCEEDED
            else:
                policy.check_void(now.payment, now.steps)
            return self._accepting.accept(context, now, step, lambda: api.VoidPaymentResponse(payment_action=step))

    def ReversePayment(self, request: api.ReversePaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a reversal."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            disputed = taken_minor(now.connection, context, now.payment)
            policy.check_reversal(now.payment, now.steps, now.can, disputed_minor=disputed)
            step = self._action(context, REVERSAL, now.payment)
            return self._accepting.accept(context, now, step, lambda: api.ReversePaymentResponse(payment_action=step))

    def RetryPayment(self, request: api.RetryPaymentRequest, _: grpc.ServicerContext) -> bytes:
        """Move on what waits of a payment: send it, or ask about it."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            if not self._bring_back(now, context, DISPATCH) + self._bring_back(now, context, FOLLOW):
                state = PaymentState.Name(now.payment.state)
                why = f"Nothing of the payment waits; it is {state}."
                raise fail(reasons.ERROR_REASON_PAYMENT_NOT_RETRYABLE, why, state=state)
            audit.record(now.connection, context, now.payment.payment_id)
            return now.answer(now.payment.payment_id, api.RetryPaymentResponse(payment=now.payment))

    def GetPaymentAction(
        self, request: api.GetPaymentActionRequest, _: grpc.ServicerContext
    ) -> api.GetPaymentActionResponse:
        """One action of a payment."""
        context = current()
        payment = self._found(context, request.payment_id)
        for step in self._steps(context, payment):
            if isinstance(step, PaymentAction) and step.payment_action_id == request.payment_action_id:
                return api.GetPaymentActionResponse(payment_action=step)
        raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no action {request.payment_action_id} of the payment.")

    def ListPaymentActions(
        self, request: api.ListPaymentActionsRequest, _: grpc.ServicerContext
    ) -> api.ListPaymentActionsResponse:
        """A page of a payment's actions."""
        context = current()
        payment = self._found(context, request.payment_id)
        page = self._tokens.page(context, request)
        where: dict[str, object] = {
            "payment_id": payment.payment_id,
            "kind": [CAPTURE, INCREMENT, VOID, REVERSAL],
        }
        with self._store.mine() as connection:
            found, more = self._payments.step_page(connection, context, page, where)
        actions = [step for step in found if isinstance(step, PaymentAction)]
        following = self._tokens.next(context, request, actions[-1].payment_action_id) if more else ""
        return api.ListPaymentActionsResponse(payment_actions=actions, next_page_token=following)

    def GetPaymentTimeline(
        self, request: api.GetPaymentTimelineRequest, _: grpc.ServicerContext
    ) -> api.GetPaymentTimelineResponse:
        """Everything that happened to a payment, its actions and refunds."""
        context = current()
        payment = self._found(context, request.payment_id)
        resource_ids = [payment.payment_id, *(stepping.id_of(step) for step in self._steps(context, payment))]
        entries = [entry for each in resource_ids for entry in self._timeline.of(context, each)]
        entries.sort(key=lambda entry: (entry.time.seconds, entry.time.nanos, entry.kind))
        return api.GetPaymentTimelineResponse(entries=entries)

    def _action(self, context: Context, kind: int, payment: Payment, amount_minor: int = 0) -> PaymentAction:
        assert kind != REFUND
        step = stepping.new(kind, payment)
        assert isinstance(step, PaymentAction)
        step.amount.currency_code, step.amount.amount_minor = payment.amount.currency_code, amount_minor
        step.sandbox_scenario = context.sandbox_scenario
        return step

    def _check_untouched(self, now: Locked, context: Context) -> None:
        """Raise unless it is certain that no provider has the payment."""
        made = attempts.of(now.connection, context, now.payment.payment_id, AUTHORISE)
        if any(attempt.outcome in MAY_HAVE_ACTED for attempt in made):
            why = "The payment is being sent at this moment."
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, why, retry_after_seconds=2.0)

    def _bring_back(self, now: Locked, context: Context, kind: str) -> int:
        who, lane = context.who, f"{kind}/{now.payment.payment_id}%"
        return work.bring_back(now.connection, who.company_id, who.environment, kind, lane)

    def _steps(self, context: Context, payment: Payment) -> list[Step]:
        with self._store.mine() as connection:
            return self._payments.steps(connection, context, payment.payment_id)

    def _found(self, context: Context, payment_id: str) -> Payment:
        context.resource_id = payment_id
        payment = self._payments.get(context, payment_id)
        if payment is None or not concerns(context):
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no payment {payment_id}.")
        return payment


def _not_continuable(payment: Payment, why: str = "") -> Exception:
    state = PaymentState.Name(payment.state)
    return fail(reasons.ERROR_REASON_PAYMENT_NOT_CONTINUABLE, why or f"The payment is {state}.", state=state)
