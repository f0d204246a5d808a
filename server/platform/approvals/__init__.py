"""Approvals: calls that wait until somebody else has said yes."""
