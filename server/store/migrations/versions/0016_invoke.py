"""Provider calls with one statement before and one after."""

from server.store.migrations import steps

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
