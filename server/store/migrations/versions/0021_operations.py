"""Work items that people work on, and replays."""

from server.store.migrations import steps

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
