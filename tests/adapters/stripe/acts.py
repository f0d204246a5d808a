"""What a company does with the vendor, for tests: payments that stand somewhere, and every act of every port."""

from collections.abc import Callable
from typing import Any

from adapters.kit.call import Call
from adapters.stripe.adapter import ADAPTER
from adapters.stripe.simulator import StripeSimulator
from corridor.payments.v1.payment_action_pb2 import (
    PAYMENT_ACTION_KIND_CAPTURE,
    PAYMENT_ACTION_KIND_REVERSAL,
    PAYMENT_ACTION_KIND_VOID,
)
from corridor.payments.v1.payment_pb2 import Payment
from tests.adapters.stripe import samples

Calls = Callable[..., Call]


def authorised(call: Calls, **changes: Any) -> Payment:
    made = samples.payment(**changes)
    made.provider_reference = ADAPTER.authorise(call(made.payment_id), made).provider_reference
    return made


def disputed(simulator: StripeSimulator, call: Calls) -> str:
    made = authorised(call, automatic=True)
    simulator.move(made.payment_id, "dispute:general")
    return str(simulator.store.all("dispute")[-1]["id"])


def everything(simulator: StripeSimulator, call: Calls) -> None:
    """Every call of every port that changes something."""
    captured, reversed_, voided = authorised(call), authorised(call, automatic=True), authorised(call)
    take = samples.action(captured, PAYMENT_ACTION_KIND_CAPTURE, 10_000)
    ADAPTER.capture(call(take.payment_action_id), captured, take)
    back = samples.refund(captured, 1_000)
    ADAPTER.create_refund(call(back.refund_id), captured, back)
    undo = samples.action(reversed_, PAYMENT_ACTION_KIND_REVERSAL)
    ADAPTER.reverse(call(undo.payment_action_id), reversed_, undo)
    end = samples.action(voided, PAYMENT_ACTION_KIND_VOID)
    ADAPTER.void(call(end.payment_action_id), voided, end)
    asked = authorised(call, token="pm_card_threeDSecure2Required")
    simulator.move(asked.payment_id, "authenticated")
    ADAPTER.continue_payment(call(asked.payment_id), asked, {})
    ADAPTER.submit_evidence(call("s"), samples.dispute(disputed(simulator, call)), [samples.document()])
    ADAPTER.accept_dispute(call("a"), samples.dispute(disputed(simulator, call)))
    paid = samples.payout()
    ADAPTER.create_payout(call(paid.payout_id), paid, samples.beneficiary())
    ADAPTER.cancel_payout(call(paid.payout_id), paid)
