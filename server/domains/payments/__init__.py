"""Payments: money that customers pay to the company, and what is done with it."""
