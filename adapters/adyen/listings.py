"""What moved on the balance account since a time, as far as it is known by our references.

Payments, refunds and disputes of a merchant account cannot be listed: neither Checkout v71 nor the Disputes API v30
has such a question. Transactions of the Transfers API v3 are listed by when they were made (the documents, read
2026-11): one that is booked later is not listed again, so that the list is never the whole of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.adyen import transfers
from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.listing import page, rows
from adapters.kit.mapping import text
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Observation
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation

PAGE_SIZE = 100


def changes(ask: Callable[..., Any], call: Call, since: datetime, cursor: str) -> Listing:
    """A page of transactions, by the payouts that they belong to."""
    query: dict[str, str | int] = {
        "balanceAccountId": call.credential("balance_account_id"),
        "createdSince": moment(since),
        "createdUntil": moment(datetime.now(UTC) + timedelta(days=1)),  # the vendor's clock may be ahead
        "limit": PAGE_SIZE,
    }
    if cursor:
        query["cursor"] = cursor
    answer = ask(call, "GET", "/transactions", None, query=query)
    if not isinstance(answer, dict):
        raise Unmapped("transactions", type(answer).__name__)
    found = rows(answer.get("data") or [], "transactions.data")
    return page(_by_payout(found), _said, next_cursor(answer), complete=False)


def next_cursor(answer: Mapping[str, Any]) -> str:
    """The cursor in the address of the next page; empty on the last one."""
    following = ((answer.get("_links") or {}).get("next") or {}).get("href")
    return next(iter(parse_qs(urlsplit(str(following)).query).get("cursor", [])), "") if following else ""


def moment(at: datetime) -> str:
    """A time as the vendor takes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _by_payout(found: Sequence[Any]) -> Iterator[list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        if isinstance(row, dict) and row.get("reference"):  # what somebody does in the vendor's pages has none
            grouped.setdefault(str(row["reference"]), []).append(row)
    yield from grouped.values()


def _said(found: list[Mapping[str, Any]]) -> Sequence[Observation]:
    """What the movements of one payout say. Those that went before may stand on another page: then it is asked."""
    if not any(str((row.get("amount") or {}).get("value", "")).startswith("-") for row in found):
        reference = text(found[0].get("transferId"), "transaction.transferId")
        told = PayoutObservation(
            payout_id=str(found[0]["reference"]), provider_reference=reference, provider_state="money came back"
        )
        return (told,)
    seen = transfers.of_transactions(found)
    return (seen,) if seen else ()
