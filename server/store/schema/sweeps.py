"""Sweeps through what providers list, with the place at which each goes on."""

from sqlalchemy import Index, LargeBinary, SmallInteger, Text

from server.store.schema.base import Id, Time, column, table

sweeps = table(
    "sweeps",
    column("sweep_id", Id),
    column("connection_id", Id),
    column("state", SmallInteger),  # corridor.providers.v1.SweepState
    column("since_time", Time),
    column("phase", SmallInteger),
    column("cursor", Text),
    column("message", LargeBinary),
    column("create_time", Time),
    Index("ix_sweeps_connection", "company_id", "environment", "connection_id", "sweep_id"),
    Index("ix_sweeps_create_time", "create_time"),
    key=("sweep_id",),
)
