"""Every table. Keys begin with company and environment, so that tables can be distributed by company.

Resources keep their contract message and promote only the columns that a query needs.
Rows of `TENANT` tables are fenced by row security; migrations hold the policies and the functions.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

SCHEMA = "corridor"
metadata = MetaData(
    schema=SCHEMA,
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)

# Ids compare byte by byte, whatever the database's locale: pages are in id order.
Id = Text(collation="C")
Time = DateTime(timezone=True)


def _column(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *, null: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=null)


def _tenant() -> list[Column[Any]]:
    return [_column("company_id", Id), _column("environment", SmallInteger)]


def _table(name: str, *parts: Column[Any] | Index | UniqueConstraint, key: tuple[str, ...]) -> Table:
    return Table(name, metadata, *_tenant(), *parts, PrimaryKeyConstraint("company_id", "environment", *key))


def _by(*columns: str, where: str = "") -> Index:
    return Index(None, "company_id", "environment", *columns, postgresql_where=text(where) if where else None)


companies = Table(
    "companies",
    metadata,
    _column("company_id", Id),
    _column("title", Text),
    _column("create_time", Time),
    PrimaryKeyConstraint("company_id"),
)

api_keys = _table(
    "api_keys",
    _column("api_key_id", Id),
    _column("prefix", Id),
    _column("secret_hash", LargeBinary),
    _column("title", Text),
    _column("scopes", ARRAY(Text)),
    _column("create_time", Time),
    _column("revoke_time", Time, null=True),
    UniqueConstraint("prefix"),
    key=("api_key_id",),
)

idempotency = _table(
    "idempotency",
    _column("method", Id),
    _column("key", Id),
    _column("fingerprint", LargeBinary),
    _column("status", LargeBinary, null=True),  # google.rpc.Status of a final error; NULL for success
    _column("response", LargeBinary, null=True),
    _column("resource_id", Id),
    _column("create_time", Time),
    Index("ix_idempotency_create_time", "create_time"),
    key=("method", "key"),
)

payouts = _table(
    "payouts",
    _column("payout_id", Id),
    _column("state", SmallInteger),
    _column("beneficiary_id", Id),
    _column("connection_id", Id, null=True),
    _column("provider_reference", Id, null=True),
    _column("revision", BigInteger),
    _column("message", LargeBinary),
    _column("create_time", Time),
    _column("update_time", Time),
    _by("beneficiary_id", "payout_id"),
    _by("connection_id", "provider_reference", where="provider_reference IS NOT NULL"),
    key=("payout_id",),
)

beneficiaries = _table(
    "beneficiaries",
    _column("beneficiary_id", Id),
    _column("message", LargeBinary),
    _column("create_time", Time),
    key=("beneficiary_id",),
)

payout_settings = _table("payout_settings", _column("message", LargeBinary), _column("update_time", Time), key=())

attempts = _table(
    "attempts",
    _column("attempt_id", Id),
    _column("resource_id", Id),
    _column("connection_id", Id),
    _column("provider", Text),
    _column("operation", Text),
    _column("outcome", SmallInteger),  # store.attempts.Outcome; 0 while nobody knows
    _column("code", Text),
    _column("detail", Text),
    _column("exchanges", Text),  # JSON, redacted
    _column("correlation_id", Text),
    _column("start_time", Time),
    _column("end_time", Time, null=True),
    _by("resource_id", "attempt_id"),
    key=("attempt_id",),
)

observations = _table(
    "observations",
    _column("observation_id", Id),
    _column("resource_id", Id),
    _column("source", SmallInteger),  # store.observations.Source
    _column("source_id", Id),  # the attempt or inbound delivery that it came by
    _column("verdict", SmallInteger),  # kit.lifecycle.Verdict
    _column("message", LargeBinary),
    _column("correlation_id", Text),
    _column("create_time", Time),
    _by("resource_id", "observation_id"),
    key=("observation_id",),
)

events = _table(
    "events",
    _column("event_id", Id),
    _column("resource_id", Id),
    _column("sequence", BigInteger),
    _column("type", Text),
    _column("message", LargeBinary),
    _column("correlation_id", Text),
    _column("create_time", Time),
    Index(None, "company_id", "environment", "resource_id", "sequence", unique=True),
    key=("event_id",),
)

audit = _table(
    "audit",
    _column("audit_entry_id", Id),
    _column("action", Text),
    _column("method", Text),
    _column("caller_id", Id),
    _column("resource_id", Id),
    _column("outcome", SmallInteger),
    _column("reason", Text),
    _column("request_id", Text),
    _column("correlation_id", Text),
    _column("create_time", Time),
    _by("resource_id", "audit_entry_id"),
    key=("audit_entry_id",),
)

work = Table(
    "work",
    metadata,
    *_tenant(),
    # Ascending in the order of scheduling: within a lane, a smaller id goes first.
    Column("work_id", BigInteger, Identity(always=True), nullable=False),
    _column("kind", Text),
    _column("lane", Id),
    _column("resource_id", Id),
    _column("state", SmallInteger),  # store.work.State
    _column("tries", Integer),
    _column("run_time", Time),
    _column("lease_time", Time, null=True),  # until when a worker has it; run_time is never before it
    _column("correlation_id", Text),
    _column("traceparent", Text),
    _column("error", Text),
    _column("create_time", Time),
    PrimaryKeyConstraint("company_id", "work_id"),
    Index("ix_work_ready", "run_time", postgresql_where=text("state = 0")),
    Index("ix_work_lane", "lane", "work_id", postgresql_where=text("state <> 1")),
)

work_items = _table(
    "work_items",
    _column("work_item_id", Id),
    _column("resource_id", Id),
    _column("kind", SmallInteger),
    _column("state", SmallInteger),
    _column("summary", Text),
    _column("resolution", Text),
    _column("correlation_id", Text),
    _column("create_time", Time),
    _column("resolve_time", Time, null=True),
    Index(
        "uq_work_items_open",
        "company_id",
        "environment",
        "resource_id",
        "kind",
        unique=True,
        postgresql_where=text("state = 1"),
    ),
    key=("work_item_id",),
)

connections = _table(
    "connections",
    _column("connection_id", Id),
    _column("provider", Text),
    _column("message", LargeBinary),
    _column("create_time", Time),
    _column("update_time", Time),
    Index("ix_connections_connection_id", "connection_id"),  # webhooks come in by this id alone
    key=("connection_id",),
)

secrets = _table(
    "secrets",
    _column("owner_id", Id),
    _column("secret_id", Id),
    _column("name", Text),
    _column("ciphertext", LargeBinary),
    _column("create_time", Time),
    _column("expire_time", Time, null=True),
    key=("owner_id", "secret_id"),
)

routes = _table(
    "routes",
    _column("route_id", Id),
    _column("domain", Text),
    _column("rail", SmallInteger),
    _column("mode", SmallInteger),
    _column("primary_connection_id", Id),
    _column("standby_connection_id", Id, null=True),
    _column("update_time", Time),
    Index(None, "company_id", "environment", "domain", "rail", unique=True),
    key=("route_id",),
)

inbound_deliveries = _table(
    "inbound_deliveries",
    _column("inbound_delivery_id", Id),
    _column("connection_id", Id),
    _column("provider", Text),
    _column("state", SmallInteger),
    _column("detail", Text),
    _column("provider_event_id", Id),
    _column("resource_id", Id),
    _column("body_sha256", LargeBinary),
    _column("body_bytes", Integer),
    _column("request", LargeBinary),  # corridor.type.v1.RawRequest as it came
    _column("correlation_id", Text),
    _column("receive_time", Time),
    _column("end_time", Time, null=True),
    _by("connection_id", "body_sha256"),
    _by("connection_id", "provider_event_id", where="provider_event_id <> ''"),
    _by("resource_id", "inbound_delivery_id", where="resource_id <> ''"),
    key=("inbound_delivery_id",),
)

webhook_endpoints = _table(
    "webhook_endpoints",
    _column("webhook_endpoint_id", Id),
    _column("url", Text),
    _column("event_types", ARRAY(Text)),
    _column("state", SmallInteger),
    _column("failing_since_time", Time, null=True),
    _column("create_time", Time),
    _column("update_time", Time),
    _column("delete_time", Time, null=True),
    key=("webhook_endpoint_id",),
)

deliveries = _table(
    "deliveries",
    _column("delivery_id", Id),
    _column("webhook_endpoint_id", Id),
    _column("event_id", Id),
    _column("event_type", Text),
    _column("resource_id", Id),
    _column("sequence", BigInteger),
    _column("state", SmallInteger),
    _column("create_time", Time),
    _column("end_time", Time, null=True),
    _by("webhook_endpoint_id", "delivery_id"),
    _by("resource_id", "delivery_id"),
    key=("delivery_id",),
)

delivery_tries = _table(
    "delivery_tries",
    _column("delivery_id", Id),
    _column("try_number", Integer),
    _column("time", Time),
    _column("http_status", Integer),
    _column("error", Text),
    _column("duration_ms", Integer),
    _column("response_excerpt", Text),
    key=("delivery_id", "try_number"),
)

# Tables whose rows one company must never see of another. `work` holds ids only, and workers serve every company.
TENANT = tuple(table for table in metadata.sorted_tables if table is not work)
