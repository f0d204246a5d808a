"""Payments and what is done with them."""

from server.store.migrations import steps

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
