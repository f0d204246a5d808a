"""A company's payments in a running server, and what a provider says of them, told straight to the one door.

No provider is called: what is sent to one is tested with simulators, in test_payment_sending.py.
"""

from dataclasses import dataclass, field
from typing import Any

from corridor.payments.v1 import payment_observation_pb2 as seen
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import (
    CAPTURE_METHOD_AUTOMATIC,
    CAPTURE_METHOD_MANUAL,
    Payment,
    PaymentMethod,
)
from corridor.payments.v1.refund_pb2 import Refund
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.type.v1.money_pb2 import Money
from server.domains.payments.scene import Observed
from server.kit.context import Caller, Context
from server.store.observations import Source
from tests.server import people
from tests.serving import SANDBOX, Client, Running

STEP_SENT = seen.PAYMENT_STEP_STATE_SENT
REQUIRES_ACTION = seen.PAYMENT_STEP_STATE_REQUIRES_ACTION
SUCCEEDED = seen.PAYMENT_STEP_STATE_SUCCEEDED
DECLINED = seen.PAYMENT_STEP_STATE_DECLINED
FAILED = seen.PAYMENT_STEP_STATE_FAILED
CANCELLED = seen.PAYMENT_STEP_STATE_CANCELLED
EXPIRED = seen.PAYMENT_STEP_STATE_EXPIRED

AUTHORISATION = seen.PAYMENT_STEP_AUTHORISATION
CAPTURE = seen.PAYMENT_STEP_CAPTURE
INCREMENT = seen.PAYMENT_STEP_INCREMENT
VOID = seen.PAYMENT_STEP_VOID
REVERSAL = seen.PAYMENT_STEP_REVERSAL
REFUND = seen.PAYMENT_STEP_REFUND


def euros(minor: int) -> Money:
    """An amount."""
    return Money(currency_code="EUR", amount_minor=minor)


@dataclass
class Till:
    """One company that takes payments, over a connection that is never called."""

    corridor: Running
    company_id: str
    client: Client
    connection_id: str = ""
    other_connection_id: str = ""
    _said: int = field(default=0)

    def create(self, minor: int = 30_00, *, manual: bool = True, key: str = "", **more: Any) -> Payment:
        """A payment that was accepted."""
        request = api.CreatePaymentRequest(
            amount=euros(minor),
            payment_method=PaymentMethod(token="tok_visa"),
            capture_method=CAPTURE_METHOD_MANUAL if manual else CAPTURE_METHOD_AUTOMATIC,
            **more,
        )
        made: Payment = self.client.call("PaymentService/CreatePayment", request, key=key or people.new_key()).payment
        return made

    def sent(self, minor: int = 30_00, **more: Any) -> Payment:
        """A payment that the provider has, or may have."""
        made = self.create(minor, **more)
        parts, who = self.corridor.parts, self.context()
        with parts.store.transaction(self.company_id, SANDBOX) as connection:
            locked = parts.payments.lock(connection, who, made.payment_id)
            assert locked is not None
            locked.connection_id, locked.provider = self.connection_id, "sandbox"
            parts.payments.save(connection, who, locked)
        self.says(made, AUTHORISATION, STEP_SENT)
        return made

    def authorised(self, minor: int = 30_00, **more: Any) -> Payment:
        """A payment that is authorised, or captured where that comes by itself."""
        made = self.sent(minor, **more)
        self.says(made, AUTHORISATION, SUCCEEDED, minor, captured=not more.get("manual", True))
        return made

    def says(
        self,
        payment: Payment,
        step: int,
        state: int,
        minor: int | None = None,
        *,
        connection_id: str = "",
        source: Source = Source.WEBHOOK,
        **more: Any,
    ) -> Observed:
        """The provider says something of a step of the payment."""
        said = PaymentObservation(payment_id=payment.payment_id, **more)
        said.step, said.state = seen.PaymentStep.ValueType(step), seen.PaymentStepState.ValueType(state)
        if minor is not None:
            said.amount.CopyFrom(euros(minor))
        self._said += 1
        found = self.corridor.parts.payment_flows.observing.observe(
            self.context(), payment.payment_id, connection_id or self.connection_id, said, source, f"said-{self._said}"
        )
        assert found is not None
        return found

    def captures(self, payment: Payment, minor: int = 0, *, final: bool = False, key: str = "") -> PaymentAction:
        """A capture that was accepted; all that is left without an amount."""
        request = api.CapturePaymentRequest(payment_id=payment.payment_id, final=final)
        if minor:
            request.amount.CopyFrom(euros(minor))
        made: PaymentAction = self.client.call(
            "PaymentService/CapturePayment", request, key=key or people.new_key()
        ).payment_action
        return made

    def captured(self, payment: Payment, minor: int = 0, **more: Any) -> PaymentAction:
        """A capture that was done."""
        made = self.captures(payment, minor, **more)
        self.says(payment, CAPTURE, SUCCEEDED, made.amount.amount_minor, step_id=made.payment_action_id)
        return made

    def refunds(self, payment: Payment, minor: int = 0) -> Refund:
        """A refund that was accepted."""
        request = refunds.CreateRefundRequest(payment_id=payment.payment_id)
        if minor:
            request.amount.CopyFrom(euros(minor))
        made: Refund = self.client.call("RefundService/CreateRefund", request, key=people.new_key()).refund
        return made

    def act(self, payment: Payment, name: str, **more: Any) -> PaymentAction:
        """An action by the name of its RPC, such as `Void`."""
        request = getattr(api, f"{name}PaymentRequest")(payment_id=payment.payment_id, **more)
        answer = self.client.call(f"PaymentService/{name}Payment", request, key=people.new_key())
        made: PaymentAction = answer.payment_action
        return made

    def refusal(self, payment: Payment, name: str, **more: Any) -> str:
        """Why an action is refused."""
        service, message = ("RefundService", refunds) if name == "CreateRefund" else ("PaymentService", api)
        request = getattr(message, f"{name}Request")(payment_id=payment.payment_id, **more)
        return people.refused(self.client, f"{service}/{name}", request, key=people.new_key()).reason

    def now(self, payment: Payment) -> Payment:
        """The payment as it is."""
        request = api.GetPaymentRequest(payment_id=payment.payment_id)
        found: Payment = self.client.call("PaymentService/GetPayment", request).payment
        return found

    def actions(self, payment: Payment) -> list[PaymentAction]:
        """What was done with it, the first first."""
        request = api.ListPaymentActionsRequest(payment_id=payment.payment_id)
        found = self.client.call("PaymentService/ListPaymentActions", request).payment_actions
        return list(reversed(found))

    def amounts(self, payment: Payment) -> tuple[int, int, int, int]:
        """What is authorised, captured, can be captured, and was refunded."""
        now = self.now(payment)
        return now.authorised_minor, now.captured_minor, now.capturable_minor, now.refunded_minor

    def events(self, resource_id: str) -> list[str]:
        """The types of a resource's events, in order."""
        with people.rows(self.corridor, self.client) as rows:
            found = rows.execute(
                "SELECT type, sequence FROM corridor.events WHERE resource_id = %s ORDER BY sequence", (resource_id,)
            ).fetchall()
        assert list(range(1, len(found) + 1)) == [sequence for _, sequence in found]
        return [name for name, _ in found]

    def items(self) -> set[str]:
        """The resources about which a person is asked."""
        with people.rows(self.corridor, self.client) as rows:
            return {row[0] for row in rows.execute("SELECT resource_id FROM corridor.work_items WHERE state = 1")}

    def context(self) -> Context:
        """A worker's context for the company."""
        return Context("req-1", "corr-1", caller=Caller(0, "corridor", self.company_id, SANDBOX))


def till(corridor: Running) -> Till:
    """A new company that takes payments."""
    company_id = corridor.company()
    made = Till(corridor, company_id, corridor.client(company_id))
    request = connections.CreateConnectionRequest(
        provider="sandbox", title="Acquirer", credentials={"api_key": "k", "webhook_secret": "w"}
    )
    made.connection_id, made.other_connection_id = (
        made.client.call("ConnectionService/CreateConnection", request, key=key).connection.connection_id
        for key in ("one", "two")
    )
    return made
