"""Lithic: payouts as ACH payments to external bank accounts, webhooks.

Every method is encode, send, decode; what words mean stands in `mapping.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, Rejected, Unavailable, Unknown
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import verify_standard_webhook
from adapters.lithic import accounts, events, listings, mapping
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

PAYMENTS, ACCOUNTS = "/v1/payments", "/v1/external_bank_accounts"


class Lithic:
    """Implements the ports Payouts, Webhooks and Listings."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Have the beneficiary's account there, and make the payment under a token that the payout's key makes."""
        mapping.check_covered(payout)
        account = accounts.account_request(beneficiary, call.credential("verification_method"))
        paid_from = call.credential("financial_account_token")
        token = mapping.payment_token(call.idempotency_key)
        body = mapping.payment_request(
            payout, beneficiary, token=token, paid_from=paid_from, paid_to=self._account(call, account)
        )
        try:
            made = self._send(call, "POST", PAYMENTS, json=body, writes=True)
        except Misconfigured as refused:
            if refused.credentials:
                raise
            made = self._made_before(call, token, refused)
        seen = mapping.observation(made)
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the token was already used for another payment")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the payment by its token: the one that we know, else the one that the payout's id makes."""
        payment = self._find(call, payout)
        return mapping.observation(payment) if payment else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """The state in which the payment is: the vendor's interface has no cancellation."""
        seen = self.look_up_payout(call, payout)
        if seen is None:
            raise Rejected("the provider has no payment for this payout")
        return seen

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check the signature of Standard Webhooks over id, time and raw body."""
        verify_standard_webhook(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read the event. `webhook-id` is signed, and stays the same when the vendor repeats a delivery."""
        return events.reading(inbound.body, inbound.headers.get("webhook-id", ""))

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of the vendor's events of payments."""
        return listings.changes(self._send, call, since, cursor)

    def _account(self, call: Call, request: Mapping[str, Any]) -> str:
        """The token of the beneficiary's account, made if it is not there.

        No money moves here, so a lost answer leaves nothing unknown: the next try is told of the account that is there.
        """
        found: list[str] = []

        def is_there(status: int, answer: Any) -> bool:
            found.append(accounts.existing(answer) if status == 409 else "")
            return bool(found[-1])

        account = self._send(call, "POST", ACCOUNTS, json=request, writes=False, absent=is_there)
        if account is None and found:
            account = self._send(call, "GET", f"{ACCOUNTS}/{path_segment(found[-1])}", writes=False)
        return accounts.payable(account, request)

    def _made_before(self, call: Call, token: str, refused: Misconfigured) -> Any:
        """The payment that has the token, where a request to make it was refused; else the refusal itself.

        How the vendor answers a token that it has is not documented: a refusal must not hide that the money is moving.
        """
        try:
            payment = self._by_token(call, token)
        except (Unavailable, Misconfigured) as failure:
            raise Unknown("the payment was refused, and whether it was made before is not known",
                          code=failure.code) from None  # fmt: skip
        if payment is None:
            raise refused
        return payment

    def _find(self, call: Call, payout: Payout) -> Any:
        """The payout's payment; None only if the vendor was asked by every token that it can have, and has none."""
        for token in dict.fromkeys((payout.provider_reference, mapping.payment_token(payout.payout_id))):
            payment = self._by_token(call, token) if token else None
            if payment is not None:
                if mapping.payout_id(payment) != payout.payout_id:
                    raise Misconfigured("the payment with this token is another payout's")
                return payment
        return None

    def _by_token(self, call: Call, token: str) -> Any:
        payment = self._send(call, "GET", f"{PAYMENTS}/{path_segment(token)}", writes=False,
                             absent=lambda status, _: status == 404)  # fmt: skip
        if payment is None:
            self._check_answered_by_vendor(call)
        return payment

    def _check_answered_by_vendor(self, call: Call) -> None:
        """Raise unless the vendor shows its payments. Its 404 has no word of its own, so anybody could have said it."""
        page = self._send(call, "GET", PAYMENTS, query={"page_size": "1"}, writes=False)
        if not isinstance(page, dict) or not isinstance(page.get("data"), list):
            raise Misconfigured("the answer is not a page of payments, so that nothing was found says nothing")

    def _send(self, call: Call, method: str, path: str, **options: Any) -> Any:
        # The key stands alone in the header, without a scheme (the document, securitySchemes).
        headers = {"Authorization": call.credential("api_key")}
        return call.send(method, path, headers=headers, safe=mapping.SAFE, **options)


ADAPTER = Lithic()
