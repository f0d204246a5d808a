"""What follows where a gate held a call back: whoever waits for an answer is told when to come again, work comes back.

Rule: nothing has happened, so nothing is recorded, and it counts as no try.
"""

from datetime import timedelta

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.context import Context
from server.kit.errors import fail
from server.platform.providers.invoke import Ended
from server.store import attempts
from server.store.engine import Connection
from server.store.work import Again, Job

_ASKED_FOR = timedelta(minutes=2)
"""How long an answer is good enough to act on it. Both of its times are the database's."""


def check(ended: Ended) -> None:
    """Tell a caller who waits that the provider cannot be called at the moment."""
    if ended.held_back:
        detail = "The provider is not called at the moment: it is too slow, out of order, or its rate limit is reached."
        raise fail(reasons.ERROR_REASON_UNAVAILABLE, detail, retry_after_seconds=max(1.0, _seconds(ended)))


def again(ended: Ended) -> Again:
    """Let work come back when the gate said. It has not been tried."""
    return Again(_seconds(ended), f"{_said(ended.operation)}{ended.error}", counts=False)


def asked_already(connection: Connection, context: Context, job: Job, look_up: str, operation: str) -> bool:
    """Whether this work asked the provider lately, and came back because its `operation` was held back then.

    It need not ask again: a limit may leave one call at a time, and the question would use up each time the very call
    that the work waits for.
    """
    if not job.error.startswith(_said(operation)):
        return False
    asked = attempts.of(connection, context, job.resource_id, look_up)
    done = attempts.of(connection, context, job.resource_id, operation)
    if not asked or job.lease_time - asked[-1].start_time >= _ASKED_FOR:
        return False
    # Whoever takes the work over from a process that died with such a call under way asks first.
    return not done or done[-1].start_time < asked[-1].start_time


def _said(operation: str) -> str:
    return f"{operation}: held back: "


def _seconds(ended: Ended) -> float:
    return ended.retry_after_seconds or 0.0
