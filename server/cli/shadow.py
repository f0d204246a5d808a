"""`corridor shadow`: what came of trying connections in the shadow of others. It only reads."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from server.cli import client, screen

if TYPE_CHECKING:
    from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison, ShadowParity

_SERVICE = "/corridor.routing.v1.ShadowService"
_CLASSES = ("none", "format", "timing", "cost", "outcome", "incomparable")


@click.group()
def shadow() -> None:
    """Show what came of trying connections in the shadow of others, before they get a share."""


@shadow.command()
@click.argument("connection_id", default="")
@client.options
@click.option("--domain", default="", help="Only this domain, such as payouts.")
@click.option("--days", type=click.IntRange(1, 90), default=90, show_default=True, help="How far back to count.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def parity(connection_id: str, key: str, address: str, domain: str, days: int, as_json: bool) -> None:
    """Tell how far CONNECTION_ID, or every one, does what others do, and whether it looks safe to raise its exposure.

    \b
    Example: corridor shadow parity conn_01jd3w5k0mfv7r2xq8n4t6y9za --days 7
    """
    from corridor.routing.v1 import shadow_service_pb2 as api

    request = api.GetShadowParityRequest(connection_id=connection_id, domain=domain)
    request.since_time.FromDatetime(datetime.now(UTC) - timedelta(days=days))
    response = _call(address, key, "GetShadowParity", request)
    if as_json:
        click.echo(_json(response))
        return
    if not response.parities:
        click.echo("Nothing was tried in the shadow of anything.")
    for each in response.parities:
        _show_parity(each)


@shadow.command("list")
@client.options
@click.option("--connection", "connection_id", default="", help="Only those of this connection, where it was tried.")
@click.option("--resource", "resource_id", default="", help="Only those of this payout or payment.")
@click.option("--class", "kind", type=click.Choice(_CLASSES), default=None, help="Only those of this class.")
@click.option("--limit", type=click.IntRange(1, 250), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(
    key: str, address: str, connection_id: str, resource_id: str, kind: str | None, limit: int, as_json: bool
) -> None:
    """List comparisons, the newest first.

    \b
    Example: corridor shadow list --connection conn_01jd3w5k0mfv7r2xq8n4t6y9za --class outcome
    """
    from corridor.routing.v1 import shadow_comparison_pb2 as comparing
    from corridor.routing.v1 import shadow_service_pb2 as api

    wanted = comparing.ShadowDifferenceClass.Value(f"SHADOW_DIFFERENCE_CLASS_{kind.upper()}") if kind else 0
    request = api.ListShadowComparisonsRequest(
        page_size=limit,
        connection_id=connection_id,
        resource_id=resource_id,
        difference_class=wanted,  # type: ignore[arg-type] # 0 is a class of its own
    )
    response = _call(address, key, "ListShadowComparisons", request)
    if as_json:
        click.echo(_json(response))
        return
    for each in response.shadow_comparisons:
        when, differing = each.create_time.ToDatetime(), ", ".join(_differing(each))
        told = f"{each.primary_provider or '-'} {_outcome(each.primary)}, {each.provider} {_outcome(each.shadow)}"
        click.echo(
            f"{each.shadow_comparison_id}  {when:%Y-%m-%d %H:%M:%S}  {each.resource_id}  "
            f"{_class(each.difference_class):<12}  {told}{f': {differing}' if differing else ''}"
        )
    if response.next_page_token:
        click.echo(f"There are more; --limit shows up to 250 (now {limit}).", err=True)


@shadow.command()
@click.argument("shadow_comparison_id")
@client.options
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(shadow_comparison_id: str, key: str, address: str, as_json: bool) -> None:
    """Show one comparison with its values and the requests that were made.

    \b
    Example: corridor shadow show shc_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.routing.v1 import shadow_service_pb2 as api

    request = api.GetShadowComparisonRequest(shadow_comparison_id=shadow_comparison_id)
    response = _call(address, key, "GetShadowComparison", request)
    if as_json:
        click.echo(_json(response))
        return
    _show(response.shadow_comparison)


def _show_parity(parity: "ShadowParity") -> None:
    from corridor.routing.v1 import shadow_comparison_pb2 as comparing

    shown = screen.Screen()
    rule = f"rule {parity.rule_name}" if parity.rule_name else "the route"
    shown.heading(f"{parity.connection_id}, {parity.domain}, {rule}")
    first, last = parity.first_time.ToDatetime(), parity.last_time.ToDatetime()
    shown.line(
        f"{parity.same_count} of {parity.compared_count} the same, {parity.parity_basis_points / 100:.2f} % of those "
        f"that could be told, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    )
    for each in parity.classes:
        shown.line(f"{_class(each.difference_class):<13} {each.count:>8}")
    for field in parity.fields:
        shown.note(f"{field.field} differs {field.count} times, as in {', '.join(field.shadow_comparison_ids)}")
    verdict = comparing.ShadowVerdict.Name(parity.verdict).removeprefix("SHADOW_VERDICT_").lower().replace("_", " ")
    shown.line(f"{verdict}: {parity.verdict_text}")


def _show(comparison: "ShadowComparison") -> None:
    shown = screen.Screen()
    shown.heading(f"{comparison.shadow_comparison_id}: {_class(comparison.difference_class)}")
    shown.line(f"{comparison.operation} of {comparison.resource_id}{', rehearsed' if comparison.rehearsal else ''}")
    over = f"{comparison.primary_provider} ({comparison.primary_connection_id})" if comparison.primary_provider else "-"
    shown.line(f"went over {over}, was tried at {comparison.provider} ({comparison.connection_id})")
    for each in comparison.differences:
        same = f"{each.primary_value or '-'} | {each.shadow_value or '-'}"
        shown.line(f"{_class(each.difference_class):<13} {each.field:<15} {same}")
    if comparison.shadow.detail:
        shown.note(comparison.shadow.detail)
    for made in comparison.exchanges:
        shown.line(f"{made.method} {made.url} {made.status or made.failure}")
        for text in (made.request_body, made.response_body):
            if text:
                shown.note(text)


def _differing(comparison: "ShadowComparison") -> list[str]:
    from server.platform.shadow.compare import differing

    return differing(comparison)


def _outcome(result: Any) -> str:
    from corridor.routing.v1 import shadow_comparison_pb2 as comparing

    word = comparing.ShadowOutcome.Name(result.outcome).removeprefix("SHADOW_OUTCOME_").lower().replace("_", " ")
    return "not known" if word == "unspecified" else word


def _class(kind: int) -> str:
    from corridor.routing.v1 import shadow_comparison_pb2 as comparing

    name = comparing.ShadowDifferenceClass.Name(kind)  # type: ignore[arg-type] # a class
    return "same" if name.endswith("_NONE") else name.removeprefix("SHADOW_DIFFERENCE_CLASS_").lower()


def _call(address: str, key: str, name: str, request: Any) -> Any:
    from server.kit import contract

    with client.Client(address, key) as caller:
        return caller.call(contract.methods()[f"{_SERVICE}/{name}"], request)[0]


def _json(message: Any) -> str:
    from google.protobuf import json_format

    return json_format.MessageToJson(message, preserving_proto_field_name=True)
