"""Trials: one step of a payment that is about to be taken, once or more often, well or ill.

Rule: what a step has moved is counted in the provider's books, never told by its answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep
from corridor.payments.v1.payment_pb2 import Payment
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import (
    AUTHORISE,
    CAPTURE,
    INCREMENT,
    REFUND,
    REVERSE,
    STEPS,
    VOID,
    act,
    action,
    authorise,
    authorised,
    booked,
    captured,
    coverage,
    fixtures_of,
    give_back,
    needs,
    payment,
    refund,
    refund_fixtures_of,
    state_in_books,
)

FEATURE = {INCREMENT: "increments", REVERSE: "reversals"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One step that is about to be taken, once or more often, well or ill."""

    name: str
    payment: Payment
    step_id: str
    """Our id of the action or refund; empty for an authorisation."""
    amount_minor: int
    operation: str
    """The simulator's operation by which it is taken."""
    domain: str
    take: Callable[..., PaymentObservation]
    find: Callable[..., PaymentObservation | None]
    look_up: str
    """The simulator's operation by which it is found; empty if the provider cannot be asked."""
    effect: Callable[[], int]
    """How much it has moved in the books so far, in minor units: `amount_minor` if it was taken once."""

    @property
    def step(self) -> "PaymentStep.ValueType":
        """Which step it is."""
        return STEPS[self.name]

    @property
    def our_id(self) -> str:
        """Our id of what is asked for, which has to reach the provider with it."""
        return self.step_id or self.payment.payment_id

    @property
    def key(self) -> str:
        """The idempotency key under which it is taken."""
        return f"key-{self.our_id}"


def trial(bench: Bench, name: str) -> Trial:
    """A step on a payment that is ready for it. Skips what the provider does not claim."""
    if name in FEATURE:
        needs(bench, "payments", FEATURE[name])
    if name == AUTHORISE:
        return _authorisation(bench)
    return _refund(bench) if name == REFUND else _action(bench, name)


def _authorisation(bench: Bench) -> Trial:
    made = payment(bench)

    def find(**changes: Any) -> PaymentObservation | None:
        found: PaymentObservation | None = bench.adapter.look_up_payment(
            bench.call("", operation="look_up_payment", **changes), made
        )
        return found

    return Trial(
        AUTHORISE, made, "", made.amount.amount_minor, fixtures_of(bench).authorise, "payments",
        lambda **changes: authorise(bench, made, **changes), find, fixtures_of(bench).look_up,
        lambda: booked(bench, "payment", made.payment_id),
    )  # fmt: skip


def _action(bench: Bench, name: str) -> Trial:
    made, fixtures = authorised(bench), fixtures_of(bench)
    undoes = name in (VOID, REVERSE)
    wanted = action(made, name, 0 if undoes else 2_340, final=name == CAPTURE)
    before, word = booked(bench, "payment", made.payment_id), state_in_books(bench, made)

    def find(**changes: Any) -> PaymentObservation | None:
        call = bench.call("", operation="look_up_payment", **changes)
        found: PaymentObservation | None = bench.adapter.look_up_payment(call, made, wanted)
        return found

    effects: dict[str, Callable[[], int]] = {
        CAPTURE: lambda: booked(bench, "capture", wanted.payment_action_id, made.payment_id),
        INCREMENT: lambda: booked(bench, "payment", made.payment_id) - before,
    }
    return Trial(
        name, made, wanted.payment_action_id, before if undoes else 2_340, getattr(fixtures, name), "payments",
        lambda **changes: act(bench, made, wanted, name, **changes), find, fixtures.look_up,
        effects.get(name, lambda: before if state_in_books(bench, made) != word else 0),
    )  # fmt: skip


def _refund(bench: Bench) -> Trial:
    made, fixtures = captured(bench), refund_fixtures_of(bench)
    whole = "in_parts" not in coverage(bench, "refunds").features
    wanted = refund(made, made.amount.amount_minor if whole else 2_340)

    def find(**changes: Any) -> PaymentObservation | None:
        call = bench.call("", operation="look_up_refund", **changes)
        found: PaymentObservation | None = bench.adapter.look_up_refund(call, made, wanted)
        return found

    return Trial(
        REFUND, made, wanted.refund_id, wanted.amount.amount_minor, fixtures.create, "refunds",
        lambda **changes: give_back(bench, made, wanted, **changes), find, fixtures.look_up,
        lambda: booked(bench, "refund", wanted.refund_id, made.payment_id),
    )  # fmt: skip
