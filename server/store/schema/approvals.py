"""Approvals, and the policies by which calls wait for them."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, text

from server.store.schema.base import Id, Time, by, column, table

approval_policies = table(
    "approval_policies",
    column("revision", BigInteger),
    column("message", LargeBinary),
    column("update_time", Time),
    key=(),
)

approvals = table(
    "approvals",
    column("approval_id", Id),
    column("state", SmallInteger),
    column("method", Id),
    column("key", Id),
    column("fingerprint", LargeBinary),
    column("request", LargeBinary),  # sealed, exactly as it was checked
    column("caller", LargeBinary),  # sealed: who made the call, with what they were allowed then
    column("resource_id", Id),  # what the call names; once it ran, what it made or changed
    column("message", LargeBinary),
    column("escalate_time", Time, null=True),  # NULL once it was escalated
    column("expire_time", Time),
    column("create_time", Time),
    by("resource_id"),
    # A call is made once: the same key finds the approval that it led to.
    Index("uq_approvals_key", "company_id", "environment", "method", "key", unique=True),
    Index("ix_approvals_expire_time", "expire_time", postgresql_where=text("state = 1")),
    Index("ix_approvals_escalate_time", "escalate_time", postgresql_where=text("state = 1")),
    key=("approval_id",),
)
