"""Payments of a run: authorised, captured, raised, voided, reversed, refunded; held against the books at the end."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from adapters.kit.simulator import Entry
from corridor.payments.v1 import payment_service_pb2 as api
from corridor.payments.v1 import refund_service_pb2 as refunds
from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionKind, PaymentActionState
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment, PaymentState
from corridor.payments.v1.refund_pb2 import Refund
from server.domains.payments import steps as stepping
from tests.chaos.simulation.company import Company, Wish
from tests.chaos.simulation.dice import Dice

if TYPE_CHECKING:
    from tests.chaos.simulation.run import Run

S, A = PaymentState, PaymentActionState
_OPEN = {S.PAYMENT_STATE_ACCEPTED, S.PAYMENT_STATE_SENT}
_MOVING = {A.PAYMENT_ACTION_STATE_ACCEPTED, A.PAYMENT_ACTION_STATE_SENT}
_REFUND = "refund"
_ACTS = {  # what is asked for after a payment was made, and how often
    "Capture": 4, "Void": 2, "Increment": 1, "Reverse": 1, _REFUND: 3,
}  # fmt: skip

_STATES = """
SELECT p.payment_id, p.state, a.payment_action_id, a.state FROM corridor.payments p LEFT JOIN corridor.payment_actions a
    ON a.company_id = p.company_id AND a.environment = p.environment AND a.payment_id = p.payment_id
WHERE p.company_id = %s ORDER BY p.payment_id, a.payment_action_id
"""


class PayingIn:
    """The payments of a run."""

    domain = "payments"

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.payment_ids: list[str] = []
        self.wishes: list[Wish] = []
        self._currency = ""
        self._token = ""

    def set_up(self, company: Company) -> None:
        """Decide what is paid, in a currency that both vendors take, with the first one's token."""
        found = [vendor.fixtures.payments for vendor in company.vendors]
        assert found[0] is not None
        assert found[1] is not None
        self._token = found[0].token
        covered = [set(vendor.provider.manifest.coverage["payments"].currencies) for vendor in company.vendors]
        self._currency = self._dice.choice(sorted({"EUR", "USD"} & covered[0] & covered[1]))
        for number in range(self._dice.choice((1, 1, 2, 2, 3, 4))):
            self._plan(number + 1)

    @property
    def resource_ids(self) -> list[str]:
        """Everything that was made."""
        return list(self.payment_ids)

    def open(self, run: "Run") -> list[tuple[str, ...]]:
        """What is not at an end: each with the payment for which it waits, if that is not at an end either."""
        found: list[tuple[str, ...]] = []
        for payment_id, state, step_id, step_state in run.rows(_STATES):
            also = (payment_id,) if state in _OPEN else ()
            if also and also not in found:
                found.append(also)
            if step_state in _MOVING:
                found.append((step_id, *also))
        return found

    def waiting(self, company: Company) -> set[str]:
        """What no provider has yet, as far as Corridor knows."""
        found = set()
        for payment, steps in self._payments(company):
            found |= {payment.payment_id} if payment.state == S.PAYMENT_STATE_ACCEPTED else set()
            found |= {stepping.id_of(step) for step in steps if step.state == A.PAYMENT_ACTION_STATE_ACCEPTED}
        return found

    def told(self, company: Company) -> dict[str, int]:
        """How many events there must be of everything that was made."""
        found = {}
        for payment, steps in self._payments(company):
            found[payment.payment_id] = payment.revision
            found |= {stepping.id_of(step): step.revision for step in steps}
        return found

    def shown(self, company: Company) -> list[str]:
        """Everything as it is, for the trace."""
        lines = []
        for payment, steps in self._payments(company):
            lines.append(
                f"{payment.payment_id} {S.Name(payment.state)} authorised {payment.authorised_minor} "
                f"captured {payment.captured_minor} refunded {payment.refunded_minor} revision {payment.revision}"
            )
            lines += [f"  {stepping.id_of(each)} {_what(each)} {each.amount.amount_minor} {A.Name(each.state)}"
                      for each in steps]  # fmt: skip
        return lines

    def wrong(self, company: Company, books: dict[str, list[tuple[str, Entry]]], asked: set[str]) -> list[str]:
        """What of the payments does not agree with the books. `asked`: with which a person was asked to help."""
        found = []
        for payment, steps in self._payments(company):
            ids = [payment.payment_id, *(stepping.id_of(step) for step in steps)]
            entries = [each for name in ids for each in books.pop(name, [])]
            sums: dict[str, list[int]] = defaultdict(list)
            for _, entry in entries:
                sums[entry.kind].append(entry.amount_minor)
            over = {vendor.name for vendor in company.vendors if vendor.connection_id == payment.connection_id}
            if entries and {name for name, _ in entries} != over:
                found.append(f"{payment.payment_id} went over {over}, and is in the books of {entries}")
            if len(sums["payment"]) > 1:
                found.append(f"{payment.payment_id} is in the books {len(sums['payment'])} times: {entries}")
            if asked.isdisjoint(ids):
                found += _disagreements(payment, steps, sums)
        return found

    def _plan(self, number: int) -> None:
        amount = self._dice.randint(1, 20) * 100
        by_hand = self._dice.falls(0.7)
        method = CaptureMethod.CAPTURE_METHOD_MANUAL if by_hand else CaptureMethod.CAPTURE_METHOD_AUTOMATIC
        request = api.CreatePaymentRequest(capture_method=method, return_url="https://shop.example/back")
        request.amount.currency_code, request.amount.amount_minor = self._currency, amount
        request.payment_method.token, request.payment_method.holder_name = self._token, "Ada Sample"
        made: list[str] = []

        def done(answer: api.CreatePaymentResponse) -> None:
            payment_id = answer.payment.payment_id
            made.append(payment_id)
            if payment_id not in self.payment_ids:
                self.payment_ids.append(payment_id)
            assert [payment_id] == sorted(set(made)), "one key made two payments"

        what = f"charge {number}: {amount} {self._currency}"
        create = Wish(what, "PaymentService/CreatePayment", lambda: request, done, key=f"charge-{number}")
        self.wishes.append(create)
        if self._dice.falls(0.3):
            again = Wish(f"charge {number} again", create.method, lambda: request if made else None, done)
            again.key = create.key
            self.wishes.append(again)
        for _ in range(self._dice.choice((0, 1, 2, 3, 4))):
            act = self._dice.choices(list(_ACTS), list(_ACTS.values()))[0]
            self.wishes.append(self._act(act, number, amount, made))

    def _act(self, act: str, number: int, amount: int, made: Sequence[str]) -> Wish:
        part = self._dice.randint(1, 4) * amount // 4
        whole, final = self._dice.falls(0.3), self._dice.falls(0.2)

        def request() -> Message | None:
            if not made:
                return None
            if act == _REFUND:
                asked: Message = refunds.CreateRefundRequest(payment_id=made[0])
            else:
                asked = getattr(api, f"{act}PaymentRequest")(payment_id=made[0])
            if act == "Increment" or (act in ("Capture", _REFUND) and not whole):
                asked.amount.currency_code, asked.amount.amount_minor = self._currency, part  # type: ignore[attr-defined] # these have it
            if act == "Capture":
                asked.final = final  # type: ignore[attr-defined] # as above
            return asked

        name = "RefundService/CreateRefund" if act == _REFUND else f"PaymentService/{act}Payment"
        return Wish(f"{act.lower()} {number}: {'all' if whole else part}", name, request)

    def _payments(self, company: Company) -> list[tuple[Payment, list[PaymentAction | Refund]]]:
        context, payments = company.context(), company.process.parts.payments
        found = []
        for payment_id in self.payment_ids:
            if payment := payments.get(context, payment_id):
                with company.process.parts.store.of(company.company_id, context.who.environment) as connection:
                    found.append((payment, payments.steps(connection, context, payment_id)))
        return found


def _disagreements(payment: Payment, steps: Sequence[PaymentAction | Refund], sums: dict[str, list[int]]) -> list[str]:
    """Where the sums in the books are not what Corridor says."""
    found, name = [], payment.payment_id
    reversed_ = any(_what(step) == "reversal" and step.state == A.PAYMENT_ACTION_STATE_SUCCEEDED for step in steps)
    if payment.captured_minor != sum(sums["capture"]):
        found.append(f"{name} has {payment.captured_minor} captured, and the books say {sums['capture']}")
    if payment.refunded_minor != sum(sums["refund"]) and not reversed_:
        found.append(f"{name} has {payment.refunded_minor} refunded, and the books say {sums['refund']}")
    authorised = payment.state in (S.PAYMENT_STATE_AUTHORISED, S.PAYMENT_STATE_PARTIALLY_CAPTURED)
    if authorised and [payment.authorised_minor] != sums["payment"]:
        found.append(f"{name} has {payment.authorised_minor} authorised, and the books say {sums['payment']}")
    return found


def _what(step: PaymentAction | Refund) -> str:
    if isinstance(step, Refund):
        return "refund"
    return PaymentActionKind.Name(step.kind).removeprefix("PAYMENT_ACTION_KIND_").lower()
