"""Modern Treasury: payouts as payment orders over ACH, wire, RTP, SEPA and more.

Every method is encode, send, decode; what words mean stands in `mapping.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, Rejected, Unknown
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import HmacScheme
from adapters.modern_treasury import events, mapping, refusals
from adapters.modern_treasury.listings import ModernTreasuryListings
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

ORDERS = "/api/payment_orders"
SIGNATURE = HmacScheme(header="x-signature")
"""HMAC-SHA256 of the body, in hex, with the webhook key as it is shown. The scheme has no time."""


class ModernTreasury(ModernTreasuryListings):
    """Implements the ports Payouts, Webhooks and Listings."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Create a payment order, with the beneficiary's account inside it: one call, one idempotency key."""
        order = self._send(
            call,
            "POST",
            ORDERS,
            json=mapping.payment_order(payout, beneficiary, call.credential("originating_account_id")),
            headers={"Idempotency-Key": call.idempotency_key},
            writes=True,
            on_client_error=refusals.refusal,
        )
        seen = mapping.observation(order)
        if seen.payout_id != payout.payout_id:
            # A key that was used before, even for another request, is answered with what was answered then.
            raise Misconfigured("the idempotency key was already used for another payment order")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the order by its own id where we know it, else by our payout's id in its metadata."""
        order = self._find(call, payout)
        return mapping.observation(order) if order else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the order's cancellation. Once it is being processed the vendor refuses; then its state is read."""
        order = self._find(call, payout)
        if order is None:
            raise Rejected("the provider has no payment order for this payout", code="resource_not_found")
        path = f"{ORDERS}/{path_segment(order['id'])}"
        cancelled = self._send(
            call,
            "PATCH",
            path,
            json={"status": "cancelled"},
            writes=True,
            absent=lambda status, _: status in (409, 422),
        )
        return mapping.observation(cancelled or self._send(call, "GET", path, writes=False))

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check `X-Signature` over the raw body."""
        SIGNATURE.verify(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read the event. `X-Webhook-ID` stays the same when the vendor repeats a delivery."""
        return events.reading(inbound.body, inbound.headers.get("x-webhook-id", ""))

    def _find(self, call: Call, payout: Payout) -> dict[str, Any] | None:
        """The payout's order; None only if the vendor was asked by every name that we have for it, and has none."""
        if payout.provider_reference:
            path = f"{ORDERS}/{path_segment(payout.provider_reference)}"
            order: dict[str, Any] | None = self._send(
                call, "GET", path, writes=False, absent=lambda status, _: status == 404
            )
            if order is not None:
                return order
        query = {f"metadata[{mapping.PAYOUT_ID}]": payout.payout_id}
        orders = self._send(call, "GET", ORDERS, query=query, writes=False)
        if not isinstance(orders, list) or any(mapping.payout_id(order) != payout.payout_id for order in orders):
            raise Misconfigured("the provider did not heed the filter, so its answer says nothing")
        if len(orders) > 1:
            raise Unknown("several payment orders carry this payout's id")
        return orders[0] if orders else None

    def _send(self, call: Call, method: str, path: str, **options: Any) -> Any:
        auth = (call.credential("organization_id"), call.credential("api_key"))
        return call.send(method, path, auth=auth, safe=mapping.SAFE, code_of=refusals.error_code, **options)


ADAPTER = ModernTreasury()
