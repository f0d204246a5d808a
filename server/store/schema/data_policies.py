"""How long each company's records are kept and where, and what was purged."""

from sqlalchemy import BigInteger, Integer, SmallInteger, Text

from server.store.schema.base import Id, Time, column, table

data_policies = table(
    "data_policies",
    column("events_days", Integer),
    column("attempts_days", Integer),
    column("observations_days", Integer),
    column("deliveries_days", Integer),
    column("inbound_deliveries_days", Integer),
    column("work_items_days", Integer),
    column("secrets_days", Integer),
    column("approvals_days", Integer),
    column("idempotency_days", Integer),
    column("audit_days", Integer),
    column("residency", Text),
    column("update_time", Time),
    key=(),
)

purges = table(
    "purges",
    column("purge_id", Id),
    column("category", SmallInteger),  # corridor.vault.v1.DataCategory
    column("count", BigInteger),
    column("before_time", Time),
    column("oldest_time", Time),
    column("newest_time", Time),
    column("create_time", Time),
    key=("purge_id",),
)
