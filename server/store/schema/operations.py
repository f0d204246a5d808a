"""The tables of operations: work items, when their ages are told, and replays with what their entries would change."""

from sqlalchemy import ARRAY, BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Text, text

from server.store.schema.base import Id, Time, by, column, table

work_items = table(
    "work_items",
    column("work_item_id", Id),
    column("resource_id", Id),
    column("kind", SmallInteger),
    column("state", SmallInteger),
    column("summary", Text),
    column("resolution", Text),
    column("correlation_id", Text),
    column("create_time", Time),
    column("resolve_time", Time, null=True),
    Column("provider", Text, nullable=False, server_default=""),
    Column("connection_id", Id, nullable=False, server_default=""),
    Column("assignee_id", Id, nullable=False, server_default=""),
    column("assign_time", Time, null=True),
    Column("alerts", SmallInteger, nullable=False, server_default="0"),  # how many ages of its aging rule it has passed
    column("alert_time", Time, null=True),
    Column("next_alert_time", Time, nullable=True, server_default=text("now() + interval '1 hour'")),
    Column("revision", BigInteger, nullable=False, server_default="0"),  # the sequence of its last event
    Index(
        "ix_work_items_next_alert_time",
        "next_alert_time",
        postgresql_where=text("state = 1 AND next_alert_time IS NOT NULL"),
    ),
    by("work_item_id", where="state = 1"),
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

aging_rules = table(
    "aging_rules",
    column("kind", SmallInteger),  # corridor.operations.v1.WorkItemKind
    column("ages_seconds", ARRAY(BigInteger)),  # rising
    column("update_time", Time),
    key=("kind",),
)

replays = table(
    "replays",
    column("replay_id", Id),
    column("state", SmallInteger),  # corridor.operations.v1.ReplayState
    column("message", LargeBinary),
    column("create_time", Time),
    column("update_time", Time),
    Index("ix_replays_update_time", "update_time"),
    key=("replay_id",),
)

replay_entries = table(
    "replay_entries",
    column("replay_id", Id),
    column("position", Integer),
    column("subject_id", Id),  # an inbound delivery or a work item
    column("state", SmallInteger),  # corridor.operations.v1.ReplayEntryState
    column("effect", SmallInteger),  # corridor.operations.v1.ReplayEffect
    column("resource_id", Id),  # the first that it would change; empty for none
    column("standing", LargeBinary),  # digest of how its resources stood when it was shown
    column("outcome", LargeBinary),  # and of what it would come to
    column("message", LargeBinary),
    Index("ix_replay_entries_state", "company_id", "environment", "replay_id", "state", "position"),
    Index(
        "ix_replay_entries_done",
        "company_id",
        "environment",
        "replay_id",
        "resource_id",
        postgresql_where=text("state = 3"),
    ),
    key=("replay_id", "position"),
)
