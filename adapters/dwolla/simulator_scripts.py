"""What becomes of a simulated transfer, and which magic value says so."""

import re
from collections.abc import Mapping
from typing import Any

SETTLES = ("created", "processed")
SCRIPTS: dict[int, tuple[str, ...]] = {
    99001: ("created",),
    99002: ("created", "cancelled"),
    99003: ("created", "failed:R03"),
    99004: ("created", "processed", "failed:R02"),
    99005: ("created", "failed:R01"),
    99006: ("created", "processed", "failed:R16"),
}
"""What becomes of a transfer, by the last five digits of its amount in cents: words, one after the other.

`created` only tells that it is there. `failed:CODE` fails it: at the account that pays for R01 and R09, else at the
one that receives.
"""

REFUSED: dict[int, tuple[str, str, str]] = {
    99011: ("InsufficientFunds", "/_links/source/href", "Insufficient funds."),
    99012: ("Restricted", "/_links/destination/href", "Receiver restricted."),
    99013: ("Invalid", "/amount/value", "Invalid amount. The supplied amount is greater than your transaction limit."),
}
"""Transfers that are refused at once, by the last five digits: code, path and message of the embedded error."""

AT_SOURCE = frozenset(("R01", "R09"))


def chosen(cents: int, destination: Mapping[str, Any]) -> tuple[str, ...]:
    """The script of a new transfer.

    A funding source named by a return code fails with it, as in the vendor's own sandbox:
    developers.dwolla.com/guides/sandbox/transfers, read 2026-11.
    """
    if re.fullmatch(r"R\d\d", destination["name"]):
        return ("created", f"failed:{destination['name']}")
    return SCRIPTS.get(cents % 100_000, SETTLES)
