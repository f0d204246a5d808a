"""A stand-in for Stripe's test mode: payments, refunds, disputes with files, payouts, the balance, and events.

Rule: what the vendor documents, it does; what a magic value adds stands in `simulator_cards.py` and in the README.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from adapters.kit.simulator import Entry, Route
from adapters.stripe import wire
from adapters.stripe.adapter import SIGNATURE
from adapters.stripe.amounts import stated
from adapters.stripe.simulator_desk import CHARGE, DISPUTE, INTENT, PAYOUT, REFUND, Json
from adapters.stripe.simulator_events import EventDesk
from adapters.stripe.simulator_payouts import PayoutDesk
from adapters.stripe.simulator_refunds import DisputeDesk

# Payment intents that hold or have taken money.
_IN_BOOKS = frozenset(("requires_capture", "succeeded", "canceled"))


class StripeSimulator(DisputeDesk, PayoutDesk, EventDesk):
    """The vendor."""

    CREDENTIALS: ClassVar[Mapping[str, str]] = {"secret_key": "sk_test_51Example", "account_id": "acct_51Example"}
    ROUTES: ClassVar[Sequence[Route]] = (
        *DisputeDesk.PAYMENT_ROUTES,
        *DisputeDesk.REFUND_ROUTES,
        *DisputeDesk.DISPUTE_ROUTES,
        *PayoutDesk.PAYOUT_ROUTES,
        *EventDesk.EVENT_ROUTES,
    )

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The header of a webhook."""
        return {"Stripe-Signature": SIGNATURE.sign(body, secret, at)}

    def books(self) -> list[Entry]:
        """Every authorisation, capture, refund and payout, under our ids, in the units of ISO 4217."""
        found: list[Entry] = []
        for intent in self.store.all(INTENT):
            reference = wire.metadata(intent, wire.PAYMENT_ID)
            if intent["latest_charge"] and intent["status"] in _IN_BOOKS:
                found.append(self._entry("payment", reference, intent, intent["amount"]))
            if intent["amount_received"]:
                found.append(self._entry("capture", reference, intent, intent["amount_received"]))
        for refund in self.store.all(REFUND):
            ours = wire.metadata(refund, wire.REFUND_ID) or wire.metadata(refund, wire.REVERSAL_ID)
            if refund["status"] not in ("failed", "canceled"):
                found.append(self._entry("refund", ours, refund, refund["amount"]))
        for payout in self.store.all(PAYOUT):
            found.append(self._entry("payout", wire.metadata(payout, wire.PAYOUT_ID), payout, payout["amount"]))
        return found

    def move(self, object_id: str, word: str) -> bool:
        """Put a thing, by the vendor's id or ours, into a state now.

        Payments: `authenticated`, `failed`, `expired`, `canceled`; `dispute:fraudulent`, `inquiry:fraudulent`.
        Refunds, disputes and payouts: any status; `failed:no_account` of a payout.
        """
        for kind in (INTENT, REFUND, DISPUTE, PAYOUT):
            for of in self.store.all(kind):
                if object_id == of["id"] or object_id in of["metadata"].values():
                    disputes = kind == INTENT and word.startswith(("dispute:", "inquiry:"))
                    moved = self.charge_of(of) if disputes else of
                    self.script(CHARGE if disputes else kind, moved["id"], ())
                    self.enter(CHARGE if disputes else kind, moved, word)
                    return True
        return False

    def enter(self, kind: str, of: Json, word: str, *, last: bool = True) -> None:
        """Put an object into a state now, and tell of it."""
        if kind == PAYOUT:
            self.enter_payout(of, word, last=last)
        elif kind == REFUND:
            self.enter_refund(of, word, last)
        elif kind == DISPUTE:
            self.enter_dispute(of, word, last=last)
        elif kind == CHARGE:
            how, _, reason = word.partition(":")
            self.open_dispute(of, reason, inquiry=how == "inquiry")
        else:
            self.enter_intent(of, word)

    def _entry(self, kind: str, reference: str, of: Json, amount: int) -> Entry:
        money = stated(amount, of["currency"])
        return Entry(reference, of["id"], money.amount_minor, money.currency_code, of["status"], kind)


SIMULATOR = StripeSimulator
