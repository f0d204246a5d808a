"""Stripe: payments, refunds, disputes and payouts over API version 2023-08-16."""
