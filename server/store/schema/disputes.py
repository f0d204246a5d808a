"""The tables of disputes: the resource with its evidence, and the content of its documents."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, text

from server.store.schema.base import Id, Time, by, column, table

disputes = table(
    "disputes",
    column("dispute_id", Id),
    column("state", SmallInteger),
    column("payment_id", Id),
    column("connection_id", Id),
    column("provider_reference", Id),
    column("due_time", Time, null=True),
    column("provider_time", Time, null=True),  # of the event that brought it where it stands
    column("revision", BigInteger),
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    Index(
        "uq_disputes_provider_reference",
        "company_id",
        "environment",
        "connection_id",
        "provider_reference",
        unique=True,
    ),
    by("payment_id", "dispute_id"),
    Index("ix_disputes_open", "dispute_id", postgresql_where=text("state IN (1, 2, 3, 4)")),
    key=("dispute_id",),
)

dispute_documents = table(
    "dispute_documents",
    column("dispute_document_id", Id),
    column("dispute_id", Id),
    column("content", LargeBinary),
    column("create_time", Time),
    by("dispute_id", "dispute_document_id"),
    key=("dispute_document_id",),
)
