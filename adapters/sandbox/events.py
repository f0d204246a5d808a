"""What the sandbox's events say, in a webhook as in the list of events: each carries the object as it was then."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text
from adapters.kit.ports.webhooks import Observation, Reading
from adapters.sandbox import mapping, payment_mapping

READERS: Mapping[str, Callable[[Any, str], Observation]] = {
    "transfer.updated":  mapping.observation,
    "payment.updated":   payment_mapping.authorisation,
    "capture.updated":   payment_mapping.step,
    "increment.updated": payment_mapping.step,
    "void.updated":      payment_mapping.step,
    "reversal.updated":  payment_mapping.step,
    "refund.updated":    payment_mapping.step,
    "dispute.opened":    payment_mapping.dispute,
    "dispute.updated":   payment_mapping.dispute,
}  # fmt: skip
"""What each event carries: the object as it was then."""
_OURS = frozenset(kind.partition(".")[0] for kind in READERS)


def reading(event: Any) -> Reading:
    """What an event says. Events of other kinds say nothing; an unknown one of ours is loud."""
    if not isinstance(event, dict):
        raise Unmapped("event", type(event).__name__)
    event_id, kind = text(event.get("id"), "event.id"), text(event.get("type"), "event.type")
    if kind.partition(".")[0] not in _OURS:
        return Reading(event_id)
    if kind not in READERS:
        raise Unmapped("event.type", kind)
    return Reading(event_id, [READERS[kind](event.get("data"), event_id)])
