"""The RefundService: gives captured payments back, as far as the policy allows."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payments.v1 import refund_service_pb2 as api
from corridor.payments.v1.refund_pb2 import Refund
from server.domains.payments import policy
from server.domains.payments import steps as stepping
from server.domains.payments.accepting import Accepting, concerns
from server.domains.payments.disputes.taking import taken_minor
from server.domains.payments.repository import Payments
from server.domains.payments.steps import REFUND
from server.kit.context import current
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.store.engine import Store


class RefundServicer:
    """corridor.payments.v1.RefundService."""

    def __init__(self, store: Store, payments: Payments, accepting: Accepting, tokens: PageTokens) -> None:
        self._store = store
        self._payments = payments
        self._accepting = accepting
        self._tokens = tokens

    def CreateRefund(self, request: api.CreateRefundRequest, _: grpc.ServicerContext) -> bytes:
        """Accept a refund."""
        context = current()
        with self._accepting.locked(context, request.payment_id) as now:
            wanted = request.amount if request.HasField("amount") else None
            disputed = taken_minor(now.connection, context, now.payment)
            amount_minor = policy.refund(now.payment, now.steps, now.can, wanted, disputed_minor=disputed)
            step = stepping.new(REFUND, now.payment)
            assert isinstance(step, Refund)
            step.amount.currency_code, step.amount.amount_minor = now.payment.amount.currency_code, amount_minor
            step.reason, step.reference = request.reason, request.reference
            step.metadata.update(request.metadata)
            step.sandbox_scenario = context.sandbox_scenario
            return self._accepting.accept(context, now, step, lambda: api.CreateRefundResponse(refund=step))

    def GetRefund(self, request: api.GetRefundRequest, _: grpc.ServicerContext) -> api.GetRefundResponse:
        """One refund."""
        context = current()
        context.resource_id = request.refund_id
        with self._store.mine() as connection:
            payment_id = self._payments.payment_of(connection, context, request.refund_id)
            steps = self._payments.steps(connection, context, payment_id) if payment_id else []
        for step in steps:
            if isinstance(step, Refund) and step.refund_id == request.refund_id and concerns(context):
                return api.GetRefundResponse(refund=step)
        raise _no_such_refund(request.refund_id)

    def ListRefunds(self, request: api.ListRefundsRequest, _: grpc.ServicerContext) -> api.ListRefundsResponse:
        """A page of refunds."""
        context = current()
        page = self._tokens.page(context, request)
        if not concerns(context):
            return api.ListRefundsResponse()
        where: dict[str, object] = {
            "kind": REFUND,
            "payment_id": request.payment_id,
            "state": list(request.states),
        }
        with self._store.mine() as connection:
            found, more = self._payments.step_page(connection, context, page, where)
        refunds = [step for step in found if isinstance(step, Refund)]
        following = self._tokens.next(context, request, refunds[-1].refund_id) if more else ""
        return api.ListRefundsResponse(refunds=refunds, next_page_token=following)


def _no_such_refund(refund_id: str) -> Failure:
    return fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no refund {refund_id}.")
