"""Payouts to the bank accounts that the company itself has at Stripe, found by their fingerprint.

Rule: money goes to the beneficiary's very account or nowhere: a number's last digits are never taken for the number.
"""

from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, Rejected, Unknown
from adapters.stripe import payout_mapping as mapping
from adapters.stripe import refusals, wire
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

TOKENS, PAYOUTS, PAYOUT = "/v1/tokens", "/v1/payouts", "/v1/payouts/{}"
EXTERNAL_ACCOUNTS = "/v1/accounts/{}/external_accounts"


class StripePayouts:
    """Implements the port Payouts."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Find the company's own account that the beneficiary is, and pay out to it.

        A balance that does not reach is a decline: the vendor refuses at once, and nothing is queued.
        """
        form = mapping.payout_form(payout, self._destination(call, beneficiary))
        made = wire.post(
            call,
            PAYOUTS,
            form,
            absent=lambda status, answer: status == 400 and refusals.error_code(answer) in mapping.DECLINES,
        )
        if made is None:
            return mapping.declined(payout)
        seen = mapping.observation(made)
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the provider answered with another payout")
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the payout by its own id where we know it, else by our id in the metadata of the list."""
        found = self._find_payout(call, payout)
        return mapping.observation(found) if found else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the payout's cancellation. Once it is with the bank the vendor refuses; then its state is read."""
        found = self._find_payout(call, payout)
        if found is None:
            raise Rejected("the provider has no such payout", code="resource_missing")
        path = wire.below(PAYOUT, str(found["id"]))
        cancelled = wire.post(call, f"{path}/cancel", {}, suffix="cancel", absent=lambda status, _: status == 400)
        return mapping.observation(cancelled or self._get_payout(call, str(found["id"])))

    def _destination(self, call: Call, beneficiary: Beneficiary) -> str:
        """The vendor's id of the company's own account with the beneficiary's fingerprint.

        A token is made for its fingerprint alone: it is used for nothing, moves nothing, and so may be made again.
        "You can use this attribute to check whether two bank accounts are the same": the document, bank_account.
        """
        token = wire.post(
            call, TOKENS, {"bank_account": mapping.bank_account(beneficiary)}, suffix="token", writes=False
        )
        account = token.get("bank_account") if isinstance(token, dict) else None
        print_ = account.get("fingerprint") if isinstance(account, dict) else None
        if not isinstance(print_, str) or not print_:
            raise Misconfigured("the provider gave the bank account no fingerprint")
        own = wire.below(EXTERNAL_ACCOUNTS, call.credential("account_id"))
        currency = beneficiary.bank_account.currency_code.lower()
        found = [
            str(each["id"])
            for each in wire.pages(call, own)
            if each.get("object") == "bank_account"
            and each.get("fingerprint") == print_
            and each.get("currency") == currency
        ]
        if not found:
            raise Rejected("the beneficiary is not a bank account of the company's own", problems=[mapping.NOT_OWN])
        return found[0]  # several entries with one fingerprint are one bank account

    def _find_payout(self, call: Call, payout: Payout) -> Any:
        if payout.provider_reference:
            found = self._get_payout(call, payout.provider_reference)
            if found is not None:
                return found
        made = wire.pages(call, PAYOUTS, wire.since(payout.create_time.seconds))
        ours = [each for each in made if wire.metadata(each, wire.PAYOUT_ID) == payout.payout_id]
        if len(ours) > 1:
            raise Unknown("several payouts carry this payout's id")
        return ours[0] if ours else None

    def _get_payout(self, call: Call, payout_id: str) -> Any:
        return wire.get(call, wire.below(PAYOUT, payout_id))
