"""In which version of its data an endpoint is told of events."""

from server.store.migrations import steps

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
