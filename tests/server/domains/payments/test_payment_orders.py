"""Payments of which providers tell in every order, and twice: the story ends the same."""

import itertools
from collections.abc import Sequence

import pytest

from corridor.payments.v1 import payment_pb2 as states
from tests.server.domains.payments.till import (
    AUTHORISATION,
    CANCELLED,
    CAPTURE,
    DECLINED,
    EXPIRED,
    FAILED,
    REFUND,
    REQUIRES_ACTION,
    STEP_SENT,
    SUCCEEDED,
    VOID,
    Till,
)

Told = Sequence[tuple[int, int, int | None, dict[str, object]]]
MANUAL, AUTOMATIC = True, False

# When it is captured, how it ends, and what is told of it.
STORIES: dict[str, tuple[bool, int, Told]] = {
    "captured": (MANUAL, states.PAYMENT_STATE_CAPTURED, [
        (AUTHORISATION, STEP_SENT, None, {}),
        (AUTHORISATION, SUCCEEDED, 30_00, {"provider_reference": "pi"}),
        (CAPTURE, SUCCEEDED, 30_00, {"step_reference": "cap"}),
    ]),
    "captured and refunded": (AUTOMATIC, states.PAYMENT_STATE_CAPTURED, [
        (AUTHORISATION, SUCCEEDED, 30_00, {"captured": True}),
        (REFUND, STEP_SENT, 10_00, {"step_reference": "re"}),
        (REFUND, SUCCEEDED, 10_00, {"step_reference": "re"}),
    ]),
    "captured, which failed later": (MANUAL, states.PAYMENT_STATE_AUTHORISED, [
        (AUTHORISATION, SUCCEEDED, 30_00, {}),
        (CAPTURE, SUCCEEDED, 30_00, {"step_reference": "cap"}),
        (CAPTURE, FAILED, 30_00, {"step_reference": "cap"}),
    ]),
    "voided": (MANUAL, states.PAYMENT_STATE_VOIDED, [
        (AUTHORISATION, REQUIRES_ACTION, None, {}),
        (AUTHORISATION, SUCCEEDED, 30_00, {}),
        (VOID, SUCCEEDED, None, {}),
    ]),
    "expired": (MANUAL, states.PAYMENT_STATE_EXPIRED, [
        (AUTHORISATION, SUCCEEDED, 30_00, {}),
        (VOID, EXPIRED, None, {}),
    ]),
    "cancelled": (MANUAL, states.PAYMENT_STATE_VOIDED, [
        (AUTHORISATION, REQUIRES_ACTION, None, {}),
        (AUTHORISATION, CANCELLED, None, {}),
    ]),
    "declined": (MANUAL, states.PAYMENT_STATE_DECLINED, [
        (AUTHORISATION, STEP_SENT, None, {}),
        (AUTHORISATION, DECLINED, None, {}),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_in_whatever_order_and_however_often_it_is_told_a_story_ends_the_same(shop: Till, name: str) -> None:
    manual, state, story = STORIES[name]

    def end(told: Told) -> tuple[int, tuple[int, int, int, int], int]:
        payment = shop.sent(30_00, manual=manual)
        for step, means, minor, more in told:
            shop.says(payment, step, means, minor, **more)  # type: ignore[arg-type] # by their names
        return shop.now(payment).state, shop.amounts(payment), len(shop.actions(payment))

    forwards = end(story)
    assert state == forwards[0]
    for order in itertools.permutations(story):
        assert forwards == end([each for each in order for _ in range(2)]), order
    assert not shop.items()
