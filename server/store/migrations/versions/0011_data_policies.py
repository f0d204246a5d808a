"""Retention, residency and purges."""

from server.store.migrations import steps

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
