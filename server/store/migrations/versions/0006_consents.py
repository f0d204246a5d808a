"""Consents and what rests on them."""

from server.store.migrations import steps

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
