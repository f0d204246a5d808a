"""Limits on calls, shared by all processes. What is limited here is never money: that is policy of each domain."""
