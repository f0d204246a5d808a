"""What callers use of the contract, by day; and of what that ends they were warned."""

from server.store.migrations import steps

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Take the step."""
    steps.run(__file__, ".sql")


def downgrade() -> None:
    """Take it back."""
    steps.run(__file__, ".down.sql")
