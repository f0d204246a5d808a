"""The audit trail and its seals. Rows are only ever added; months of the trail are partitions in `corridor_audit`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Table, Text

from server.store.schema.base import Id, Time, by, column, metadata, table, tenant

audit = Table(
    "audit",
    metadata,
    *tenant(),
    column("audit_entry_id", Id),
    column("action", Text),
    column("method", Text),
    column("caller_id", Id),
    column("resource_id", Id),
    column("outcome", SmallInteger),
    column("reason", Text),
    column("request_id", Text),
    column("correlation_id", Text),
    column("create_time", Time),
    column("caller_kind", SmallInteger),  # corridor.options.v1.CallerKind
    column("subject", Id),
    column("client_ip", Text),
    column("claimed", Text),  # the company that the caller said it is
    column("approval_id", Id),
    column("request_digest", LargeBinary),  # kit.digest
    column("detail", Text),
    column("owner_digest", LargeBinary),  # SHA-256 of salt and owner, where an owner was looked for
    column("owner_salt", LargeBinary),
    column("owner_company_id", Id),  # whose the resource is that was not found; readable by the operator alone
    column("xid", BigInteger),  # the transaction that wrote the row
    by("resource_id", "audit_entry_id"),
    Index("ix_audit_correlation_id", "correlation_id"),
    Index("ix_audit_xid", "xid", postgresql_using="brin"),
    PrimaryKeyConstraint("company_id", "environment", "audit_entry_id", "create_time"),
)

audit_chain = table(
    "audit_chain",
    column("position", BigInteger),
    column("audit_entry_id", Id),
    column("create_time", Time),  # of the entry
    column("leaf", LargeBinary),
    column("link", LargeBinary),
    Index(None, "company_id", "environment", "audit_entry_id", unique=True),
    key=("position",),
)

audit_checkpoints = table(
    "audit_checkpoints",
    column("number", BigInteger),
    column("first_position", BigInteger),
    column("entries", BigInteger),
    column("root", LargeBinary),
    column("head", LargeBinary),
    column("create_time", Time),
    column("jws", Text),
    key=("number",),
)

audit_horizon = Table(
    "audit_horizon",
    metadata,
    Column("system_identifier", BigInteger, nullable=False, autoincrement=False),
    column("horizon", BigInteger),
    PrimaryKeyConstraint("system_identifier"),
)
