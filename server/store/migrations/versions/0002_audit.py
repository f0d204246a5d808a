"""Audit: more of who and what, months, and the chain."""

from server.store.migrations import steps

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
