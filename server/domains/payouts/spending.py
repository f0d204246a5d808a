"""Spending limits in the accepting statement: what the database says when a payout would pass one.

Which limits hold for a payout is policy; that they hold for payouts that race is corridor.check_spending's.
"""

import contextlib
import json
from collections.abc import Iterator

import psycopg

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.errors import fail

_REACHED, _BUSY = "CR001", "CR002"  # what corridor.check_spending raises


class SpendingLimitReached(Exception):  # noqa: N818 - how accepting ends
    """The payout would pass a spending limit of the company; nothing was written."""

    def __init__(self, name: str, count: int, amount_minor: int) -> None:
        super().__init__(f"spending limit {name}")
        self.name = name
        self.count = count
        self.amount_minor = amount_minor


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Around the accepting statement. Raises `SpendingLimitReached`, or UNAVAILABLE when too many wait for a limit."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == _REACHED:
            used = json.loads(error.diag.message_detail or "{}")
            raise SpendingLimitReached(used["name"], used["count"], used["amount"]) from None
        if error.sqlstate == _BUSY:
            busy = "Too many payouts spend out of the same limit at the moment."
            raise fail(reasons.ERROR_REASON_UNAVAILABLE, busy, retry_after_seconds=1.0) from None
        raise
