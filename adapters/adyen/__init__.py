"""Adyen: card payments over Checkout, payouts over Transfers, disputes over the Disputes API."""
