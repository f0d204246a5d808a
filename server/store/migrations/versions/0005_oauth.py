"""OAuth 2.0: clients, grants, tokens, signing keys."""

from server.store.migrations import steps

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
