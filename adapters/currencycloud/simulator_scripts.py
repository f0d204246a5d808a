"""What becomes of a simulated payment, and which magic value says so."""

COMPLETES = ("ready_to_send", "submitted", "completed")
SCRIPTS: dict[int, tuple[str, ...]] = {
    99001: ("awaiting_authorisation",),
    99002: ("ready_to_send", "submitted", "suspended"),
    99003: ("ready_to_send", "failed"),
    99004: ("ready_to_send", "failed:compliance"),
    99005: (*COMPLETES, "failed"),
    99006: ("ready_to_send", "deleted"),
    99007: ("ready_to_send", "submitted", "released"),
}
"""What becomes of a payment, by the last five digits of its amount in minor units: statuses, one after the other.

`failed:compliance` fails the vendor's review; `failed:returned` fails a payment as if it had been completed before.
"""

REFUSED: dict[int, tuple[str, str]] = {
    99011: ("amount", "payment_above_limit"),
    99012: ("reference", "reference_is_too_long"),
    99013: ("account", "unsupported_account"),
}
"""Payments that are refused at once, by the last five digits: category and code."""


def chosen(minor: int) -> tuple[str, ...]:
    """The script of a new payment."""
    return SCRIPTS.get(minor % 100_000, COMPLETES)
