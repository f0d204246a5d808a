"""What becomes of a simulated payment: the status in which each event leaves it, and which magic value says so."""

from collections.abc import Mapping

SETTLES = ("ACH_ORIGINATION_REVIEWED", "ACH_ORIGINATION_PROCESSED", "ACH_ORIGINATION_SETTLED")

SCRIPTS: Mapping[int, tuple[str, ...]] = {
    99001: (),
    99002: ("ACH_ORIGINATION_REVIEWED:FUNDS_INSUFFICIENT",),
    99003: (*SETTLES[:2], "ACH_RETURN_PROCESSED:R03"),
    99004: (*SETTLES, "ACH_RETURN_PROCESSED:R02"),
    99005: ("ACH_ORIGINATION_REVIEWED", "ACH_ORIGINATION_REJECTED"),
    99006: ("ACH_ORIGINATION_CANCELLED",),
}
"""What becomes of a payment, by the last five digits of its amount in cents: events, one after the other.

After a colon stands why: a word of `detailed_results`, or a return code.
"""

DECLINED_AT_ONCE: Mapping[int, str] = {
    99011: "FUNDS_INSUFFICIENT",
    99012: "PROGRAM_DAILY_LIMIT_EXCEEDED",
}
"""Amounts, by the same digits, whose answer is a payment that is declined already, and why."""

STATUSES: Mapping[str, str] = {
    "ACH_ORIGINATION_INITIATED": "PENDING",
    "ACH_ORIGINATION_REVIEWED": "PENDING",
    "ACH_ORIGINATION_PROCESSED": "PENDING",
    "ACH_ORIGINATION_SETTLED": "SETTLED",
    "ACH_ORIGINATION_RELEASED": "SETTLED",
    "ACH_ORIGINATION_CANCELLED": "REVERSED",
    "ACH_ORIGINATION_REJECTED": "REVERSED",
    "ACH_RETURN_PROCESSED": "RETURNED",
    "ACH_RETURN_SETTLED": "RETURNED",
}
"""The status after an event. Of the last two statuses of an origination that ends early the document says nothing: both
are taken to be REVERSED, the only one left in its filter of payments; the adapter reads CANCELED in the same way."""

SIMULATED = frozenset(
    {
        "ACH_ORIGINATION_REVIEWED",
        "ACH_ORIGINATION_RELEASED",
        "ACH_ORIGINATION_PROCESSED",
        "ACH_ORIGINATION_SETTLED",
        "ACH_RETURN_PROCESSED",
        "ACH_RETURN_SETTLED",
    }
)
"""What POST /v1/simulate/payments/{payment_token}/action can do to an origination (the document, read 2026-11)."""


def script(amount: int) -> tuple[str, ...]:
    """What becomes of a payment of so many cents."""
    return SCRIPTS.get(amount % 100_000, SETTLES)
