"""Stripe: payments as payment intents, refunds, disputes, and payouts to the company's own bank accounts.

Each port has a file of its own; every method is encode, send, decode, and what words mean stands in the mappings.
"""

from collections.abc import Sequence
from datetime import datetime

from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import HmacScheme
from adapters.stripe import events
from adapters.stripe.disputes import StripeDisputes
from adapters.stripe.listings import StripeListings
from adapters.stripe.payments import StripePayments
from adapters.stripe.payouts import StripePayouts
from adapters.stripe.refunds import StripeRefunds

SIGNATURE = HmacScheme(header="stripe-signature", prefix="v1=", separator=",", timestamp="t", allow_future=True)
"""HMAC-SHA256 of time, dot and body, in hex. docs.stripe.com/webhooks#verify-manually, read 2026-11.

Several `v1` stand beside each other while a secret is rolled; `v0` counts for nothing. The vendor's own libraries
refuse what is older than 300 seconds and let pass what is from the future.
"""


class Stripe(StripePayments, StripeRefunds, StripeDisputes, StripePayouts, StripeListings):
    """Implements the ports Payments, Refunds, Disputes, Payouts, Webhooks and Listings."""

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check `Stripe-Signature` over the raw body and its time."""
        SIGNATURE.verify(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read the event. Its id stays the same when the vendor repeats a delivery."""
        return events.reading(inbound.body)


ADAPTER = Stripe()
