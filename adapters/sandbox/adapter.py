"""The sandbox's adapter: payouts as transfers, grants by OAuth, webhooks by the Standard Webhooks specification.

Every method is encode, send, decode; what words mean stands in `mapping.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, Rejected, Unmapped
from adapters.kit.mapping import document, text
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import verify_standard_webhook
from adapters.sandbox import mapping
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

TRANSFERS = "/v1/transfers"
REVOCATION = "/v1/oauth/revoke"


class Sandbox:
    """Implements the ports Payouts, Grants and Webhooks."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Create a transfer. The key makes repeats harmless, the reference makes it findable."""
        transfer = self._send(
            call,
            "POST",
            TRANSFERS,
            writes=True,
            json=mapping.transfer(payout, beneficiary),
            headers={"Idempotency-Key": call.idempotency_key},
            on_client_error=mapping.rejection,
        )
        seen = mapping.observation(transfer)
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the idempotency key was already used for another transfer")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the transfer by its own id where we know it, else by our payout's id."""
        transfer = self._find(call, payout)
        return mapping.observation(transfer) if transfer else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the transfer's cancellation. Once it is paid the sandbox refuses; then its state is read."""
        found = self._find(call, payout)
        if found is None:
            raise Rejected("the provider has no transfer for this payout", code="not_found")
        path = f"{TRANSFERS}/{path_segment(found['id'])}"
        cancelled = self._send(call, "POST", f"{path}/cancel", writes=True, absent=_too_late)
        return mapping.observation(cancelled or self._send(call, "GET", path))

    def revoke_grant(self, call: Call, token: str) -> None:
        """Revoke a token (RFC 7009). One that the sandbox does not know is answered like one that it does."""
        self._send(call, "POST", REVOCATION, writes=True, form={"token": token})

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Standard Webhooks: id, time and body are signed, five minutes either way."""
        verify_standard_webhook(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """`transfer.updated` carries the transfer as it was then; what is not about transfers is not ours."""
        event = document(inbound.body, "event")
        if not isinstance(event, dict):
            raise Unmapped("event", type(event).__name__)
        event_id, kind = text(event.get("id"), "event.id"), text(event.get("type"), "event.type")
        if not kind.startswith("transfer."):
            return Reading(event_id)
        if kind != "transfer.updated":
            raise Unmapped("event.type", kind)
        return Reading(event_id, [mapping.observation(event.get("data"), event_id)])

    def _find(self, call: Call, payout: Payout) -> dict[str, Any] | None:
        if payout.provider_reference:
            path = f"{TRANSFERS}/{path_segment(payout.provider_reference)}"
            found: dict[str, Any] | None = self._send(call, "GET", path, absent=_unknown)
            return found
        page = self._send(call, "GET", TRANSFERS, query={"reference": payout.payout_id})
        return next((each for each in page["data"] if each["reference"] == payout.payout_id), None)

    def _send(self, call: Call, method: str, path: str, *, writes: bool = False, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {call.credential('api_key')}", **more.pop("headers", {})}
        return call.send(
            method, path, writes=writes, headers=headers, safe=mapping.SAFE, code_of=mapping.error_code, **more
        )


def _unknown(status: int, body: Any) -> bool:
    # The code tells a missing transfer from a wrong address.
    return status == 404 and mapping.error_code(body) == "transfer_not_found"


def _too_late(status: int, body: Any) -> bool:
    return status == 409 and mapping.error_code(body) == "not_cancellable"


ADAPTER = Sandbox()
