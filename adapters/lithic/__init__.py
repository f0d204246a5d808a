"""Lithic: payouts by ACH, webhooks."""
