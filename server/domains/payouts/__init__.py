"""Payouts: money on its way from the company to a beneficiary."""
