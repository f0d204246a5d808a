"""What the simulated vendor refuses in a request. The first fault found is the one that is answered."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.dwolla.simulator_objects import invalid

Fault = Mapping[str, Any] | None


def check_customer(body: Mapping[str, Any]) -> Fault:
    """The first thing that is wrong with a new receive-only customer."""
    for name in ("firstName", "lastName", "email", "type"):
        if not body.get(name):
            return invalid("Required", f"/{name}", f"{name} required.")
    if body["type"] != "receive-only":
        return invalid("Invalid", "/type", "Only receive-only customers are simulated.")
    for name in ("firstName", "lastName"):
        if len(body[name]) > 50:
            return invalid("Invalid", f"/{name}", f"{name} is too long.")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", body["email"]):
        return invalid("InvalidFormat", "/email", "The email is not valid.")
    return None


def check_bank_account(body: Mapping[str, Any]) -> Fault:
    """The first thing that is wrong with a new bank account."""
    routing = str(body.get("routingNumber", ""))
    weights = (3, 7, 1, 3, 7, 1, 3, 7, 1)
    if not re.fullmatch(r"\d{9}", routing) or sum(w * int(d) for w, d in zip(weights, routing, strict=True)) % 10:
        return invalid("Invalid", "/routingNumber", "Routing number invalid.")
    if not re.fullmatch(r"(?!0+$)\d{4,17}", str(body.get("accountNumber", ""))):
        return invalid("Invalid", "/accountNumber", "Account number invalid.")
    if body.get("bankAccountType") not in ("checking", "savings", "general-ledger", "loan"):
        return invalid("Invalid", "/bankAccountType", "Bank account type invalid.")
    if not 0 < len(str(body.get("name", ""))) <= 50:
        return invalid("Invalid", "/name", "Name invalid.")
    return None


def check_transfer(body: Mapping[str, Any]) -> Fault:
    """The first thing that is wrong with a new transfer, apart from its destination."""
    source = str(((body.get("_links") or {}).get("source") or {}).get("href", ""))
    if "/funding-sources/" not in source or source.endswith("/nobody"):
        return invalid("Invalid", "/_links/source/href", "Funding source not found.")
    amount = body.get("amount") or {}
    if amount.get("currency") != "USD":
        return invalid("Invalid", "/amount/currency", "Invalid currency.")
    if not re.fullmatch(r"(?!0+(\.0+)?$)\d+\.\d{2}", str(amount.get("value", ""))):
        return invalid("InvalidFormat", "/amount/value", "Invalid amount. It must be a positive number.")
    if (body.get("clearing") or {}).get("destination", "next-available") != "next-available":
        return invalid("Restricted", "/clearing/destination", "Destination clearing type is currently not enabled.")
    if not 0 < len(body.get("correlationId", "-")) <= 255:
        return invalid("InvalidFormat", "/correlationId", "Correlation id must be up to 255 characters.")
    return None
