"""Data keys, by which stored messages are sealed."""

from server.store.migrations import steps

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
