"""Where money goes, and who may say so: calls that redirect it without their scope, and by naming what others have."""

from collections.abc import Iterator

from google.protobuf.message import Message

from corridor.operations.v1 import replay_service_pb2 as replays
from corridor.providers.v1 import health_service_pb2 as health
from corridor.providers.v1 import provider_health_pb2
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1 import sweep_service_pb2 as sweeps
from corridor.providers.v1.route_pb2 import EXPOSURE_STAGE_FULL, EXPOSURE_STAGE_SHADOW, ROUTE_MODE_ON, Exposure
from corridor.routing.v1 import routing_service_pb2 as routing
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingRule
from server.kit import contract
from tests.security.attacks import Case, attack, case
from tests.security.attacks_payments import answer
from tests.security.stage import Stage
from tests.server import owned, people
from tests.server.routing.rules_desk import connect, off, request, send
from tests.serving import Client

_AREAS = ("corridor.routing.", "corridor.operations.", "corridor.providers.")
_DOWN = provider_health_pb2.INSTITUTION_LEVEL_DOWN


@attack("money redirected without the scope")
def without_scope(stage: Stage) -> Iterator[Case]:
    """Every call that changes rules, routes, health, work items or sweeps, with every scope but its own."""
    clients: dict[frozenset[str], Client] = {}
    for path, method in contract.methods().items():
        if not (method.writes and path.lstrip("/").startswith(_AREAS)):
            continue
        others = frozenset(contract.scopes()) - method.scopes
        client = clients.setdefault(others, stage.running.client(stage.ours, scopes=sorted(others)))
        given = {
            field.name: f"{owned.prefixes()[field.name]}_{'0' * 26}"
            for field in method.request.DESCRIPTOR.fields
            if field.name in owned.prefixes()
        }
        asked = owned.request(method, given)
        yield case(path, answer(client, path.rpartition(".")[2], asked, key=people.new_key()), ["PERMISSION_DENIED"])
    for client in clients.values():
        client.close()


@attack("connections of others in rules")
def others_connections(stage: Stage) -> Iterator[Case]:
    """In every place where a connection is named: in rules, drafts, routes, overrides, flags and sweeps."""
    own, theirs = connect(stage.client, people.new_key()), connect(stage.victim, people.new_key())
    shadow = Exposure(connection_id=theirs, stage=EXPOSURE_STAGE_SHADOW)
    full = Exposure(connection_id=theirs, stage=EXPOSURE_STAGE_FULL)
    rules = {
        "a candidate": [send("rule", theirs)],
        "a second candidate": [send("rule", own, theirs)],
        "a rule that never holds": [off("off", 2), send("rule", theirs)],
        "a shadow": [send("rule", own, exposure=shadow)],
        "a share": [send("rule", own, exposure=full)],
    }
    for what, named in rules.items():
        for method, asked in _with(named):
            yield case(f"{what} of {method}", _said(stage, method, asked), ["CONNECTION_NOT_FOUND"])
    for what, asked in {
        "the primary": routes.SetRouteRequest(domain="payouts", mode=ROUTE_MODE_ON, primary_connection_id=theirs),
        "the standby": routes.SetRouteRequest(
            domain="payouts", mode=ROUTE_MODE_ON, primary_connection_id=own, standby_connection_id=theirs
        ),
        "the exposure": routes.SetRouteRequest(
            domain="payouts", mode=ROUTE_MODE_ON, primary_connection_id=own, exposure=shadow
        ),
    }.items():
        yield case(f"{what} of a route", _said(stage, "RouteService/SetRoute", asked), ["CONNECTION_NOT_FOUND"])
    for method, asked in _about(theirs):
        yield case(method, _said(stage, method, asked), ["CONNECTION_NOT_FOUND", "NOT_FOUND"])


@attack("replays of what others have")
def others_replays(stage: Stage) -> Iterator[Case]:
    """A replay chooses among what the company has, whatever ids it names."""
    work_item_id = owned.owner_of_everything(stage.running).ids["work_item_id"]
    asked = replays.CreateReplayRequest(reason="mine")
    asked.selection.work_items.work_item_ids.append(work_item_id)
    made = stage.client.call("ReplayService/CreateReplay", asked, key=people.new_key()).replay
    yield case("a work item of another company", f"{made.entry_count} entries", ["0 entries"])


def _with(rules: list[RoutingRule]) -> Iterator[tuple[str, Message]]:
    """The calls that take rules."""
    draft, facts = routing.RoutingDraft(rules=rules), RoutingFacts(domain="payouts")
    yield "RoutingService/CreateRoutingPolicy", request(*rules)
    yield "RoutingService/CreateRoutingPolicy", request(*rules, validate_only=True)
    yield "RoutingService/SimulateRoute", routing.SimulateRouteRequest(facts=facts, draft=draft)
    yield "RoutingService/DiffRoutingPolicies", routing.DiffRoutingPoliciesRequest(domain="payouts", draft=draft)


def _about(connection_id: str) -> Iterator[tuple[str, Message]]:
    """The calls about one connection."""
    flag = {"connection_id": connection_id, "institution_id": "DEUTDEFF"}
    yield "HealthService/OpenBreaker", health.OpenBreakerRequest(connection_id=connection_id)
    yield "HealthService/CloseBreaker", health.CloseBreakerRequest(connection_id=connection_id)
    yield "HealthService/SetInstitutionStatus", health.SetInstitutionStatusRequest(**flag, level=_DOWN)
    yield "HealthService/ClearInstitutionStatus", health.ClearInstitutionStatusRequest(**flag)
    yield "SweepService/SweepConnection", sweeps.SweepConnectionRequest(connection_id=connection_id)
    yield "RouteService/ReleaseConnection", routes.ReleaseConnectionRequest(connection_id=connection_id)


def _said(stage: Stage, method: str, asked: Message) -> str:
    writes = not method.endswith(("SimulateRoute", "DiffRoutingPolicies"))
    return answer(stage.client, method, asked, key=people.new_key() if writes else "")
