"""Stages of providers, and their certifications."""

from server.store.migrations import steps

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
