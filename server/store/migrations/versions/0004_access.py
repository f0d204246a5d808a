"""API keys with states and restrictions; members."""

from server.store.migrations import steps

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
