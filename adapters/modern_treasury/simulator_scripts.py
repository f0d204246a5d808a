"""What becomes of a simulated payment order, and which magic value says so."""

import re
from collections.abc import Mapping
from typing import Any

SETTLES = ("processing", "sent", "completed")
SCRIPTS: dict[int, tuple[str, ...]] = {
    99001: ("needs_approval",),
    99002: ("needs_approval", "denied"),
    99003: ("processing", "sent", "held", "completed"),
    99004: ("processing", "sent", "stopped"),
    99005: (*SETTLES, "reversed"),
    99006: ("processing", "failed"),
    99007: (*SETTLES, "returned:R03"),
    99008: ("processing", "sent", "returned:R02"),
    99009: (*SETTLES, "notice:C01"),
}
"""What becomes of an order, by the last five digits of its amount in minor units: statuses, one after the other.

`returned:CODE` comes with a return object, `notice:CODE` is a notification of change and no status.
"""


def chosen(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The script of a new order, from the body of the request.

    The account numbers are those of the vendor's own sandbox: docs.moderntreasury.com/payments/docs/simulating-a-return
    and …/simulate-a-payment-order-failure, read 2026-11.
    """
    details = (body.get("receiving_account") or {}).get("account_details") or ()
    number = details[0]["account_number"] if details else ""
    if found := re.fullmatch(r"100(\d\d)", number):
        return (*SETTLES, f"returned:R{found[1]}")
    if number.startswith("11111111"):
        return ("processing", "failed")
    return SCRIPTS.get(body["amount"] % 100_000, SETTLES)
