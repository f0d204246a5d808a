"""What follows where a gate held a call back: whoever waits for an answer is told when to come again, work comes back.

Rule: nothing has happened, so nothing is recorded, and it counts as no try.
"""

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.errors import fail
from server.platform.providers.invoke import Ended
from server.store.work import Again


def check(ended: Ended) -> None:
    """Tell a caller who waits that the provider cannot be called at the moment."""
    if ended.held_back:
        detail = "The provider is not called at the moment: it is too slow, out of order, or its rate limit is reached."
        raise fail(reasons.ERROR_REASON_UNAVAILABLE, detail, retry_after_seconds=max(1.0, _seconds(ended)))


def again(ended: Ended) -> Again:
    """Let work come back when the gate said. It has not been tried."""
    return Again(_seconds(ended), f"{ended.operation}: held back: {ended.error}", counts=False)


def _seconds(ended: Ended) -> float:
    return ended.retry_after_seconds or 0.0
