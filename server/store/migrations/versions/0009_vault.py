"""Tokens, erasures, data policies and their flows."""

from server.store.migrations import steps

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
