"""The spine: every table, fence and function of the first release."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text().replace("%", "%%"))


def downgrade() -> None:
    """Remove everything but the role, which other databases of the same server may use."""
    op.get_bind().exec_driver_sql(
        """
        DO $$
        DECLARE statement text;
        BEGIN
            FOR statement IN
                SELECT format('DROP TABLE corridor.%%I CASCADE', tablename) FROM pg_tables
                    WHERE schemaname = 'corridor' AND tablename <> 'alembic_version'
                UNION ALL
                SELECT format('DROP FUNCTION IF EXISTS corridor.%%I CASCADE', proname) FROM pg_proc
                    WHERE pronamespace = 'corridor'::regnamespace
            LOOP
                EXECUTE statement;
            END LOOP;
            REVOKE ALL ON corridor.alembic_version FROM corridor_app;
            REVOKE ALL ON SCHEMA corridor FROM corridor_app;
        END $$
        """
    )
