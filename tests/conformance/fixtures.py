"""What the promises of payments, refunds and disputes need to know of a provider, besides its manifest.

Rule: data, and the few acts that only the provider's simulator knows how to do; no promise is written here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.kit.simulator import Simulator
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.dispute_pb2 import DisputeReason
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment

Provoke = Callable[[Payment], None]
"""Changes a payment that is not sent yet, so that the provider does something with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFixtures:
    """What the payments port's promises need to know."""

    authorise: str
    """The simulator's operation by which a payment is authorised."""
    capture: str
    void: str
    increment: str = ""
    """Needed with the feature `increments`."""
    reverse: str = ""
    """Needed with the feature `reversals`."""
    look_up: str = ""
    """The operation by which a payment is found by our id. Empty: the provider cannot be asked.

    Then `look_up_payment` raises `Unavailable`, and the truth comes by the same request under the same key.
    """
    token: str
    """A token that is approved."""
    amounts: Sequence[tuple[str, int]]
    """Currencies and amounts in minor units to try: 0, 2 and 3 decimals, as far as the provider covers them.

    The first currency is the usual one; in it amounts up to 20,000 must be ordinary.
    """
    declines: Mapping[str, "Declined.ValueType"] = field(default_factory=dict)
    """Every code with which the provider can decline, and what it means."""
    decline: Callable[[Payment, str], None] | None = None
    """Makes the provider decline a payment with one of these codes. None: there is no way to provoke it."""
    partial: Provoke | None = None
    """Makes the provider approve only a part. Needed with the feature `partial_approvals`."""
    step_up: Provoke | None = None
    """Makes the provider ask the customer to authenticate. Needed with the feature `step_up`."""
    customer: Callable[[Simulator, PaymentObservation, bool], Mapping[str, str]] | None = None
    """What the customer's browser brings back after they passed, or failed, what `next_action` asks for."""
    move_to: str = ""
    """A word that the provider never uses, in which the simulator can `move` a payment by our id, with its webhook."""
    metadata: bool = True
    """Whether our ids of actions and refunds reach the provider, and not the idempotency key alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFixtures:
    """What the refunds port's promises need to know."""

    create: str
    """The simulator's operation by which a refund is made."""
    look_up: str = ""
    """The operation by which a refund is found by our id. Empty: the provider cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFixtures:
    """What the disputes port's promises need to know."""

    submit: str
    """The simulator's operation that submits the evidence, the last of the request's if there are several."""
    look_up: str
    """The simulator's operation by which a dispute is read. Empty: the provider cannot be asked; its webhooks tell."""
    open: Callable[[Simulator, str, str], None]
    """Opens a dispute of a captured payment, by our payment's id, for one of the provider's `reasons`."""
    decide: Callable[[Simulator, str, bool], None]
    """Decides a dispute, by the provider's reference of it: won or not."""
    submissions: Callable[[Simulator, str], int]
    """How often evidence was submitted for a dispute, by the provider's reference of it."""
    reasons: Mapping[str, "DisputeReason.ValueType"]
    """Every reason that the provider can give, and what it means; the first is the usual one."""
    accept: str = ""
    """The simulator's operation that accepts a dispute. Needed with the feature `acceptance`."""
    inquiry: Callable[[Simulator, str], None] | None = None
    """Opens an inquiry into a captured payment, where the provider knows such."""
    unknown_word: str = ""
    """A word that the provider never uses, in which the simulator can `move` a dispute by its reference."""
    time_is_told: bool = True
    """Whether a webhook's time can be trusted to order it."""
