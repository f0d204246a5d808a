"""What is seen of credentials: alerts, and warnings about those that end. API keys themselves stand in spine.py."""

from sqlalchemy import SmallInteger, Text

from server.store.schema.base import Id, Time, by, column, table

security_alerts = table(
    "security_alerts",
    column("security_alert_id", Id),
    column("kind", SmallInteger),
    column("credential_id", Id),
    column("detail", Text),
    column("client_address", Text),
    column("create_time", Time),
    by("credential_id", "security_alert_id"),
    key=("security_alert_id",),
)

credential_warnings = table(
    "credential_warnings",
    column("credential_id", Id),
    column("kind", SmallInteger),
    column("level", SmallInteger),
    column("expire_time", Time),
    column("create_time", Time),
    key=("credential_id", "kind", "level", "expire_time"),
)

credential_expiries = table(
    "credential_expiries",
    column("owner_id", Id),  # a connection
    column("name", Id),  # of the credential, in the provider's manifest
    column("expire_time", Time),
    key=("owner_id", "name"),
)

credential_makers = table(
    "credential_makers",
    column("credential_id", Id),
    column("created_by", Id),
    key=("credential_id", "created_by"),
)
