"""The tables of the first release.

Resources keep their contract message and promote only the columns that a query needs.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.store.schema.base import Id, Time, by, column, metadata, table, tenant

companies = Table(
    "companies",
    metadata,
    column("company_id", Id),
    column("title", Text),
    column("create_time", Time),
    PrimaryKeyConstraint("company_id"),
)

api_keys = table(
    "api_keys",
    column("api_key_id", Id),
    column("prefix", Id),
    column("secret_hash", LargeBinary),
    column("title", Text),
    column("scopes", ARRAY(Text)),
    column("create_time", Time),
    column("revoke_time", Time, null=True),
    column("state", SmallInteger),  # as it was set; that a key has expired is seen by its expire_time alone
    column("allowed_methods", ARRAY(Text)),
    column("allowed_ranges", ARRAY(Text)),
    column("expire_time", Time, null=True),
    column("last_use_time", Time, null=True),
    column("last_use_address", Text),
    column("created_by", Id),
    column("replaces_id", Id, null=True),
    column("replaced_by_id", Id, null=True),
    UniqueConstraint("prefix"),
    by("expire_time", where="expire_time IS NOT NULL"),
    key=("api_key_id",),
)

idempotency = table(
    "idempotency",
    column("method", Id),
    column("key", Id),
    column("fingerprint", LargeBinary),
    column("status", LargeBinary, null=True),  # google.rpc.Status of a final error; NULL for success
    column("response", LargeBinary, null=True),
    column("resource_id", Id),
    column("create_time", Time),
    Index("ix_idempotency_create_time", "create_time"),
    key=("method", "key"),
)

payouts = table(
    "payouts",
    column("payout_id", Id),
    column("state", SmallInteger),
    column("beneficiary_id", Id),
    column("connection_id", Id, null=True),
    column("provider_reference", Id, null=True),
    column("revision", BigInteger),
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    # What spending limits count.
    Column("amount_minor", BigInteger, nullable=False, server_default="0"),
    Column("currency_code", Id, nullable=False, server_default=""),
    Column("rail", SmallInteger, nullable=False, server_default="0"),
    by("beneficiary_id", "payout_id"),
    by("connection_id", "provider_reference", where="provider_reference IS NOT NULL"),
    Index("ix_payouts_open", "payout_id", postgresql_where=text("state IN (1, 2, 3, 4)")),
    key=("payout_id",),
)

beneficiaries = table(
    "beneficiaries",
    column("beneficiary_id", Id),
    column("message", LargeBinary),
    column("create_time", Time),
    key=("beneficiary_id",),
)

payout_settings = table("payout_settings", column("message", LargeBinary), column("update_time", Time), key=())

attempts = table(
    "attempts",
    column("attempt_id", Id),
    column("resource_id", Id),
    column("connection_id", Id),
    column("provider", Text),
    column("operation", Text),
    column("outcome", SmallInteger),  # store.attempts.Outcome; 0 while nobody knows
    column("code", Text),
    column("detail", Text),
    column("exchanges", Text),  # JSON, redacted
    column("correlation_id", Text),
    column("start_time", Time),
    column("end_time", Time, null=True),
    by("resource_id", "attempt_id"),
    key=("attempt_id",),
)

observations = table(
    "observations",
    column("observation_id", Id),
    column("resource_id", Id),
    column("source", SmallInteger),  # store.observations.Source
    column("source_id", Id),  # the attempt or inbound delivery that it came by
    column("verdict", SmallInteger),  # kit.lifecycle.Verdict
    column("message", LargeBinary),
    column("correlation_id", Text),
    column("create_time", Time),
    by("resource_id", "observation_id"),
    key=("observation_id",),
)

events = table(
    "events",
    column("event_id", Id),
    column("resource_id", Id),
    column("sequence", BigInteger),
    column("type", Text),
    column("message", LargeBinary),
    column("correlation_id", Text),
    column("create_time", Time),
    Index(None, "company_id", "environment", "resource_id", "sequence", unique=True),
    key=("event_id",),
)

work = Table(
    "work",
    metadata,
    *tenant(),
    # Ascending in the order of scheduling: within a lane, a smaller id goes first.
    Column("work_id", BigInteger, Identity(always=True), nullable=False),
    column("kind", Text),
    column("lane", Id),
    column("resource_id", Id),
    column("state", SmallInteger),  # store.work.State
    column("tries", Integer),
    column("run_time", Time),
    column("lease_time", Time, null=True),  # until when a worker has it; run_time is never before it
    column("correlation_id", Text),
    column("traceparent", Text),
    column("error", Text),
    column("create_time", Time),
    column("advanced_seconds", BigInteger, null=True),  # while a worker has it, by a sandbox's clock
    # The connection over which a person wants it done; empty where the rules choose.
    Column("directed_to", Id, nullable=False, server_default=""),
    PrimaryKeyConstraint("company_id", "work_id"),
    Index("ix_work_ready", "run_time", postgresql_where=text("state = 0")),
    Index("ix_work_idle", "run_time", postgresql_where=text("state = 3")),
    Index("ix_work_lane", "lane", "work_id", postgresql_where=text("state <> 1")),
    Index("ix_work_given_up", "lane", postgresql_where=text("state = 1")),
)

connections = table(
    "connections",
    column("connection_id", Id),
    column("provider", Text),
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    Index("ix_connections_connection_id", "connection_id"),  # webhooks come in by this id alone
    key=("connection_id",),
)

secrets = table(
    "secrets",
    column("owner_id", Id),
    column("secret_id", Id),
    column("name", Text),
    column("ciphertext", LargeBinary),
    column("create_time", Time),
    column("expire_time", Time, null=True),
    key=("owner_id", "secret_id"),
)

routes = table(
    "routes",
    column("route_id", Id),
    column("domain", Text),
    column("rail", SmallInteger),
    column("mode", SmallInteger),
    column("primary_connection_id", Id),
    column("standby_connection_id", Id, null=True),
    column("update_time", Time),
    # A connection that is being taken into use beside the two.
    column("exposure_connection_id", Id, null=True),
    Column("exposure_stage", SmallInteger, nullable=False, server_default="0"),
    Column("exposure_percent", SmallInteger, nullable=False, server_default="0"),
    Column("exposure_rehearsal", Boolean, nullable=False, server_default="false"),
    Index(None, "company_id", "environment", "domain", "rail", unique=True),
    key=("route_id",),
)

inbound_deliveries = table(
    "inbound_deliveries",
    column("inbound_delivery_id", Id),
    column("connection_id", Id),
    column("provider", Text),
    column("state", SmallInteger),
    column("detail", Text),
    column("provider_event_id", Id),
    column("resource_id", Id),
    column("body_sha256", LargeBinary),
    column("body_bytes", Integer),
    column("request", LargeBinary),  # corridor.type.v1.RawRequest as it came
    column("correlation_id", Text),
    column("receive_time", Time),
    column("end_time", Time, null=True),
    by("connection_id", "body_sha256"),
    by("connection_id", "provider_event_id", where="provider_event_id <> ''"),
    by("resource_id", "inbound_delivery_id", where="resource_id <> ''"),
    Index(
        "ix_inbound_deliveries_failed",
        "company_id",
        "environment",
        "inbound_delivery_id",
        postgresql_where=text("state IN (4, 6)"),
    ),
    key=("inbound_delivery_id",),
)

webhook_endpoints = table(
    "webhook_endpoints",
    column("webhook_endpoint_id", Id),
    column("url", Text),
    column("event_types", ARRAY(Text)),
    column("state", SmallInteger),
    column("failing_since_time", Time, null=True),
    column("create_time", Time),
    column("update_time", Time),
    column("delete_time", Time, null=True),
    column("payload_version", SmallInteger),
    key=("webhook_endpoint_id",),
)

deliveries = table(
    "deliveries",
    column("delivery_id", Id),
    column("webhook_endpoint_id", Id),
    column("event_id", Id),
    column("event_type", Text),
    column("resource_id", Id),
    column("sequence", BigInteger),
    column("state", SmallInteger),
    column("create_time", Time),
    column("end_time", Time, null=True),
    by("webhook_endpoint_id", "delivery_id"),
    by("resource_id", "delivery_id"),
    key=("delivery_id",),
)

delivery_tries = table(
    "delivery_tries",
    column("delivery_id", Id),
    column("try_number", Integer),
    column("time", Time),
    column("http_status", Integer),
    column("error", Text),
    column("duration_ms", Integer),
    column("response_excerpt", Text),
    key=("delivery_id", "try_number"),
)
