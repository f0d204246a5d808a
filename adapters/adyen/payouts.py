"""Payouts as bank transfers of the Transfers API v3. Encode, send, decode.

Rule: a transfer cannot be read there; what is known of it are the movements on the balance account.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.adyen import listings, sending, transfers
from adapters.adyen.listings import moment
from adapters.kit.call import Call
from adapters.kit.errors import CANNOT_ASK, Misconfigured, Rejected, Unavailable
from adapters.kit.ports.listings import Listing
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

PAGE, PAGES = 100, 20
"""How many transactions a page has at most, and how many pages are read for one payout."""
BEFORE, WITHOUT_TIME = timedelta(minutes=5), timedelta(days=7)


class AdyenPayouts:
    """Implements the ports Payouts and Listings."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Ask for a transfer to the beneficiary's account, which is described in it: one call, one key."""
        body = transfers.transfer(payout, beneficiary, call.credential("balance_account_id"))
        seen = transfers.observation(sending.transfers(call, "POST", "/transfers", call.idempotency_key, json=body))
        if seen.payout_id != payout.payout_id:
            # A key that was used before, even for another request, is answered with what was answered then.
            raise Misconfigured("the idempotency key was already used for another transfer")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """What moved for the payout; None only for one that the vendor has never told of.

        A transfer that moved nothing yet is not among the transactions. Whoever was told its id knows that it exists.
        """
        found = self._movements(call, payout)
        if found is None and payout.provider_reference:
            raise Unavailable("nothing has moved yet, and transfers cannot be read", code=CANNOT_ASK)
        return found

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the cancellation, which the vendor takes only while a transfer waits for a review.

        That it was cancelled, or how one that can no longer be cancelled goes on, comes by webhook; the answer is
        what is known until then. Asking again would change nothing.
        """
        found = self._movements(call, payout)
        transfer_id = payout.provider_reference or (found.provider_reference if found else "")
        if not transfer_id:
            raise Rejected("the provider has no transfer for this payout", code="not_found")
        taken = True

        def is_refused(status: int, _: Any) -> bool:
            nonlocal taken
            taken = status != 422
            return not taken

        key = sending.derived(call.idempotency_key, "cancel")
        body = {"transferIds": [transfer_id]}
        sending.transfers(call, "POST", "/transfers/cancel", key, json=body, bodyless=True, absent=is_refused)
        now = self._movements(call, payout)
        if now is not None:
            return now
        return PayoutObservation(
            payout_id=payout.payout_id,
            provider_reference=transfer_id,
            state=payout.state,
            amount=payout.amount,
            provider_state="cancellation received" if taken else "cancellation refused",
        )

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of what has moved on the balance account, for payouts alone: nothing else can be listed."""
        return listings.changes(sending.transfers, call, since, cursor)

    def _movements(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """The payout's own among the transactions since it was made."""
        made = payout.create_time.ToDatetime(UTC) - BEFORE if payout.HasField("create_time") else None
        now = datetime.now(UTC)
        query: dict[str, str | int] = {
            "balanceAccountId": call.credential("balance_account_id"),
            "createdSince": moment(made or now - WITHOUT_TIME),
            "createdUntil": moment(now + timedelta(days=1)),  # the vendor's clock may be ahead
            "limit": PAGE,
        }
        found: list[dict[str, Any]] = []
        for _ in range(PAGES):
            page = sending.transfers(call, "GET", "/transactions", None, query=query)
            rows = page.get("data") or []
            found += [row for row in rows if row.get("reference") == payout.payout_id]
            if not ((page.get("_links") or {}).get("next") or {}).get("href"):
                return transfers.of_transactions(found)
            cursor = listings.next_cursor(page)
            if not cursor:
                break
            query = {**query, "cursor": cursor}
        if found:
            return transfers.of_transactions(found)
        raise Unavailable("there are more transactions than are read for one payout")
