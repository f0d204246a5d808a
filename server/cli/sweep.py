"""`corridor sweep`: have a provider asked for everything that has happened, and see what its webhooks never brought."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from server.cli import client, screen

if TYPE_CHECKING:
    from corridor.providers.v1.sweep_pb2 import Sweep

_LOOK_SECONDS = 0.5


@click.command()
@click.argument("connection_id", metavar="CONNECTION")
@client.options
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Go back to this time (UTC), where the sweep would not go back so far.",
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until it is at its end.")
@click.option("--json", "as_json", is_flag=True, help="For programs: the sweep as JSON.")
def sweep(connection_id: str, key: str, address: str, since: datetime | None, wait: bool, as_json: bool) -> None:
    """Ask the provider of CONNECTION for what has happened there, and take in what never arrived.

    Every connection is swept regularly without this. It fails if the sweep is given up.

    \b
    Example: corridor sweep conn_01jd3w5k0mfv7r2xq8n4t6y9za --since 2026-11-01
    """
    from corridor.providers.v1 import sweep_service_pb2 as api
    from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_FAILED, SWEEP_STATE_RUNNING
    from server.kit import contract

    methods = contract.methods()
    begin = methods["/corridor.providers.v1.SweepService/SweepConnection"]
    read = methods["/corridor.providers.v1.SweepService/GetSweep"]
    request = api.SweepConnectionRequest(connection_id=connection_id)
    if since is not None:
        request.since_time.FromDatetime(since)
    with client.Client(address, key) as caller:
        response, _ = caller.call(begin, request, client.new_key())
        found: Sweep = response.sweep
        while wait and found.state == SWEEP_STATE_RUNNING:
            time.sleep(_LOOK_SECONDS)
            response, _ = caller.call(read, api.GetSweepRequest(sweep_id=found.sweep_id))
            found = response.sweep
    _show(found, as_json=as_json)
    if found.state == SWEEP_STATE_FAILED:
        raise click.ClickException(f"the sweep was given up: {found.error}")


def _show(found: "Sweep", *, as_json: bool) -> None:
    from corridor.providers.v1.sweep_pb2 import SweepState

    if as_json:
        from google.protobuf import json_format

        click.echo(json_format.MessageToJson(found, preserving_proto_field_name=True))
        return
    shown, counts = screen.Screen(), found.counts
    state = SweepState.Name(found.state).removeprefix("SWEEP_STATE_").lower()
    shown.heading(f"{found.sweep_id} of {found.connection_id} ({found.provider}): {state}")
    shown.fact("since", f"{found.since_time.ToDatetime(UTC):%Y-%m-%d %H:%M:%S} UTC")
    shown.fact("listed", str(counts.seen))
    for name, value, note in (
        ("news", counts.advanced, "taken in"),
        ("known already", counts.repeated, ""),
        ("contradictions", counts.conflicted, "see work items"),
        ("ids that there are not", counts.missing, "see work items"),
        ("not understood", counts.unknown, "see work items"),
        ("of others", counts.others, "left alone"),
        ("looked up", counts.looked_up, ""),
    ):
        if value or name in ("news", "known already"):
            shown.fact(name, f"{value}{f', {note}' if note and value else ''}")
    if not found.complete:
        shown.note("The provider does not list everything: what is missing is learnt by look-ups alone.")
    if found.error:
        shown.note(found.error)
