"""Trials of losing a provider, as companies record them."""

from server.store.migrations import steps

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
