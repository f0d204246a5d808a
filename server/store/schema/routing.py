"""Versions of routing rules."""

from sqlalchemy import ARRAY, BigInteger, Index, LargeBinary, Text

from server.store.schema.base import Id, Time, column, table

routing_policies = table(
    "routing_policies",
    column("routing_policy_id", Id),
    column("domain", Id),
    column("version", BigInteger),
    column("effective_time", Time),
    column("activate_time", Time, null=True),  # when its time had come and everybody was told
    column("withdraw_time", Time, null=True),
    column("connection_ids", ARRAY(Text)),
    column("message", LargeBinary),
    column("create_time", Time),
    Index("ix_routing_policies_version", "company_id", "environment", "domain", "version", unique=True),
    Index(
        "ix_routing_policies_due",
        "company_id",
        "environment",
        "effective_time",
        postgresql_where="activate_time IS NULL AND withdraw_time IS NULL",
    ),
    key=("routing_policy_id",),
)
