"""What the sandbox does on demand with payments, and what may follow them: declines, step-up, failures, disputes.

Rule: every reason for a decline and for a dispute that the contract knows has a scenario, named as in the contract.
"""

from collections.abc import Mapping, Sequence

from adapters.kit.declines import RESPONSE_CODES
from adapters.sandbox.payment_words import DECLINES, DISPUTE_REASONS
from adapters.sandbox.scenarios import (
    ACTION,
    ANYTHING,
    DAY,
    DISPUTE,
    FIRST_AMOUNT,
    PAYMENT,
    REFUND,
    TRANSFERS,
    Scenario,
    table,
)
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.dispute_pb2 import DisputeReason

FIRST_DECLINE, FIRST_DISPUTE = 100, 200
"""A decline's number is 100 and its number in the contract; a dispute's reason's is 200 and its."""

PAYMENTS: Sequence[Scenario] = (
    Scenario(22, "conflict", "Approves, and later says that it declined.", "authorised, and a work item",
             (PAYMENT,), then="declined", code="by_issuer"),
    Scenario(23, "unknown_word", "Uses a status that nobody has heard of.", "stays as it was, and a work item",
             (PAYMENT, ACTION, REFUND), then="quarantined"),
    Scenario(30, "step_up", "Asks the customer to authenticate, on a page of its own.",
             "requires action; then as the customer does", (PAYMENT,), path=("requires_action",)),
    Scenario(31, "partial_approval", "Approves half, where that is allowed; else declines.",
             "authorised in part, or declined", (PAYMENT,), approved_percent=50),
    Scenario(32, "expires_in_1_hour", "Ends the authorisation after an hour, by the account's clock.",
             "authorised, then expired", (PAYMENT,), expires_seconds=3600),
    Scenario(33, "pending", "Approves a moment later.", "sent, then authorised",
             (PAYMENT,), path=("processing", "authorised")),
    Scenario(34, "pending_decline", "Declines a moment later.", "sent, then declined",
             (PAYMENT,), path=("processing", "declined"), code="by_issuer"),
    Scenario(35, "capture_fails", "Captures, and says later that it failed.",
             "captured, then authorised again", (PAYMENT, ACTION), on=ACTION, then="failed", code="scheme_refused"),
    Scenario(36, "capture_pending", "Captures a moment later.", "captured, a moment later",
             (PAYMENT, ACTION), on=ACTION, path=("processing", "succeeded")),
    Scenario(37, "increment_declined", "Declines an increment.", "the increment fails, the payment stays",
             (PAYMENT, ACTION), on=ACTION, path=("declined",), code="funds"),
    Scenario(38, "foreign_exchange", "Settles in EUR, or in USD what is in EUR, at 0.9 for one.",
             "the conversion is kept as stated", (PAYMENT, ACTION, REFUND), exchange=True),
    Scenario(40, "refund_fails", "Gives back, and says later that it failed.", "the refund fails",
             (PAYMENT, REFUND), on=REFUND, then="failed", code="account_closed"),
    Scenario(41, "refund_pending", "Works on a refund for a day, by the account's clock.",
             "the refund succeeds after a day", (PAYMENT, REFUND), on=REFUND, last_after_seconds=DAY),
    Scenario(42, "refund_declined", "Declines a refund.", "the refund fails",
             (PAYMENT, REFUND), on=REFUND, path=("declined",), code="by_issuer"),
    Scenario(50, "inquiry", "Asks about the payment once it is captured; without an answer it becomes a chargeback.",
             "a dispute, inquiry", (PAYMENT,), on=DISPUTE, dispute="unrecognised", stage="inquiry"),
    Scenario(51, "dispute_again", "Disputes it once it is captured, and again when that is won.",
             "a dispute, won, then pre-arbitration", (PAYMENT,), on=DISPUTE, dispute="fraudulent", again=True),
)  # fmt: skip
"""What can happen to a payment, its actions and refunds."""

DECLINED: Sequence[Scenario] = tuple(
    Scenario(
        FIRST_DECLINE + number, f"declined_{word}", "Declines.", f"declined, {word.replace('_', ' ')}",
        (PAYMENT, ACTION), path=("declined",), code=word,
    )
    for word, number in DECLINES.items()
)  # fmt: skip
DISPUTED: Sequence[Scenario] = tuple(
    Scenario(
        FIRST_DISPUTE + number, f"dispute_{word}", "Disputes it once it is captured.",
        f"a dispute, {word.replace('_', ' ')}", (PAYMENT,), on=DISPUTE, dispute=word,
    )
    for word, number in DISPUTE_REASONS.items()
)  # fmt: skip

ALL = (*PAYMENTS, *ANYTHING, *DECLINED, *DISPUTED)
KNOWN: Mapping[str, Mapping[str, Scenario]] = {
    thing: {each.name: each for each in ALL if thing in each.of} for thing in (PAYMENT, ACTION, REFUND, DISPUTE)
}
"""By what is asked for, and name."""

APPROVED = ("visa", "mastercard", "amex")
"""The brands of the tokens `tok_<brand>` that are approved. `tok_<scenario>` is a card to which it happens."""

RESPONSES: Mapping[str, str] = {
    word: next((code for code, meant in RESPONSE_CODES.items() if meant == number), "")
    for word, number in DECLINES.items()
}
"""The issuer's response code with which the sandbox declines; empty where ISO 8583 has none for the reason."""


def payment_amount(name: str, base: int = 0, thing: str = PAYMENT) -> int:
    """An amount in minor units for a scenario: `base` is added, and must end in five zeros."""
    return base + FIRST_AMOUNT + KNOWN[thing][name].number


def tables() -> Mapping[str, str]:
    """The tables of the README, by the name of their place."""
    declines: list[list[str | int]] = [
        [f"tok_declined_{word}", number + FIRST_DECLINE, word, Declined.Name(number), RESPONSES[word]]
        for word, number in DECLINES.items()
    ]
    disputes: list[list[str | int]] = [
        [f"tok_dispute_{word}", number + FIRST_DISPUTE, word, DisputeReason.Name(number)]
        for word, number in DISPUTE_REASONS.items()
    ]
    return {
        "transfers": table(TRANSFERS),
        "anything": table(ANYTHING),
        "payments": table(PAYMENTS),
        "declines": _rows("| token | amount | code | reason | response code |", declines),
        "disputes": _rows("| token | amount | code | reason |", disputes),
    }


def _rows(head: str, rows: Sequence[Sequence[str | int]]) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *lines])


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"…{FIRST_AMOUNT + value}"
    return value and f"`{value}`"
