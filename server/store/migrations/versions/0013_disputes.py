"""Disputes and their evidence."""

from server.store.migrations import steps

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
