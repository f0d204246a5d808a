"""People: members, identity providers, sessions at the sign-in pages."""

from server.store.migrations import steps

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
