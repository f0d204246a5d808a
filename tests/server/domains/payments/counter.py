"""A company's payments at acquirers over real HTTP, round a server and a worker. Nothing waits for backoff."""

from dataclasses import dataclass
from typing import Any

from corridor.payments.v1 import payment_action_pb2 as steps
from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_pb2 import Payment, PaymentMethod
from corridor.payments.v1.refund_pb2 import Refund
from corridor.providers.v1 import route_service_pb2
from server.store.attempts import Outcome
from tests.server import people
from tests.server.domains.payments.till import euros
from tests.server.flows.stage import ON, Stage, Vendor

MANUAL, AUTOMATIC = states.CAPTURE_METHOD_MANUAL, states.CAPTURE_METHOD_AUTOMATIC
ENDED = {steps.PAYMENT_ACTION_STATE_SUCCEEDED, steps.PAYMENT_ACTION_STATE_FAILED}


@dataclass
class Counter:
    """What a test of sending works with."""

    flow: Stage

    def route(self, primary: Vendor, standby: Vendor | None = None, mode: int = ON) -> None:
        """Send payments over these vendors."""
        request = route_service_pb2.SetRouteRequest(
            domain="payments", mode=mode, primary_connection_id=primary.connection_id,  # type: ignore[arg-type] # a mode
            standby_connection_id=standby.connection_id if standby else "",
        )  # fmt: skip
        self.flow.client.call("RouteService/SetRoute", request)

    def pay(self, token: str = "tok_visa", *, minor: int = 30_00, method: int = MANUAL, **more: Any) -> Payment:
        """A new payment."""
        request = api.CreatePaymentRequest(
            amount=euros(minor), payment_method=PaymentMethod(token=token),
            capture_method=method, **more,  # type: ignore[arg-type] # one of the two
        )  # fmt: skip
        made: Payment = self.flow.client.call("PaymentService/CreatePayment", request, key=people.new_key()).payment
        return made

    def authorised(self, token: str = "tok_visa", **more: Any) -> Payment:
        """A payment once it is authorised."""
        return self.reaches(self.pay(token, **more), states.PAYMENT_STATE_AUTHORISED)

    def captured(self, token: str = "tok_visa", **more: Any) -> Payment:
        """A payment once it is captured, by itself."""
        return self.reaches(self.pay(token, method=AUTOMATIC, **more), states.PAYMENT_STATE_CAPTURED)

    def act(self, payment: Payment, name: str, **more: Any) -> PaymentAction:
        """An action by the name of its RPC, such as `Capture`."""
        request = getattr(api, f"{name}PaymentRequest")(payment_id=payment.payment_id, **more)
        answer = self.flow.client.call(f"PaymentService/{name}Payment", request, key=people.new_key())
        made: PaymentAction = answer.payment_action
        return made

    def refund(self, payment: Payment) -> Refund:
        """A refund of all."""
        request = refunds.CreateRefundRequest(payment_id=payment.payment_id)
        made: Refund = self.flow.client.call("RefundService/CreateRefund", request, key=people.new_key()).refund
        return made

    def retry(self, payment: Payment) -> None:
        """Have what waits moved on."""
        request = api.RetryPaymentRequest(payment_id=payment.payment_id)
        self.flow.client.call("PaymentService/RetryPayment", request, key=people.new_key())

    def now(self, payment: Payment) -> Payment:
        """The payment as it is."""
        request = api.GetPaymentRequest(payment_id=payment.payment_id)
        found: Payment = self.flow.client.call("PaymentService/GetPayment", request).payment
        return found

    def reaches(self, payment: Payment, state: int) -> Payment:
        """The payment once it is in a state."""
        found: Payment = self.flow.soon(
            lambda: (seen := self.now(payment)).state == state and seen, what=f"state {state}"
        )
        return found

    def ends(self, payment: Payment, step: PaymentAction | Refund) -> Any:
        """An action or refund once it has succeeded or failed."""

        def found() -> Any:
            call = self.flow.client.call
            if isinstance(step, Refund):
                return call("RefundService/GetRefund", refunds.GetRefundRequest(refund_id=step.refund_id)).refund
            one = api.GetPaymentActionRequest(payment_id=payment.payment_id, payment_action_id=step.payment_action_id)
            return call("PaymentService/GetPaymentAction", one).payment_action

        return self.flow.soon(lambda: (seen := found()).state in ENDED and seen, what="an end")

    def outcomes(self, resource_id: str, operation: str) -> list[Outcome]:
        """The outcome of every attempt, in order, once each has one: a webhook may tell of a call before its end."""
        self.flow.soon(lambda: Outcome.OPEN not in self._outcomes(resource_id, operation))
        return self._outcomes(resource_id, operation)

    def _outcomes(self, resource_id: str, operation: str) -> list[Outcome]:
        with people.rows(self.flow.corridor, self.flow.client) as connection:
            rows = connection.execute(
                "SELECT outcome FROM corridor.attempts WHERE resource_id = %s AND operation = %s ORDER BY attempt_id",
                (resource_id, operation),
            ).fetchall()
        return [Outcome(row[0]) for row in rows]


def books(vendor: Vendor, kind: str) -> list[int]:
    """The amounts of a kind in a vendor's books."""
    return [entry.amount_minor for entry in vendor.simulator.books() if entry.kind == kind]


def keys(vendor: Vendor, operation: str) -> list[str]:
    """The idempotency keys with which a vendor was asked for something."""
    return [
        request.headers.get("idempotency-key", "") for name, request in vendor.simulator.requests if name == operation
    ]
