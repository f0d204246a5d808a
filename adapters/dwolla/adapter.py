"""Dwolla: payouts as ACH transfers from the account's funding source to a beneficiary's bank account.

Only the transfer moves money. Whoever receives it is set up first, each part found again by what is ours in it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.dwolla import events, listings, mapping, receivers, refusals
from adapters.kit.auth import client_credentials
from adapters.kit.call import Call, Reply, path_segment
from adapters.kit.errors import Misconfigured, Rejected, Unavailable, Unknown
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import HmacScheme
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, Payout

HAL = "application/vnd.dwolla.v1.hal+json"
SIGNATURE = HmacScheme(header="x-request-signature-sha-256")
"""HMAC-SHA256 of the body, in hex, with the secret of the webhook subscription. The scheme has no time."""

TOKEN = client_credentials("/token")


class Dwolla:
    """Implements the ports Payouts, Webhooks and Listings."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Set the receiver up, make the transfer under the payout's key, and read it back: a 201 has no body."""
        mapping.check_covered(payout)
        account = receivers.bank_account(beneficiary)  # what cannot be paid is refused before anything is made
        source = _address(call, "funding-sources", call.credential("funding_source_id"))
        customer = self._customer(call, beneficiary)
        destination = _address(call, "funding-sources", self._bank_account(call, customer, account))
        body = mapping.transfer_request(payout, source, destination)
        try:
            reply = self._ask(call, "POST", "/transfers", json=body, key=call.idempotency_key, writes=True,
                              on_client_error=refusals.refusal)  # fmt: skip
        except refusals.Declined as declined:
            return PayoutObservation(
                payout_id=payout.payout_id,
                state=PAYOUT_STATE_FAILED,
                amount=payout.amount,
                reason=declined.reason,
                provider_state="declined",
                provider_reason_code=declined.code,
            )
        seen = self._read(call, mapping.last_segment(reply.headers.get("location")))
        if seen is None:
            raise Unknown("the transfer was made, and cannot be read yet")
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the idempotency key was already used for another transfer")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the transfer by its own id where we know it, else by our payout's id."""
        transfer = self._find(call, payout)
        return self._observed(call, transfer) if transfer else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the transfer's cancellation. What is no longer pending the vendor refuses; then its state is read."""
        transfer = self._find(call, payout)
        if transfer is None:
            raise Rejected("the provider has no transfer for this payout", code="NotFound")
        path = f"/transfers/{path_segment(transfer['id'])}"
        self._ask(call, "POST", path, json={"status": "cancelled"}, writes=True, absent=lambda status, _: status == 400)
        # The document does not say what the answer to a cancellation holds; the transfer itself does.
        seen = self._read(call, transfer["id"])
        if seen is None:
            raise Unknown("the transfer cannot be read after its cancellation")
        return seen

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check `X-Request-Signature-SHA-256` over the raw body."""
        SIGNATURE.verify(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read the event. It has an id of its own, which stays the same when the vendor repeats a delivery."""
        return events.reading(inbound.body)

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of the vendor's events, the newest first."""
        return listings.changes(self._ask, call, since, cursor)

    def _customer(self, call: Call, beneficiary: Beneficiary) -> str:
        """The id of the receive-only customer that stands for the beneficiary; made if there is none.

        No money moves here, so a lost answer leaves nothing unknown: the next try finds the customer.
        """
        address = receivers.email(beneficiary, call.credential("email_domain"))
        page = self._ask(call, "GET", "/customers", query={"search": address}).body
        for customer in mapping.embedded(page, "customers"):
            if customer.get("email") == address:  # the search is fuzzy
                return str(customer["id"])
        body = receivers.customer(beneficiary, address)
        return self._made(call, "/customers", body, f"{beneficiary.beneficiary_id}-customer")

    def _bank_account(self, call: Call, customer: str, body: Mapping[str, Any]) -> str:
        """The id of the customer's one bank account. The vendor removes it after most returns; then it is made anew."""
        path = f"/customers/{path_segment(customer)}/funding-sources"
        page = self._ask(call, "GET", path, query={"removed": "false"}).body
        for source in mapping.embedded(page, "funding-sources"):
            if source.get("type") == "bank" and not source.get("removed"):
                return str(source["id"])
        return self._made(call, path, body, f"{call.idempotency_key}-account")

    def _made(self, call: Call, path: str, body: Mapping[str, Any], key: str) -> str:
        """The id of what a request creates, or of what the vendor says is there already."""
        found: list[str] = []

        def is_there(status: int, answer: Any) -> bool:
            found.append(refusals.existing(answer) if status == 400 else "")
            return bool(found[-1])

        reply = self._ask(call, "POST", path, json=body, key=key, content_type=HAL,
                          absent=is_there, on_client_error=refusals.refusal)  # fmt: skip
        made = mapping.last_segment(reply.headers.get("location")) or next(iter(found), "")
        if not made:
            raise Unavailable("the provider does not say what it has made")
        return made

    def _find(self, call: Call, payout: Payout) -> dict[str, Any] | None:
        """The payout's transfer; None only if the vendor was asked by every name that we have for it, and has none."""
        if payout.provider_reference:
            known: dict[str, Any] | None = self._get(call, f"/transfers/{path_segment(payout.provider_reference)}")
            if known is not None:
                return known
        path = f"/accounts/{path_segment(call.credential('account_id'))}/transfers"
        page = self._ask(call, "GET", path, query={"correlationId": payout.payout_id}).body
        transfers = mapping.embedded(page, "transfers")
        if any(mapping.payout_id(transfer) != payout.payout_id for transfer in transfers):
            raise Misconfigured("the provider did not heed the filter, so its answer says nothing")
        # A transfer that funds another is the leg from the paying bank to the vendor; the other is the payout's.
        transfers = [transfer for transfer in transfers if not mapping.link(transfer, "funded-transfer")]
        if len(transfers) > 1:
            raise Unknown("several transfers carry this payout's id")
        return transfers[0] if transfers else None

    def _read(self, call: Call, transfer_id: str) -> PayoutObservation | None:
        """A transfer that certainly is there; None if it cannot be read. Never a failure that says nothing was done."""
        try:
            transfer = self._get(call, f"/transfers/{path_segment(transfer_id)}") if transfer_id else None
            return self._observed(call, transfer) if transfer else None
        except (Unavailable, Misconfigured) as failure:
            raise Unknown("the transfer was acted upon, and cannot be read", code=failure.code) from None

    def _observed(self, call: Call, transfer: dict[str, Any]) -> PayoutObservation:
        failure = None
        if transfer.get("status") == "failed":
            failure = self._get(call, f"/transfers/{path_segment(str(transfer.get('id')))}/failure")
        return mapping.observation(transfer, failure)

    def _get(self, call: Call, path: str) -> Any:
        return self._ask(call, "GET", path, absent=_not_found).body

    def _ask(self, call: Call, method: str, path: str, *, key: str = "", writes: bool = False, **options: Any) -> Reply:
        headers = {"Idempotency-Key": key} if key else None
        return call.ask(method, path, writes=writes, headers=headers, accept=HAL, token=TOKEN, safe=mapping.SAFE,
                        code_of=refusals.error_code, bodyless=method == "POST", **options)  # fmt: skip


def _not_found(status: int, answer: Any) -> bool:
    # A 404 without the vendor's word comes from somebody else on the way.
    return status == 404 and str(refusals.error_code(answer)).lower() == "notfound"


def _address(call: Call, kind: str, resource_id: str) -> str:
    return f"{call.base_url.rstrip('/')}/{kind}/{path_segment(resource_id)}"


ADAPTER = Dwolla()
