"""`corridor replay`: many deliveries or work items taken up again, after a look at what that would change."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from server.cli import client, screen
from server.cli.routes_calls import as_json_option, show_json

_SERVICE = "/corridor.operations.v1.ReplayService/"
_PAUSE_SECONDS = 0.5


@click.group()
def replay() -> None:
    """Read failed deliveries again, or retry many work items: first what would change, then the change.

    \b
    Examples:
      corridor replay create --deliveries --provider sandbox --reason 'the adapter knows the word now'
      corridor replay show rep_01jd3w5k0mfv7r2xq8n4t6y9za
      corridor replay run rep_01jd3w5k0mfv7r2xq8n4t6y9za
    """


@replay.command()
@click.option("--deliveries", "about", flag_value="deliveries", help="Inbound deliveries that failed or were refused.")
@click.option("--work-items", "about", flag_value="work_items", help="Open work items.")
@click.option("--provider", default="", help="Only about this provider.")
@click.option("--connection", "connection_id", default="", help="Only deliveries of this connection.")
@click.option("--kind", "kinds", multiple=True, help="Only work items of this kind. Can be given again.")
@click.option("--domain", default="", help="Only work items of this domain.")
@click.option("--last-hours", type=click.FloatRange(min=0), default=None, help="Only deliveries of the last so many.")
@click.option("--id", "named", multiple=True, help="Just this delivery or work item. Can be given again.")
@click.option("--reason", required=True, help="Why, for whoever reads it later.")
@client.options
@as_json_option
def create(
    about: str | None, provider: str, connection_id: str, kinds: tuple[str, ...], domain: str,
    last_hours: float | None, named: tuple[str, ...], reason: str, key: str, address: str, as_json: bool,
) -> None:  # fmt: skip
    """Choose what is looked at again, and show what that would change. Nothing is changed.

    \b
    Example: corridor replay create --work-items --kind no_route --reason 'there is a route now'
    """
    from corridor.operations.v1.replay_pb2 import ReplaySelection
    from corridor.operations.v1.replay_service_pb2 import CreateReplayRequest
    from server.cli.work import kind_of

    if about is None:
        raise click.UsageError("say --deliveries or --work-items.")
    selection = ReplaySelection()
    if about == "work_items":
        chosen = selection.work_items
        chosen.SetInParent()
        chosen.kinds.extend(kind_of(each) for each in kinds)
        chosen.provider, chosen.domain = provider, domain
        chosen.work_item_ids.extend(named)
    else:
        deliveries = selection.inbound_deliveries
        deliveries.SetInParent()
        deliveries.provider, deliveries.connection_id = provider, connection_id
        deliveries.inbound_delivery_ids.extend(named)
        if last_hours is not None:
            deliveries.received.start_time.FromDatetime(datetime.now(UTC) - timedelta(hours=last_hours))
    with client.Client(address, key) as caller:
        request = CreateReplayRequest(selection=selection, reason=reason)
        made = _call(caller, "CreateReplay", request, changes=True).replay
        found = _wait(caller, made.replay_id, "COMPARING")
        _show(caller, found, as_json)
    if not as_json:
        click.echo(f"\nNothing is changed yet: corridor replay run {found.replay_id}")


@replay.command()
@click.argument("replay_id")
@client.options
@as_json_option
def show(replay_id: str, key: str, address: str, as_json: bool) -> None:
    """Show what a replay would change, or what became of it.

    \b
    Example: corridor replay show rep_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    with client.Client(address, key) as caller:
        _show(caller, _get(caller, replay_id), as_json)


@replay.command()
@click.argument("replay_id")
@client.options
@as_json_option
def run(replay_id: str, key: str, address: str, as_json: bool) -> None:
    """Do what was shown. What has changed since is left.

    \b
    Example: corridor replay run rep_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.operations.v1.replay_service_pb2 import RunReplayRequest

    with client.Client(address, key) as caller:
        _call(caller, "RunReplay", RunReplayRequest(replay_id=replay_id), changes=True)
        _show(caller, _wait(caller, replay_id, "RUNNING"), as_json)


@replay.command()
@click.argument("replay_id")
@client.options
def cancel(replay_id: str, key: str, address: str) -> None:
    """Give a replay up. What was done before stays done.

    \b
    Example: corridor replay cancel rep_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.operations.v1.replay_service_pb2 import CancelReplayRequest

    with client.Client(address, key) as caller:
        _call(caller, "CancelReplay", CancelReplayRequest(replay_id=replay_id), changes=True)
    click.echo(f"{replay_id} is given up.")


def _show(caller: client.Client, found: Any, as_json: bool) -> None:
    from corridor.operations.v1.replay_pb2 import ReplayEffect, ReplayEntryState, ReplayState
    from corridor.operations.v1.replay_service_pb2 import ListReplayEntriesRequest

    if as_json:
        show_json(found)
        return
    state = ReplayState.Name(found.state).removeprefix("REPLAY_STATE_").lower()
    shown = screen.Screen()
    shown.heading(f"{found.replay_id}  {state}, {found.entry_count} entries: {found.reason}")
    for each in found.counts:
        done = f", {each.done} done, {each.left} left" if each.done or each.left else ""
        shown.line(f"{_word(ReplayEffect.Name(each.effect), 'REPLAY_EFFECT_'):<12} {each.entries}{done}")
    request = ListReplayEntriesRequest(replay_id=found.replay_id)
    entries = _call(caller, "ListReplayEntries", request)
    rows = [
        (
            str(entry.position),
            entry.subject_id,
            _word(ReplayEffect.Name(entry.effect), "REPLAY_EFFECT_"),
            _word(ReplayEntryState.Name(entry.state), "REPLAY_ENTRY_STATE_"),
            "; ".join(_change(change) for change in entry.changes) or entry.note or entry.why,
        )
        for entry in entries.entries
    ]
    if rows:
        click.echo()
        screen.table(("no.", "of", "effect", "state", "before → after"), rows)
    if entries.next_page_token:
        click.echo("There are more entries: GET /v1/replays/{replay_id}/entries tells them all.")


def _change(change: Any) -> str:
    moves = f"{change.before or 'not known'} → {change.after}" if change.after else change.before
    return " ".join(filter(None, (change.resource_id, moves, f"({change.why})" if change.why else "")))


def _wait(caller: client.Client, replay_id: str, state: str) -> Any:
    """The replay, once it is in another state."""
    from corridor.operations.v1.replay_pb2 import ReplayState

    while True:
        found = _get(caller, replay_id)
        if found.state != ReplayState.Value(f"REPLAY_STATE_{state}"):
            return found
        time.sleep(_PAUSE_SECONDS)


def _get(caller: client.Client, replay_id: str) -> Any:
    from corridor.operations.v1.replay_service_pb2 import GetReplayRequest

    return _call(caller, "GetReplay", GetReplayRequest(replay_id=replay_id)).replay


def _call(caller: client.Client, name: str, request: Any, *, changes: bool = False) -> Any:
    from server.kit import contract

    answer, _ = caller.call(contract.methods()[_SERVICE + name], request, client.new_key() if changes else "")
    return answer


def _word(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
