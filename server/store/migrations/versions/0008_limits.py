"""Allowances that all processes share; spending limits in the accepting statement."""

from server.store.migrations import steps

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
