"""`corridor work`: what waits for a person, everything that is known of it, and what can be done about it."""

from typing import TYPE_CHECKING, Any

import click

from server.cli import client, screen
from server.cli.routes_calls import as_json_option, show_json
from server.cli.work_text import age, facts, line, option, word

if TYPE_CHECKING:
    from corridor.operations.v1.work_item_inspection_pb2 import WorkItemInspection

_SERVICE = "/corridor.operations.v1.WorkItemService/"


@click.group()
def work() -> None:
    """Work items: see what waits for a person, and do something about it.

    \b
    Examples:
      corridor work list --kind unknown_outcome --oldest
      corridor work show wi_01jd3w5k0mfv7r2xq8n4t6y9za
      corridor work retry wi_01jd3w5k0mfv7r2xq8n4t6y9za
    """


@work.command("list")
@click.option("--kind", "kinds", multiple=True, help="Only of this kind, such as `no_route`. Can be given again.")
@click.option("--domain", default="", help="Only about this domain, such as `payouts`.")
@click.option("--provider", default="", help="Only about this provider.")
@click.option("--assignee", default="", help="Only of this member or key, or `nobody`.")
@click.option("--older-hours", type=click.FloatRange(min=0), default=None, help="Only those open for longer.")
@click.option("--oldest", is_flag=True, help="The oldest first.")
@click.option("--all", "resolved", is_flag=True, help="With those that were resolved.")
@click.option("--limit", type=click.IntRange(1, 250), default=50, show_default=True, help="At most so many.")
@client.options
@as_json_option
def list_(
    kinds: tuple[str, ...], domain: str, provider: str, assignee: str, older_hours: float | None, oldest: bool,
    resolved: bool, limit: int, key: str, address: str, as_json: bool,
) -> None:  # fmt: skip
    """List what waits for a person, with how much of each kind is open.

    \b
    Example: corridor work list --domain payouts --older-hours 4 --oldest
    """
    from corridor.operations.v1 import work_item_pb2
    from corridor.operations.v1.work_item_service_pb2 import ListWorkItemsRequest

    request = ListWorkItemsRequest(
        page_size=limit,
        state=work_item_pb2.WORK_ITEM_STATE_UNSPECIFIED if resolved else work_item_pb2.WORK_ITEM_STATE_OPEN,
        kinds=[kind_of(each) for each in kinds],
        domain=domain,
        provider=provider,
        assignee_id=assignee,
        oldest_first=oldest,
    )
    if older_hours is not None:
        request.older_than.FromNanoseconds(int(older_hours * 3600e9))
    found = _call("ListWorkItems", request, key, address)
    if as_json:
        for item in found.work_items:
            show_json(item)
        return
    if not found.work_items:
        click.echo("Nothing waits for a person.")
        return
    head = ("work item", "kind", "about", "provider", "open for", "tries", "assignee", "what is known")
    screen.table(head, [line(item) for item in found.work_items])
    counts = ", ".join(f"{each.count} {word(each.kind)} (oldest {age(each.oldest_age)})" for each in found.open.counts)
    click.echo(f"\nOpen: {counts or 'none'}." + (" There are more; narrow it down." if found.next_page_token else ""))


@work.command()
@click.argument("work_item_id")
@click.option("--raw", is_flag=True, help="With what was said to and by providers, redacted.")
@client.options
@as_json_option
def show(work_item_id: str, raw: bool, key: str, address: str, as_json: bool) -> None:
    """Show everything that is known of a work item, and what can be done with it.

    \b
    Example: corridor work show wi_01jd3w5k0mfv7r2xq8n4t6y9za --raw
    """
    from corridor.operations.v1.work_item_service_pb2 import InspectWorkItemRequest

    found = _call("InspectWorkItem", InspectWorkItemRequest(work_item_id=work_item_id), key, address).inspection
    if as_json:
        show_json(found)
        return
    shown = screen.Screen()
    shown.heading(f"{work_item_id}  {word(found.work_item.kind)}")
    for name, value in facts(found.work_item):
        shown.fact(name, value)
    _show_more(shown, found, raw)
    shown.heading("what can be done")
    for each in found.work_item.actions:
        name, possible, why = option(each)
        shown.line(f"{'yes' if possible else 'no ':<4} {name:<16} {why}", "" if possible else "dim")


def _show_more(shown: screen.Screen, found: "WorkItemInspection", raw: bool) -> None:
    if found.route_decisions:
        shown.heading("where it was to go")
        for decision in found.route_decisions:
            shown.line(f"{decision.create_time.ToDatetime():%m-%d %H:%M:%S}  {decision.why}")
    if found.attempts:
        shown.heading("calls to providers")
    for attempt in found.attempts:
        acted = ", may have acted" if attempt.may_have_acted else ""
        shown.line(f"{attempt.attempt_id}  {attempt.provider} {attempt.operation}: {attempt.outcome}{acted}")
        for each in attempt.exchanges if raw else ():
            shown.note(f"{each.method} {each.url} {each.request_body}")
            shown.note(f"{each.status or each.failure} {each.response_body}")
    if found.inbound_deliveries:
        shown.heading("deliveries of providers")
    for delivery in found.inbound_deliveries:
        shown.line(f"{delivery.inbound_delivery_id}  {delivery.provider}: {delivery.state} {delivery.detail}".rstrip())
        if raw and delivery.body:
            shown.note(delivery.body)
    if found.pending_work:
        shown.heading("yet to be done")
    for piece in found.pending_work:
        shown.line(f"{piece.kind:<20} {piece.state:<9} {piece.error}".rstrip())


@work.command()
@click.argument("work_item_id")
@click.option("--to", "assignee", default="", help="A member's or an API key's id. Without it: nobody.")
@client.options
def assign(work_item_id: str, assignee: str, key: str, address: str) -> None:
    """Give a work item to somebody, or take it back.

    \b
    Example: corridor work assign wi_01jd3w5k0mfv7r2xq8n4t6y9za --to mem_01jd3w5k0mfv7r2xq8n4t6y9zb
    """
    from corridor.operations.v1.work_item_service_pb2 import AssignWorkItemRequest

    request = AssignWorkItemRequest(work_item_id=work_item_id, assignee_id=assignee)
    item = _call("AssignWorkItem", request, key, address, changes=True).work_item
    click.echo(f"{work_item_id} is assigned to {item.assignee_name or item.assignee_id or 'nobody'}.")


@work.command()
@click.argument("work_item_id")
@client.options
def retry(work_item_id: str, key: str, address: str) -> None:
    """Take up again what is stuck. What may have acted is asked about before anything is sent.

    \b
    Example: corridor work retry wi_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.operations.v1.work_item_service_pb2 import RetryWorkItemRequest

    request = RetryWorkItemRequest(work_item_id=work_item_id)
    click.echo(_call("RetryWorkItem", request, key, address, changes=True).what)


@work.command("send-elsewhere")
@click.argument("work_item_id")
@click.option("--connection", "connection_id", default="", help="Over which. Without it: the next one by the rules.")
@click.option("--reason", required=True, help="Why, for whoever reads it later.")
@client.options
def send_elsewhere(work_item_id: str, connection_id: str, reason: str, key: str, address: str) -> None:
    """Send it over another connection, where it is certain that nothing happened.

    \b
    Example: corridor work send-elsewhere wi_01jd3w5k0mfv7r2xq8n4t6y9za --reason 'their outage lasts'
    """
    from corridor.operations.v1.work_item_service_pb2 import SendElsewhereWorkItemRequest

    request = SendElsewhereWorkItemRequest(work_item_id=work_item_id, connection_id=connection_id, reason=reason)
    answer = _call("SendElsewhereWorkItem", request, key, address, changes=True)
    click.echo(f"It is sent over {answer.connection_id}.")


@work.command()
@click.argument("work_item_id")
@click.option("--note", required=True, help="What was found out and done.")
@client.options
def resolve(work_item_id: str, note: str, key: str, address: str) -> None:
    """Close a work item with what was found out. It moves nothing by itself.

    \b
    Example: corridor work resolve wi_01jd3w5k0mfv7r2xq8n4t6y9za --note 'The bank confirmed the return.'
    """
    from corridor.operations.v1.work_item_service_pb2 import ResolveWorkItemRequest

    request = ResolveWorkItemRequest(work_item_id=work_item_id, resolution=note)
    _call("ResolveWorkItem", request, key, address, changes=True)
    click.echo(f"{work_item_id} is resolved.")


def kind_of(text: str) -> Any:
    """The kind that people write so. Raises `BadParameter`."""
    from corridor.operations.v1.work_item_pb2 import WorkItemKind

    try:
        return WorkItemKind.Value(f"WORK_ITEM_KIND_{text.upper().replace('-', '_')}")
    except ValueError:
        known = ", ".join(word(each) for each in WorkItemKind.values() if each)
        raise click.BadParameter(f"{text!r} is no kind; there are {known}.", param_hint="--kind") from None


def _call(name: str, request: Any, key: str, address: str, *, changes: bool = False) -> Any:
    from server.kit import contract

    with client.Client(address, key) as caller:
        answer, _ = caller.call(contract.methods()[_SERVICE + name], request, client.new_key() if changes else "")
    return answer
