"""What came of trying connections in the shadow of others. Fields' values are in the sealed message alone."""

from sqlalchemy import ARRAY, Index, LargeBinary, SmallInteger, Text

from server.store.schema.base import Id, Time, column, table

shadow_comparisons = table(
    "shadow_comparisons",
    column("shadow_comparison_id", Id),
    column("domain", Id),
    column("resource_id", Id),
    column("connection_id", Id),  # where it was tried
    column("rule_name", Id),  # empty for the route
    column("difference_class", SmallInteger),  # corridor.routing.v1.ShadowDifferenceClass
    column("fields", ARRAY(Text)),  # those that differ
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    Index("ix_shadow_comparisons_resource", "company_id", "environment", "resource_id", "connection_id", unique=True),
    Index("ix_shadow_comparisons_connection", "company_id", "environment", "connection_id", "create_time"),
    Index("ix_shadow_comparisons_time", "create_time"),
    key=("shadow_comparison_id",),
)
