"""Payments, actions, refunds and disputes on the bench: how they are made, asked for, found again and counted.

Rule: a payment here is what the server would know of it, so that adapters are told no more than in earnest.
"""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.kit.manifest import Coverage, Idempotency
from corridor.payments.v1.payment_action_pb2 import PaymentAction, PaymentActionKind, PaymentActionState
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment, PaymentMethod, PaymentState
from corridor.payments.v1.refund_pb2 import Refund, RefundReason
from corridor.type.v1.environment_pb2 import Environment
from corridor.type.v1.money_pb2 import Money
from server.domains.payments.lifecycle import LIFECYCLE, SENT, STEP_SENT
from server.domains.payments.lifecycle import STEPS as STEPS_TABLE
from server.domains.payments.meaning import AUTHORISATION_STATES, step_state
from server.kit.lifecycle import Verdict
from tests.conformance.bench import Bench
from tests.conformance.fixtures import PaymentFixtures, RefundFixtures

Step, State, Kind = PaymentStep, PaymentStepState, PaymentActionKind

CANARIES = ("Zebedee Quillfeather", "shop.canary.example", "canary-basket", "CANARY SHOP", "Christmas present")
"""What is in the payments below and must not be seen anywhere afterwards; the token besides."""

AUTHORISE, CAPTURE, INCREMENT, VOID, REVERSE, REFUND = "authorise", "capture", "increment", "void", "reverse", "refund"
STEPS = {
    AUTHORISE: Step.PAYMENT_STEP_AUTHORISATION,
    CAPTURE:   Step.PAYMENT_STEP_CAPTURE,
    INCREMENT: Step.PAYMENT_STEP_INCREMENT,
    VOID:      Step.PAYMENT_STEP_VOID,
    REVERSE:   Step.PAYMENT_STEP_REVERSAL,
    REFUND:    Step.PAYMENT_STEP_REFUND,
}  # fmt: skip
KINDS = {
    CAPTURE:   Kind.PAYMENT_ACTION_KIND_CAPTURE,
    INCREMENT: Kind.PAYMENT_ACTION_KIND_INCREMENT,
    VOID:      Kind.PAYMENT_ACTION_KIND_VOID,
    REVERSE:   Kind.PAYMENT_ACTION_KIND_REVERSAL,
}  # fmt: skip
FINAL = frozenset(State.values()) - {State.PAYMENT_STEP_STATE_UNSPECIFIED, State.PAYMENT_STEP_STATE_SENT,
                                     State.PAYMENT_STEP_STATE_REQUIRES_ACTION}  # fmt: skip

_APPROVAL = Step.Name(Step.PAYMENT_STEP_AUTHORISATION)
_numbers = itertools.count(1)


def new_id(prefix: str) -> str:
    """An id in our form that nothing else has."""
    return f"{prefix}_{next(_numbers):026d}"


def fixtures_of(bench: Bench) -> PaymentFixtures:
    """The provider's fixtures for payments."""
    assert bench.fixtures.payments is not None, f"{bench.provider.name} gives no fixtures for payments"
    return bench.fixtures.payments


def refund_fixtures_of(bench: Bench) -> RefundFixtures:
    """The provider's fixtures for refunds."""
    assert bench.fixtures.refunds is not None, f"{bench.provider.name} gives no fixtures for refunds"
    return bench.fixtures.refunds


def coverage(bench: Bench, domain: str) -> Coverage:
    """What the manifest says of a domain."""
    return bench.provider.manifest.coverage[domain]


def needs(bench: Bench, domain: str, feature: str) -> None:
    """Skip what the provider does not claim to be able to do. What it claims, it has to do."""
    if feature not in coverage(bench, domain).features:
        pytest.skip(f"{bench.provider.name} does not claim {feature} of {domain}")


def idempotency(bench: Bench, domain: str) -> Idempotency:
    """How a key travels in a domain."""
    return bench.provider.manifest.promise(domain)


def payment(bench: Bench, amount_minor: int = 12_340, currency: str = "", *, automatic: bool = False) -> Payment:
    """A payment as the server hands it to an adapter; to be captured by hand unless told otherwise."""
    fixtures = fixtures_of(bench)
    return Payment(
        payment_id=new_id("pay"),
        state=PaymentState.PAYMENT_STATE_SENT,
        amount=Money(currency_code=currency or fixtures.amounts[0][0], amount_minor=amount_minor),
        payment_method=PaymentMethod(token=fixtures.token, holder_name="Zebedee Quillfeather"),
        capture_method=CaptureMethod.CAPTURE_METHOD_AUTOMATIC if automatic else CaptureMethod.CAPTURE_METHOD_MANUAL,
        reference="Christmas present",
        statement_text="CANARY SHOP",
        return_url="https://shop.canary.example/back?basket=canary-basket",
        environment=Environment.ENVIRONMENT_SANDBOX,
    )


def authorise(bench: Bench, wanted: Payment, *, key: str = "", **changes: Any) -> PaymentObservation:
    """Ask for a payment's approval, and write down what the server would."""
    call = bench.call(key or f"key-{wanted.payment_id}", operation="authorise", **changes)
    seen: PaymentObservation = bench.adapter.authorise(call, wanted)
    write_down(wanted, seen)
    return seen


def write_down(known: Payment, seen: PaymentObservation) -> None:
    """What the server keeps of an observation of an authorisation."""
    known.provider_reference = seen.provider_reference or known.provider_reference
    known.scheme_references.MergeFrom(seen.scheme_references)
    if seen.state == State.PAYMENT_STEP_STATE_SUCCEEDED:
        known.state = PaymentState.PAYMENT_STATE_CAPTURED if seen.captured else PaymentState.PAYMENT_STATE_AUTHORISED
        known.approved_minor = known.authorised_minor = seen.amount.amount_minor
        known.captured_minor = seen.amount.amount_minor if seen.captured else 0
        known.capturable_minor = known.authorised_minor - known.captured_minor


def authorised(bench: Bench, amount_minor: int = 12_340, *, automatic: bool = False) -> Payment:
    """A payment that is authorised, and captured too where that is automatic."""
    made = payment(bench, amount_minor, automatic=automatic)
    done(bench, made, Step.PAYMENT_STEP_AUTHORISATION, "", authorise(bench, made))
    return made


def action(of: Payment, name: str, amount_minor: int = 0, *, final: bool = False) -> PaymentAction:
    """Something to be done with a payment. A void and a reversal have no amount yet."""
    made = PaymentAction(
        payment_action_id=new_id("act"), payment_id=of.payment_id, kind=KINDS[name], final_capture=final
    )
    if amount_minor:
        made.amount.CopyFrom(Money(currency_code=of.amount.currency_code, amount_minor=amount_minor))
    return made


def act(bench: Bench, on: Payment, wanted: PaymentAction, name: str, **changes: Any) -> PaymentObservation:
    """Do it, and write down what a success changes."""
    call = bench.call(f"key-{wanted.payment_action_id}", operation=name, **changes)
    seen: PaymentObservation = getattr(bench.adapter, name)(call, on, wanted)
    return seen


def capture(bench: Bench, of: Payment, amount_minor: int, *, final: bool = False) -> PaymentAction:
    """Capture a part, and wait until it is done."""
    made = action(of, CAPTURE, amount_minor, final=final)
    seen = done(bench, of, Step.PAYMENT_STEP_CAPTURE, made.payment_action_id, act(bench, of, made, CAPTURE))
    assert State.PAYMENT_STEP_STATE_SUCCEEDED == seen.state
    assert amount_minor == seen.amount.amount_minor
    made.provider_reference = seen.step_reference
    of.captured_minor += amount_minor
    of.capturable_minor = 0 if final else of.capturable_minor - amount_minor
    whole = of.capturable_minor == 0
    of.state = PaymentState.PAYMENT_STATE_CAPTURED if whole else PaymentState.PAYMENT_STATE_PARTIALLY_CAPTURED
    return made


def captured(bench: Bench, amount_minor: int = 12_340) -> Payment:
    """A payment that was authorised, and then captured as a whole."""
    made = authorised(bench, amount_minor)
    capture(bench, made, amount_minor, final=True)
    return made


def refund(of: Payment, amount_minor: int) -> Refund:
    """A refund of a part of a payment."""
    return Refund(
        refund_id=new_id("ref"),
        payment_id=of.payment_id,
        amount=Money(currency_code=of.amount.currency_code, amount_minor=amount_minor),
        reason=RefundReason.REFUND_REASON_REQUESTED_BY_CUSTOMER,
        reference="Christmas present",
    )


def give_back(bench: Bench, of: Payment, wanted: Refund, **changes: Any) -> PaymentObservation:
    """Ask for a refund."""
    call = bench.call(f"key-{wanted.refund_id}", operation="create_refund", **changes)
    seen: PaymentObservation = bench.adapter.create_refund(call, of, wanted)
    return seen


def observations(bench: Bench) -> list[Any]:
    """What all genuine webhooks so far said, in the order of their arrival."""
    seen: list[Any] = []
    for inbound in list(bench.receiver.inbound):
        bench.adapter.verify_webhook(inbound, [bench.webhook_secret], now())
        seen += bench.adapter.read_webhook(inbound).observations
    return seen


def about(bench: Bench, of: Payment, step: "PaymentStep.ValueType", step_id: str = "") -> list[PaymentObservation]:
    """What webhooks said of one step of a payment. Not every provider repeats our id of the step."""
    return [
        seen
        for seen in observations(bench)
        if isinstance(seen, PaymentObservation)
        and step == seen.step
        and (seen.payment_id == of.payment_id or seen.provider_reference == of.provider_reference)
        and (not step_id or seen.step_id in ("", step_id))
    ]


def done(
    bench: Bench, of: Payment, step: "PaymentStep.ValueType", step_id: str, seen: PaymentObservation
) -> PaymentObservation:
    """The step's end: what the answer said, or else what a webhook said later. What it says last, counts."""
    if seen.state in FINAL or seen.state == State.PAYMENT_STEP_STATE_REQUIRES_ACTION:
        return seen
    ends: list[PaymentObservation] = []

    def ended() -> bool:
        ends[:] = [each for each in about(bench, of, step, step_id) if each.state in FINAL]
        return bool(ends)

    bench.wait_until(ended, 10.0)
    return ends[-1]


def folded(told: Sequence[Any]) -> dict[tuple[str, ...], str]:
    """Where observations of payments leave each step, taken in their order by the tables by which the server does."""
    states: dict[tuple[str, ...], int] = {}
    for seen in told:
        if isinstance(seen, PaymentObservation):
            approval = seen.step == Step.PAYMENT_STEP_AUTHORISATION
            key = seen.provider_reference, Step.Name(seen.step), seen.step_id or seen.step_reference
            target = AUTHORISATION_STATES[seen.state] if approval else step_state(seen)
            assert target is not None, seen.state
            known = states.setdefault(key, SENT if approval else STEP_SENT)
            if (LIFECYCLE if approval else STEPS_TABLE).observe(known, target) == Verdict.ADVANCES:
                states[key] = target
    names = {True: PaymentState.items(), False: PaymentActionState.items()}
    return {
        key: next(name for name, number in names[key[1] == _APPROVAL] if number == state)
        for key, state in states.items()
    }


def now() -> datetime:
    """The time by which webhooks are verified."""
    return datetime.now(UTC)


def booked(bench: Bench, kind: str, *references: str) -> int:
    """How much the provider's books have of a kind, under any of our references, in minor units."""
    with bench.simulator.store.lock:
        entries = bench.simulator.books()
    return sum(entry.amount_minor for entry in entries if entry.kind == kind and entry.reference in references)


def state_in_books(bench: Bench, of: Payment) -> str:
    """The provider's word for a payment, in its books."""
    with bench.simulator.store.lock:
        entries = bench.simulator.books()
    return next((each.state for each in entries if each.kind == "payment" and each.reference == of.payment_id), "")
