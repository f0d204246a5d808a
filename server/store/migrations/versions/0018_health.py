"""Health of providers, shared by all processes."""

from server.store.migrations import steps

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
