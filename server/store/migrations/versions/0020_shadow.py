"""Connections that are tried in the shadow of others."""

from server.store.migrations import steps

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
