"""`corridor routes`: which connection takes what, by routes and by versioned rules; and why it went where it went."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import client
from server.cli.routes_calls import as_json_option, ask, read_rules, show_json, told_time, word
from server.cli.routes_policies import diff, policies, put, rollback, show, withdraw

if TYPE_CHECKING:
    from corridor.providers.v1.route_pb2 import Route
    from corridor.routing.v1.route_decision_pb2 import RouteDecision

_MODES = click.Choice(["on", "queue", "work_item"])
_EXPOSURES = click.Choice(["off", "shadow", "percent", "full"])


@click.group()
def routes() -> None:
    """Say over which connection payouts and payments go, see what would happen, and why it did.

    A route is the default of a domain and rail. Rules go before it; their versions are made by `put`.

    \b
    Examples:
      corridor routes list
      corridor routes put rules.json --check
      corridor routes simulate payouts --currency EUR --minor 500000 --down conn_01jd3w5k0mfv7r2xq8n4t6y9za
      corridor routes rollback payouts
    """


@routes.command("list")
@client.options
@as_json_option
def list_(key: str, address: str, as_json: bool) -> None:
    """The routes, the newest first.

    \b
    Example: corridor routes list
    """
    from corridor.providers.v1 import route_service_pb2 as api

    found = ask(key, address, "corridor.providers.v1.RouteService/ListRoutes", api.ListRoutesRequest(page_size=250))
    if as_json:
        show_json(found)
        return
    if not found.routes:
        click.echo("There are no routes: nothing is sent that no rule sends.")
    for route in found.routes:
        click.echo(_route(route))


@routes.command("set")
@click.argument("domain")
@click.argument("primary", metavar="PRIMARY")
@click.option("--standby", default="", help="The connection that is used when the primary certainly did nothing.")
@click.option("--rail", default="", help="Only for this rail, such as sepa.")
@click.option("--mode", type=_MODES, default="on", show_default=True, help="What happens with what it would take.")
@click.option("--expose", default="", metavar="CONNECTION", help="A connection that is being taken into use.")
@click.option("--stage", type=_EXPOSURES, default=None, help="How far it is. With --percent: percent, else shadow.")
@click.option("--percent", type=click.IntRange(1, 99), default=None, help="Its share of customers, at stage percent.")
@click.option("--rehearsal", is_flag=True, help="At stage shadow: really send there. In the sandbox alone.")
@client.options
@as_json_option
def set_(
    domain: str, primary: str, standby: str, rail: str, mode: str, expose: str, stage: str | None, percent: int | None,
    rehearsal: bool, key: str, address: str, as_json: bool,
) -> None:  # fmt: skip
    """Create or replace the route of DOMAIN.

    \b
    Example: corridor routes set payouts conn_01jd3w5k0mfv7r2xq8n4t6y9za --rail sepa
             corridor routes set payouts conn_… --expose conn_… --stage percent --percent 5
    """
    from corridor.providers.v1 import route_pb2
    from corridor.providers.v1 import route_service_pb2 as api

    if not expose and (stage or percent or rehearsal):
        raise click.UsageError("--stage, --percent and --rehearsal are for a connection that --expose names.")
    request = api.SetRouteRequest(
        domain=domain,
        rail=_rail(rail),  # type: ignore[arg-type] # checked by name
        mode=route_pb2.RouteMode.Value(f"ROUTE_MODE_{mode.upper()}"),
        primary_connection_id=primary,
        standby_connection_id=standby,
    )
    if expose:
        request.exposure.connection_id, request.exposure.rehearsal = expose, rehearsal
        reached = stage or ("percent" if percent else "shadow")
        request.exposure.stage = route_pb2.ExposureStage.Value(f"EXPOSURE_STAGE_{reached.upper()}")
        request.exposure.percent = percent or 0
    made = ask(key, address, "corridor.providers.v1.RouteService/SetRoute", request, keyed=True)
    if as_json:
        show_json(made.route)
    else:
        click.echo(_route(made.route))


@routes.command()
@click.argument("domain")
@click.option("--currency", default="", help="Its currency, such as EUR.")
@click.option("--minor", type=int, default=0, help="Its amount in minor units, such as cents.")
@click.option("--country", default="", help="The country at the other end, such as DE.")
@click.option("--rail", default="", help="The rail, such as sepa.")
@click.option("--segment", default="", help="The customer's segment, such as retail.")
@click.option("--customer", default="", help="The customer's id.")
@click.option("--risk", type=click.IntRange(0, 100), default=None, help="Its risk score, 0 to 100. None if not given.")
@click.option("--region", default="", help="Where the installation would run.")
@click.option("--at", type=click.DateTime(), default=None, help="When (UTC). Now if not given.")
@click.option("--tries", type=click.IntRange(1, 1000), default=1, show_default=True, help="Which try it is.")
@click.option("--version", type=int, default=0, help="By the rules of this version.")
@click.option("--draft", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="By the rules of a file.")
@click.option("--down", multiple=True, metavar="CONNECTION", help="As if its breaker were open. Can be repeated.")
@client.options
@as_json_option
def simulate(
    domain: str, currency: str, minor: int, country: str, rail: str, segment: str, customer: str, risk: int | None,
    region: str, at: datetime | None, tries: int, version: int, draft: Path | None, down: tuple[str, ...],
    key: str, address: str, as_json: bool,
) -> None:  # fmt: skip
    """Say what would be decided. Nothing is stored or sent.

    \b
    Example: corridor routes simulate payouts --currency EUR --minor 500000 --segment retail
    """
    from corridor.providers.v1.provider_health_pb2 import BREAKER_STATE_OPEN
    from corridor.routing.v1 import routing_service_pb2 as api
    from corridor.routing.v1.routing_facts_pb2 import RoutingFacts

    facts = RoutingFacts(
        domain=domain, country_code=country, rail=_rail(rail), segment=segment, customer_id=customer, region=region,  # type: ignore[arg-type] # a rail, checked by name
        risk_score=risk,
    )  # fmt: skip
    if currency:
        facts.amount.currency_code, facts.amount.amount_minor = currency, minor
    if at is not None:
        facts.time.FromDatetime(at.replace(tzinfo=at.tzinfo or UTC))
    assumed = [api.AssumedHealth(connection_id=each, breaker=BREAKER_STATE_OPEN) for each in down]
    request = api.SimulateRouteRequest(facts=facts, tries=tries, assumed=assumed)
    if draft is not None:
        request.draft.rules.extend(read_rules(draft).rules)
    elif version:
        request.version = version
    found = ask(key, address, "corridor.routing.v1.RoutingService/SimulateRoute", request)
    if as_json:
        show_json(found.decision)
    else:
        _tell(found.decision, drafted=draft is not None)


@routes.command()
@click.argument("route_decision_id", metavar="ID")
@client.options
@as_json_option
def explain(route_decision_id: str, key: str, address: str, as_json: bool) -> None:
    """Decide once more from what was recorded, and say why it came out so.

    ID is a decision's (rtd_…), or the id of what was routed: then each of its decisions is explained.

    \b
    Example: corridor routes explain po_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.routing.v1 import route_decision_service_pb2 as api

    ids = [route_decision_id]
    if not route_decision_id.startswith("rtd_"):
        wanted = api.ListRouteDecisionsRequest(resource_id=route_decision_id, page_size=250)
        listed = ask(key, address, "corridor.routing.v1.RouteDecisionService/ListRouteDecisions", wanted)
        ids = [each.route_decision_id for each in reversed(listed.route_decisions)]
        if not ids:
            raise click.ClickException(f"no decision is recorded of {route_decision_id}.")
    for each in ids:
        request = api.ExplainRouteRequest(route_decision_id=each)
        found = ask(key, address, "corridor.routing.v1.RouteDecisionService/ExplainRoute", request)
        if as_json:
            show_json(found)
            continue
        click.echo(f"{each}  {told_time(found.recorded.create_time)}  try {found.recorded.tries}")
        for sentence in found.sentences:
            click.echo(f"  {sentence}")
        click.echo(
            "  Decided again, it comes out the same." if found.same else "  DECIDED AGAIN, IT COMES OUT OTHERWISE."
        )


for _command in (policies, show, diff, put, rollback, withdraw):
    routes.add_command(_command)


def _rail(name: str) -> int:
    from corridor.type.v1.rail_pb2 import Rail

    if not name:
        return 0
    try:
        return Rail.Value(f"RAIL_{name.upper()}")
    except ValueError:
        known = ", ".join(sorted(word(each, "RAIL_") for each, number in Rail.items() if number))
        raise click.UsageError(f"there is no rail {name!r}: it is one of {known}.") from None


def _route(route: "Route") -> str:
    from corridor.providers.v1.route_pb2 import ExposureStage, RouteMode
    from corridor.type.v1.rail_pb2 import Rail

    rail = word(Rail.Name(route.rail), "RAIL_") if route.rail else "every rail"
    mode = word(RouteMode.Name(route.mode), "ROUTE_MODE_")
    standby = f", then {route.standby_connection_id}" if route.standby_connection_id else ""
    text = f"{route.domain} by {rail}: {mode}, {route.primary_connection_id}{standby}"
    if not route.HasField("exposure"):
        return text
    taken = route.exposure
    stage = word(ExposureStage.Name(taken.stage), "EXPOSURE_STAGE_")
    share = f" {taken.percent} %" if taken.percent else ""
    return f"{text}; {taken.connection_id} at {stage}{share}{' (rehearsal)' if taken.rehearsal else ''}"


def _tell(found: "RouteDecision", *, drafted: bool = False) -> None:
    """A decision for people."""
    from corridor.routing.v1.route_decision_pb2 import RouteChoice, RouteRejection

    click.echo(f"{word(RouteChoice.Name(found.choice), 'ROUTE_CHOICE_')}: {found.why}")
    if found.HasField("wait"):
        click.echo(f"  again in {found.wait.ToTimedelta().total_seconds():g} s")
    for each in sorted(found.candidates, key=lambda candidate: candidate.rank or len(found.candidates) + 1):
        rejection = word(RouteRejection.Name(each.rejection), "ROUTE_REJECTION_") if each.rejection else ""
        mark = "->" if each.connection_id == found.connection_id else "  "
        place = f"{each.rank}." if each.rank else "beside"
        click.echo(f"  {mark} {place} {each.connection_id} ({each.provider}) {rejection} {each.detail}".rstrip())
    if found.shadow_connection_id:
        click.echo(f"  shadowed at {found.shadow_connection_id}")
    rules = "the draft" if drafted else f"version {found.policy_version}"
    if found.rule_number:
        click.echo(f"  by rule {found.rule_number} of {rules}")
    else:
        click.echo(f"  no rule of {rules} holds" if drafted or found.policy_version else "  there are no rules")
