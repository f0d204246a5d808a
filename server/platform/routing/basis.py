"""What the company has decided about routing, read in one query: active rules, route, stages, held connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corridor.providers.v1 import route_pb2
from corridor.providers.v1.provider_pb2 import ProviderStage
from corridor.providers.v1.route_pb2 import Route
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit.context import Context
from server.platform.providers import stages
from server.platform.routing.gathering import Standing
from server.store.engine import Connection

_READ = """
SELECT v.routing_policy_id, v.version, r.route_id, r.rail, r.mode, r.primary_connection_id, r.standby_connection_id,
    r.update_time, r.exposure_connection_id, r.exposure_stage, r.exposure_percent, r.exposure_rehearsal,
    (SELECT json_object_agg(s.provider, s.stage) FROM corridor.provider_stages s
        WHERE s.company_id = %(company_id)s AND s.environment = %(environment)s AND %(live)s),
    (SELECT array_agg(h.connection_id) FROM corridor.connection_holds h
        WHERE h.company_id = %(company_id)s AND h.environment = %(environment)s)
FROM (SELECT) one
LEFT JOIN LATERAL corridor.active_policy(
    %(company_id)s, %(environment)s::smallint, %(domain)s, %(time)s::timestamptz) v ON true
LEFT JOIN LATERAL (
    SELECT * FROM corridor.routes r WHERE r.company_id = %(company_id)s AND r.environment = %(environment)s
        AND r.domain = %(domain)s AND r.rail IN (%(rail)s, 0) ORDER BY r.rail DESC LIMIT 1) r ON true
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What decisions of a company rest on, of one moment."""

    policy_id: str = ""
    policy_version: int = 0
    route: Route | None = None
    live: bool = False
    stages: "Mapping[str, ProviderStage.ValueType]" = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    def stage(self, provider: str) -> "ProviderStage.ValueType":
        """How far the company uses a provider. In the sandbox every stage may send."""
        return self.stages.get(provider, stages.INTAKE) if self.live else stages.ANY

    def standing(self, provider: str, connection_id: str) -> Standing:
        """How far the company lets a connection be used."""
        return Standing(self.stage(provider), connection_id in self.held)


def read(connection: Connection, context: Context, facts: RoutingFacts, time: datetime) -> Basis:
    """The basis for something with these facts, at a time by the company's clock."""
    who = context.who
    values = {
        "company_id": who.company_id,
        "environment": who.environment,
        "domain": facts.domain,
        "rail": facts.rail,
        "time": time,
        "live": who.live,
    }
    row = connection.execute(_READ, values).fetchone()
    assert row is not None
    policy_id, version, *route, found_stages, held = row
    return Basis(
        policy_id or "",
        version or 0,
        _route(facts.domain, who.environment, *route) if route[0] else None,
        who.live,
        found_stages or {},
        frozenset(held or ()),
    )


def _route(
    domain: str,
    environment: int,
    route_id: str,
    rail: int,
    mode: int,
    primary: str,
    standby: str | None,
    update_time: datetime,
    exposed: str | None,
    stage: int,
    percent: int,
    rehearsal: bool,
) -> Route:
    route = Route(
        route_id=route_id,
        domain=domain,
        rail=rail,  # type: ignore[arg-type] # as stored
        mode=mode,  # type: ignore[arg-type] # as stored
        primary_connection_id=primary,
        standby_connection_id=standby or "",
        environment=environment,  # type: ignore[arg-type] # the caller's
    )
    route.update_time.FromDatetime(update_time)
    if exposed:
        route.exposure.CopyFrom(exposure(exposed, stage, percent, rehearsal=rehearsal))
    return route


def exposure(connection_id: str, stage: int, percent: int, *, rehearsal: bool) -> route_pb2.Exposure:
    """A connection that is being taken into use, as it is stored."""
    return route_pb2.Exposure(
        connection_id=connection_id,
        stage=stage,  # type: ignore[arg-type] # as stored
        percent=percent,
        rehearsal=rehearsal,
    )
