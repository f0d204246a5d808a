"""Callers that wait for a payment's answer. Only so many wait at once: the others must find a free thread."""

import threading

from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.lifecycle import ACCEPTED, SENT
from server.domains.payments.repository import Payments
from server.kit import clock
from server.kit.context import Context

_FIRST_LOOK_SECONDS, _SLOWEST_LOOK_SECONDS = 0.03, 0.25
_TO_ANSWER_SECONDS = 0.5  # of the caller's deadline


class Waiting:
    """Waits for payments, for at most so many callers at once."""

    def __init__(self, payments: Payments, at_once: int) -> None:
        self._payments = payments
        self._room = threading.BoundedSemaphore(max(1, at_once))
        self._never = threading.Event()

    def answered(self, context: Context, payment: Payment, seconds: float) -> Payment:
        """The payment as soon as it is neither accepted nor sent any more, or as it is when the time is over."""
        if not seconds or payment.state not in (ACCEPTED, SENT) or not self._room.acquire(blocking=False):
            return payment
        try:
            until = clock.monotonic() + min(seconds, context.seconds_left() - _TO_ANSWER_SECONDS)
            pause = _FIRST_LOOK_SECONDS
            while payment.state in (ACCEPTED, SENT) and (left := until - clock.monotonic()) > 0:
                self._never.wait(min(pause, left))
                pause = min(pause * 1.5, _SLOWEST_LOOK_SECONDS)
                payment = self._payments.get(context, payment.payment_id) or payment
            return payment
        finally:
            self._room.release()
