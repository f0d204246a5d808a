"""The clock of a sandbox company."""

from server.store.migrations import steps

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
