"""The stages of providers in the database, and what still refers to a provider.

Rule: whoever changes a stage holds `routing.about_to_change`, so that no route and no dispatch sees half of it.
"""

from dataclasses import dataclass
from datetime import datetime

from corridor.providers.v1.provider_pb2 import ProviderStage
from server.kit import ids
from server.kit.context import Context
from server.platform.providers.stages import INTAKE
from server.store import work
from server.store.engine import Connection

_ALL = "SELECT provider, stage, revision, update_time, provider_stage_id FROM corridor.provider_stages"
_MINE = f"{_ALL} WHERE company_id = %s AND environment = %s AND provider = ANY (%s)"
_PUT = """
INSERT INTO corridor.provider_stages VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT (company_id, environment, provider) DO UPDATE SET stage = excluded.stage, revision = excluded.revision,
    update_time = excluded.update_time
RETURNING update_time, provider_stage_id
"""
_REFERENCES = "SELECT routes, resources, webhooks FROM corridor.provider_references(%s, %s::smallint, %s)"
_DOMAINS = """
SELECT domain FROM corridor.routes WHERE company_id = %s AND environment = %s
UNION SELECT domain FROM corridor.routing_policies WHERE company_id = %s AND environment = %s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a provider stands for a company. What was never set is in intake."""

    stage: "ProviderStage.ValueType" = INTAKE
    revision: int = 0
    update_time: datetime | None = None
    provider_stage_id: str = ""


@dataclass(frozen=True, slots=True)
class References:
    """What still refers to a provider."""

    routes: int
    resources: int
    webhooks: int

    def __bool__(self) -> bool:
        return bool(self.routes or self.resources or self.webhooks)


def of(connection: Connection, context: Context, *providers: str) -> dict[str, Standing]:
    """Where each of the providers stands for the caller's company in the caller's environment."""
    who = context.who
    rows = connection.execute(_MINE, (who.company_id, who.environment, list(providers))).fetchall()
    known = {provider: Standing(*standing) for provider, *standing in rows}
    return {provider: known.get(provider, Standing()) for provider in providers}


def put(
    connection: Connection, context: Context, provider: str, stage: "ProviderStage.ValueType", revision: int
) -> Standing:
    """Set a stage."""
    who = context.who
    values = (who.company_id, who.environment, ids.new("stage"), provider, stage, revision)
    row = connection.execute(_PUT, values).fetchone()
    assert row is not None
    return Standing(stage, revision, *row)


def references(connection: Connection, context: Context, provider: str) -> References:
    """What still refers to a provider, in the caller's company and environment."""
    who = context.who
    row = connection.execute(_REFERENCES, (who.company_id, who.environment, provider)).fetchone()
    assert row is not None
    return References(*row)


def routed_domains(connection: Connection, context: Context) -> list[str]:
    """The domains of which there are routes or rules."""
    whose = (context.who.company_id, context.who.environment)
    return [row[0] for row in connection.execute(_DOMAINS, (*whose, *whose)).fetchall()]


def bring_back(connection: Connection, context: Context) -> None:
    """Have everything looked at again that waits for a route, a stage or credentials: it is sent, or waits on."""
    for domain in routed_domains(connection, context):
        kind = f"{domain}.dispatch"
        work.bring_back(
            connection, context.who.company_id, context.who.environment, kind, f"{kind}/%", work.State.PARKED
        )
