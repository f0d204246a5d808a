"""The webhooks port: what a provider tells us unasked.

Verification sees the bytes as they came; reading happens only after verification has passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation

Observation = PayoutObservation | PaymentObservation | DisputeObservation
"""What a provider can say of anything: the message itself tells of which domain it is."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A provider's request as it came. Header names are in lower case; a repeated header keeps its last value."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    query: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a genuine webhook says.

    `event_id` is the provider's id of the event, by which duplicates are known; empty where it has none.
    No observations means that the event is about something that Corridor does not handle.
    A payout's observation without a state says that something happened and not what: the provider is then asked.
    """

    event_id: str
    observations: Sequence[Observation] = ()


@runtime_checkable
class Webhooks(Protocol):
    """A provider that sends webhooks."""

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Return if any of the active secrets signed the request as it came; raise `Forged` otherwise."""
        ...

    def read_webhook(self, inbound: Inbound) -> Reading:
        """What the request says. Raises `Unmapped` for words that have no meaning here, and changes nothing."""
        ...
