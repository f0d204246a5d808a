"""Allowances of calls, and chores. Buckets and chores are no company's, and only functions touch them."""

from sqlalchemy import BigInteger, Double, Integer, Numeric, PrimaryKeyConstraint, SmallInteger, Table

from server.store.schema.base import Id, Time, column, metadata, table

chores = Table("chores", metadata, column("name", Id), column("done_time", Time), PrimaryKeyConstraint("name"))

rate_buckets = Table(
    "rate_buckets",
    metadata,
    column("bucket", Id),
    column("full_time", Double),  # seconds since 1970 at which the bucket is full
    PrimaryKeyConstraint("bucket"),
    prefixes=["UNLOGGED"],
)

rate_allowances = table(
    "rate_allowances",
    column("name", Id),  # server.platform.limits.allowances
    column("calls", Integer),
    column("seconds", Integer),
    column("update_time", Time),
    key=("name",),
)

# What was spent in slots of time that are over, for limits of the whole company.
spending_slots = table(
    "spending_slots",
    column("currency_code", Id),
    column("rail", SmallInteger),  # 0 for all
    column("slot", BigInteger),
    column("count", BigInteger),
    column("amount_minor", Numeric),
    key=("currency_code", "rail", "slot"),
)
