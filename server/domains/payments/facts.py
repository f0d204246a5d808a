"""What providers tell beside the state: fees, conversions, scheme references, the card. Kept as stated, once each.

Rule: told twice is kept once, so that a doubled webhook changes nothing.
"""

from collections.abc import Iterable

from corridor.payments.v1.payment_facts_pb2 import Fee
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.steps import Step


def learn_of_authorisation(payment: Payment, seen: PaymentObservation) -> bool:
    """Take over what was told with the authorisation; whether anything of it is new."""
    before = payment.SerializeToString(deterministic=True)
    payment.provider_reference = payment.provider_reference or seen.provider_reference
    payment.scheme_references.MergeFrom(seen.scheme_references)
    payment.card.MergeFrom(seen.card)
    if seen.HasField("foreign_exchange"):
        payment.foreign_exchange.CopyFrom(seen.foreign_exchange)
    if seen.HasField("authorisation_expire_time"):
        payment.authorisation_expire_time.CopyFrom(seen.authorisation_expire_time)
    payment.fees.extend(unknown(payment.fees, seen.fees))
    _tidy(payment)
    return before != payment.SerializeToString(deterministic=True)


def learn_of_step(payment: Payment, step: Step, seen: PaymentObservation) -> bool:
    """Take over what was told with a step; whether anything is new. The payment holds the fees of its steps too."""
    before = step.SerializeToString(deterministic=True) + payment.SerializeToString(deterministic=True)
    payment.provider_reference = payment.provider_reference or seen.provider_reference
    step.provider_reference = step.provider_reference or seen.step_reference
    step.scheme_references.MergeFrom(seen.scheme_references)
    if seen.HasField("foreign_exchange"):
        step.foreign_exchange.CopyFrom(seen.foreign_exchange)
    fees = unknown(step.fees, seen.fees)
    step.fees.extend(fees)
    payment.fees.extend(fees)
    _tidy(step)
    return before != step.SerializeToString(deterministic=True) + payment.SerializeToString(deterministic=True)


def unknown(known: Iterable[Fee], told: Iterable[Fee]) -> list[Fee]:
    """What was told and is not known. Two equal fees of one answer are two fees; told again they are the same two."""
    left = list(known)
    new = []
    for fee in told:
        if fee in left:
            left.remove(fee)
        else:
            new.append(fee)
    return new


def _tidy(message: Payment | Step) -> None:
    """Leave out what nothing was told of: merging an empty message makes a field of it."""
    if not message.scheme_references.ByteSize():
        message.ClearField("scheme_references")
    if isinstance(message, Payment) and not message.card.ByteSize():
        message.ClearField("card")
