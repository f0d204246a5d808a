"""Versioned routing rules, and decisions that are kept."""

from server.store.migrations import steps

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
