"""The tables of payments. Resources keep their contract message and promote only the columns that a query needs."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, text

from server.store.schema.base import Id, Time, by, column, table

payments = table(
    "payments",
    column("payment_id", Id),
    column("state", SmallInteger),
    column("connection_id", Id, null=True),
    column("provider_reference", Id, null=True),
    column("revision", BigInteger),
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    by("connection_id", "provider_reference", where="provider_reference IS NOT NULL"),
    Index("ix_payments_open", "payment_id", postgresql_where=text("state IN (1, 2, 3)")),
    key=("payment_id",),
)

payment_actions = table(
    "payment_actions",
    column("payment_action_id", Id),  # act_…, or ref_… of a refund
    column("payment_id", Id),
    column("kind", SmallInteger),  # corridor.payments.v1.PaymentActionKind; 5 of a refund
    column("state", SmallInteger),
    column("connection_id", Id, null=True),
    column("provider_reference", Id, null=True),
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    by("payment_id", "payment_action_id"),
    by("connection_id", "provider_reference", where="provider_reference IS NOT NULL"),
    Index("ix_payment_actions_open", "payment_action_id", postgresql_where=text("state IN (1, 2)")),
    key=("payment_action_id",),
)
