"""Dwolla's words and ours: tables and pure functions. The vendor's words stand on the left, ours on the right.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit.errors import Misconfigured, Unmapped
from adapters.kit.mapping import decimal_text, money_from_decimal, text, translate
from adapters.kit.reasons import NACHA_RETURNS
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
    Payout,
    PayoutState,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_CANCELLED_BY_COMPANY,
    PAYOUT_REASON_OTHER,
    PayoutReason,
)
from corridor.type.v1 import rail_pb2

PAYOUT_ID = "corridor_payout_id"
"""The key of a transfer's metadata under which our payout's id stands for people; programs read `correlationId`."""

# What captures may show: ids, states, amounts and codes. Never names, e-mail addresses or account numbers.
SAFE = frozenset(
    {
        "id",
        "status",
        "type",
        "value",
        "currency",
        "created",
        "removed",
        "code",
        "path",
        "correlationId",
        "resource-type",
        "destination",
        "total",
        PAYOUT_ID,
    }
)

# transfer.status, "pending, processed, failed or cancelled" (the document, GET /accounts/{id}/transfers).
# What `failed` means is told by the failure itself: see `failed`.
STATES: dict[str, PayoutState.ValueType] = {
    "pending": PAYOUT_STATE_PENDING,
    "processed": PAYOUT_STATE_SETTLED,
    "failed": PAYOUT_STATE_RETURNED,
    "cancelled": PAYOUT_STATE_CANCELLED,
}

# failure.code: a NACHA return code. Notifications of change do not fail a transfer.
RETURN_REASONS: Mapping[str, PayoutReason.ValueType] = NACHA_RETURNS

# Our rail on the left, because here we speak first. `next-available` is same-day ACH
# (developers.dwolla.com/api-reference/transfers, clearing object, read 2026-11).
CLEARING: dict[rail_pb2.Rail.ValueType, str] = {
    rail_pb2.RAIL_ACH: "",
    rail_pb2.RAIL_ACH_SAME_DAY: "next-available",
}


def check_covered(payout: Payout) -> None:
    """Raise `Misconfigured` for a payout that no transfer can be: it came by a wrong route."""
    if payout.rail not in CLEARING:
        raise Misconfigured(f"no transfer travels by {rail_pb2.Rail.Name(payout.rail)}")
    if payout.amount.currency_code != "USD":
        raise Misconfigured("transfers are in USD")


def transfer_request(payout: Payout, source: str, destination: str) -> dict[str, Any]:
    """The body of a transfer between two funding sources, given by their addresses.

    The same payout makes the same body each time: the vendor keeps an idempotency key together with its body.
    """
    check_covered(payout)
    clearing = CLEARING[payout.rail]
    return {
        "_links": {"source": {"href": source}, "destination": {"href": destination}},
        "amount": {"value": decimal_text(payout.amount.amount_minor, "USD"), "currency": "USD"},
        "metadata": {PAYOUT_ID: payout.payout_id},
        **({"clearing": {"destination": clearing}} if clearing else {}),
        "correlationId": payout.payout_id,
    }


def observation(transfer: Any, failure: Any = None) -> PayoutObservation:
    """What a transfer says of a payout. `failure` is what the vendor says of a failed one, if it says anything."""
    if not isinstance(transfer, dict):
        raise Unmapped("transfer", type(transfer).__name__)
    status = text(transfer.get("status"), "transfer.status")
    amount = transfer.get("amount")
    if not isinstance(amount, dict):
        raise Unmapped("transfer.amount", type(amount).__name__)
    seen = PayoutObservation(
        payout_id=payout_id(transfer),
        provider_reference=text(transfer.get("id"), "transfer.id"),
        state=translate(STATES, status, "transfer.status"),
        amount=money_from_decimal(amount.get("value"), amount.get("currency")),
        provider_state=status,
    )
    if status == "cancelled":
        seen.reason = PAYOUT_REASON_CANCELLED_BY_COMPANY  # by our call, or in the dashboard
    if status == "failed":
        seen.state, seen.reason, seen.provider_reason_code = failed(transfer, failure)
    return seen


def failed(transfer: Mapping[str, Any], failure: Any) -> tuple[PayoutState.ValueType, PayoutReason.ValueType, str]:
    """State, reason and code of a failed transfer.

    A transfer that failed at the account that pays never left it. Every other one was sent back by the beneficiary's
    bank, which may also be after the transfer was `processed`.
    """
    if not isinstance(failure, dict):
        return PAYOUT_STATE_RETURNED, PAYOUT_REASON_OTHER, ""
    code = text(failure.get("code"), "failure.code")
    at = link(failure, "failed-funding-source")
    state = PAYOUT_STATE_FAILED if at and at == link(transfer, "source-funding-source") else PAYOUT_STATE_RETURNED
    return state, translate(RETURN_REASONS, code, "failure.code"), code


def payout_id(transfer: Any) -> str:
    """The id of the payout for which a transfer was made; empty for a transfer that somebody else made."""
    value = transfer.get("correlationId") if isinstance(transfer, dict) else None
    return value if isinstance(value, str) else ""


def link(resource: Any, name: str) -> str:
    """The id at the end of one of a resource's links; empty where there is no such link."""
    links = resource.get("_links") if isinstance(resource, dict) else None
    found = links.get(name) if isinstance(links, dict) else None
    return last_segment(found.get("href")) if isinstance(found, dict) else ""


def last_segment(address: object) -> str:
    """The id at the end of an address of the vendor's; only the id is used, never the host in front of it."""
    return address.rstrip("/").rpartition("/")[2] if isinstance(address, str) else ""


def embedded(page: Any, name: str) -> list[dict[str, Any]]:
    """The resources of a page."""
    inside = page.get("_embedded") if isinstance(page, dict) else None
    found = inside.get(name) if isinstance(inside, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unmapped(name, "not a page")
    return found
