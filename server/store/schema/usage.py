"""What callers use of the contract, by day. Written and removed by functions alone: no row holds anything of people."""

from sqlalchemy import BigInteger, Date, Index, SmallInteger

from server.store.schema.base import Id, Time, column, table

usage_counts = table(
    "usage_counts",
    column("method", Id),  # full name
    column("field", Id),  # full name; empty for the call itself
    column("direction", SmallInteger),  # corridor.usage.v1.FieldDirection; 0 for the call itself
    column("caller_kind", SmallInteger),  # corridor.options.v1.CallerKind
    column("caller_id", Id),
    column("usage_date", Date),
    column("calls", BigInteger),
    column("sampled", BigInteger),  # of calls: those whose fields were looked at
    Index("ix_usage_counts_usage_date", "usage_date"),
    key=("field", "method", "caller_kind", "caller_id", "direction", "usage_date"),
)

usage_warnings = table(
    "usage_warnings",
    column("element", Id),  # full name of a method or field
    column("sunset_date", Date),
    column("level", SmallInteger),  # corridor.usage.v1.DeprecationLevel
    column("create_time", Time),
    key=("element", "sunset_date", "level"),
)
