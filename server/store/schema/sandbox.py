"""The clocks of sandbox companies, and of their accounts at providers; who was given a connection without asking."""

from sqlalchemy import BigInteger, Index, LargeBinary, Text

from server.store.schema.base import Id, Time, column, table

sandbox_clocks = table("sandbox_clocks", column("ahead_seconds", BigInteger), column("update_time", Time), key=())

sandbox_advances = table(
    "sandbox_advances",
    column("sandbox_advance_id", Id),
    column("key", Id, null=True),
    column("fingerprint", LargeBinary, null=True),
    column("seconds", BigInteger),
    column("ahead_seconds", BigInteger),  # after it
    column("moved_work", BigInteger),
    column("create_time", Time),
    Index("ix_sandbox_advances_key", "company_id", "environment", "key", unique=True),
    key=("sandbox_advance_id",),
)

sandbox_connections = table(
    "sandbox_connections",
    column("connection_id", Id),
    column("ahead_seconds", BigInteger),
    column("moving_to_seconds", BigInteger, null=True),
    column("error", Text),
    column("update_time", Time),
    key=("connection_id",),
)

sandbox_provisions = table(
    "sandbox_provisions",
    column("connection_id", Id, null=True),
    column("sandbox_url", Text),
    column("webhook_url", Text),
    column("create_time", Time),
    key=(),
)
