"""Decisions of routing that are kept with each try, and connections that are held."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, Text

from server.store.schema.base import Id, Time, column, table

route_decisions = table(
    "route_decisions",
    column("route_decision_id", Id),
    column("resource_id", Id),
    column("attempt_id", Id, null=True),  # none where nothing was sent
    column("choice", SmallInteger),  # corridor.routing.v1.RouteChoice
    column("connection_id", Id, null=True),
    column("policy_version", BigInteger),
    column("message", LargeBinary),
    column("correlation_id", Text),
    column("create_time", Time),
    Index("ix_route_decisions_resource", "company_id", "environment", "resource_id", "route_decision_id"),
    key=("route_decision_id",),
)

connection_holds = table(
    "connection_holds",
    column("connection_id", Id),
    column("attempt_id", Id),  # the one whose credentials were refused
    column("create_time", Time),
    key=("connection_id",),
)
