"""Runs the SQL file that lies beside a migration, as it is."""

from pathlib import Path

from alembic import op


def run(migration: str, suffix: str) -> None:
    """Run the migration's file with a suffix. One without a statement does nothing."""
    text = Path(migration).with_suffix(suffix).read_text()
    if any(line and not line.startswith("--") for line in text.splitlines()):
        op.get_bind().exec_driver_sql(text.replace("%", "%%"))
