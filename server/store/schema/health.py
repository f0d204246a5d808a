"""How it is with providers: breakers, which only functions touch, and what companies are told and say of them."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from server.store.schema.base import Id, Time, column, metadata, table

breakers = Table(
    "breakers",
    metadata,
    column("breaker", Id),  # a digest of the next five
    column("provider", Id),
    column("address", Id),
    column("operation", Id),
    column("region", Id),
    column("owner", Id),  # the company whose calls it counts
    column("state", SmallInteger),  # corridor.providers.v1.BreakerState
    column("revision", BigInteger),
    column("openings", Integer),
    column("share", SmallInteger),
    column("since_time", Time),
    column("probe_time", Time, null=True),
    column("lease_time", Time, null=True),
    column("in_row", Integer),
    column("successes", Integer),
    column("window_slot", BigInteger),
    column("window_calls", ARRAY(Integer)),
    column("window_failures", ARRAY(Integer)),
    column("update_time", Time),
    PrimaryKeyConstraint("breaker"),
)

breaker_changes = Table(
    "breaker_changes",
    metadata,
    column("breaker", Id),
    column("revision", BigInteger),
    column("state", SmallInteger),
    column("previous_state", SmallInteger),
    column("share", SmallInteger),
    column("why", Text),
    column("change_time", Time),
    PrimaryKeyConstraint("breaker", "revision"),
    Index("ix_breaker_changes_change_time", "change_time"),
)

health_slots = Table(
    "health_slots",
    metadata,
    column("breaker", Id),
    column("seconds", Integer),
    column("slot", BigInteger),
    column("calls", Integer),
    column("failures", Integer),
    column("timeouts", Integer),
    column("bands", ARRAY(Integer)),  # server.platform.health.bands
    PrimaryKeyConstraint("breaker", "seconds", "slot"),
    prefixes=["UNLOGGED"],
)

health_uses = table(
    "health_uses",
    column("connection_id", Id),
    column("breaker", Id),
    column("use_time", Time),
    Index("ix_health_uses_breaker", "breaker"),
    key=("connection_id", "breaker"),
)

provider_incidents = table(
    "provider_incidents",
    column("provider_incident_id", Id),
    column("breaker", Id),
    column("provider", Id),
    column("operation", Id),
    column("region", Id),
    column("state", SmallInteger),  # corridor.providers.v1.ProviderIncidentState
    column("why", Text),
    column("open_revision", BigInteger),
    column("close_revision", BigInteger, null=True),
    column("open_time", Time),
    column("close_time", Time, null=True),
    column("published", SmallInteger),  # how many of its two events
    Index(
        "uq_provider_incidents_open", "company_id", "environment", "breaker", unique=True,
        postgresql_where=text("state = 1"),
    ),
    Index("ix_provider_incidents_breaker", "breaker", postgresql_where=text("state = 1")),
    Index("ix_provider_incidents_untold", "open_time", postgresql_where=text("published < state")),
    key=("provider_incident_id",),
)  # fmt: skip

institution_statuses = table(
    "institution_statuses",
    column("institution_status_id", Id),
    column("connection_id", Id),
    column("institution_id", Id),
    column("provider", Id),
    column("source", Id),
    column("by_person", Boolean),
    column("level", SmallInteger),  # corridor.providers.v1.InstitutionLevel; 0 once it was cleared
    column("reason", Text),
    column("revision", BigInteger),
    column("since_time", Time),
    column("check_time", Time),
    column("expire_time", Time),
    Index(
        "uq_institution_statuses_source", "company_id", "environment", "connection_id", "institution_id", "by_person",
        unique=True,
    ),
    key=("institution_status_id",),
)  # fmt: skip

institution_polls = table(
    "institution_polls", column("connection_id", Id), column("poll_time", Time), key=("connection_id",)
)

breaker_overrides = table(
    "breaker_overrides",
    column("connection_id", Id),
    column("operation", Id),  # empty for all of them
    column("reason", Text),
    column("caller_id", Id),
    column("expire_time", Time),
    column("create_time", Time),
    key=("connection_id", "operation"),
)
