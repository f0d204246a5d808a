"""Decisions of routing that are kept with each try."""

from server.store.migrations import steps

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
