"""Sweeps through what providers list."""

from server.store.migrations import steps

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
