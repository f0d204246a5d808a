"""`corridor health`: how it is with providers, as the company meets them; incidents; banks and rails."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from server.cli import client, screen

if TYPE_CHECKING:
    from google.protobuf.duration_pb2 import Duration
    from google.protobuf.message import Message
    from google.protobuf.timestamp_pb2 import Timestamp

    from corridor.providers.v1.operation_health_pb2 import CallFigures, OperationHealth
    from corridor.providers.v1.provider_health_pb2 import InstitutionStatus
    from corridor.providers.v1.provider_incident_pb2 import ProviderIncident

_SERVICE = "/corridor.providers.v1.HealthService/"
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
_LEVELS = ("up", "degraded", "down")
_MOST_PAGES = 40


@click.group(invoke_without_command=True)
@client.options
@click.option("--provider", default="", help="Only of this provider.")
@click.option("--watch", is_flag=True, help="Show it again every two seconds, until Ctrl-C.")
@_AS_JSON
@click.pass_context
def health(context: click.Context, key: str, address: str, provider: str, watch: bool, as_json: bool) -> None:
    """Show how it is with every operation of providers that the company calls.

    \b
    Examples:
      corridor health
      corridor health --watch
      corridor health incidents --open
      corridor health set conn_01jd3w5k0mfv7r2xq8n4t6y9za DEUTDEFF down --hours 4 --reason 'their notice'
    """
    if context.invoked_subcommand:
        return
    with client.Client(address, key) as caller:
        while True:
            operations = list(_all(caller, "ListProviderHealth", "operations", provider=provider))
            if as_json:
                _print_json(operations)
            else:
                if watch:
                    click.clear()
                _show_operations(operations)
            if not watch:
                return
            time.sleep(2.0)


@health.command()
@client.options
@click.option("--open", "only_open", is_flag=True, help="Only those that go on.")
@click.option("--provider", default="", help="Only of this provider.")
@_AS_JSON
def incidents(key: str, address: str, only_open: bool, provider: str, as_json: bool) -> None:
    """Show the times in which calls were held back, the newest first.

    \b
    Example: corridor health incidents --open
    """
    from corridor.providers.v1 import provider_incident_pb2 as incident

    state = incident.PROVIDER_INCIDENT_STATE_OPEN if only_open else 0
    with client.Client(address, key) as caller:
        found = list(_all(caller, "ListProviderIncidents", "provider_incidents", provider=provider, state=state))
    if as_json:
        _print_json(found)
    elif not found:
        click.echo("There are no incidents." if not only_open else "No incident goes on.")
    else:
        rows = [_incident_row(each) for each in found]
        screen.table(("incident", "provider", "operation", "from", "until", "why"), rows)


@health.command()
@click.argument("provider_incident_id")
@client.options
def incident(provider_incident_id: str, key: str, address: str) -> None:
    """Tell what happened in an incident: each change of the breaker, and why.

    \b
    Example: corridor health incident inc_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    with client.Client(address, key) as caller:
        found = _call(caller, "GetProviderIncident", provider_incident_id=provider_incident_id).provider_incident
        told = _call(caller, "GetProviderIncidentTimeline", provider_incident_id=provider_incident_id).entries
    began = found.open_time.ToDatetime()
    shown = screen.Screen()
    shown.heading(f"{found.provider} {found.operation} from {began:%Y-%m-%d %H:%M:%S} UTC")
    for entry in told:
        shown.line(f"+{(entry.time.ToDatetime() - began).total_seconds():8.1f} s  {entry.summary}")
    shown.line("It goes on." if not found.HasField("close_time") else f"It ended at {_clock(found.close_time)}.")


@health.command()
@client.options
@_AS_JSON
def banks(key: str, address: str, as_json: bool) -> None:
    """Show what is known of banks and rails at providers; what is too old is marked as stale.

    \b
    Example: corridor health banks
    """
    with client.Client(address, key) as caller:
        found = list(_all(caller, "ListInstitutionStatuses", "institution_statuses"))
    if as_json:
        _print_json(found)
        return
    rows = [_bank_row(each) for each in found if each.level]
    if not rows:
        click.echo("Nothing is known of any bank or rail: all are taken to be reached as usual.")
        return
    screen.table(("bank or rail", "level", "provider", "connection", "said by", "age", "until", "why"), rows)


@health.command("set")
@click.argument("connection_id")
@click.argument("institution_id")
@click.argument("level", type=click.Choice(_LEVELS))
@client.options
@click.option("--hours", type=click.FloatRange(0.01, 720), default=24.0, show_default=True, help="How long it counts.")
@click.option("--reason", default="", help="Why.")
def set_(
    connection_id: str, institution_id: str, level: str, key: str, address: str, hours: float, reason: str
) -> None:
    """Say how well a bank or rail is reached over a connection. It goes before what the provider says.

    \b
    Examples:
      corridor health set conn_01jd3w5k0mfv7r2xq8n4t6y9za DEUTDEFF down --hours 4
      corridor health set conn_01jd3w5k0mfv7r2xq8n4t6y9za rail:rtp degraded
    """
    from corridor.providers.v1.provider_health_pb2 import InstitutionLevel

    with client.Client(address, key) as caller:
        said = _call(
            caller, "SetInstitutionStatus", connection_id=connection_id, institution_id=institution_id, reason=reason,
            level=InstitutionLevel.Value(f"INSTITUTION_LEVEL_{level.upper()}"), valid_for=_duration(hours),
        ).institution_status  # fmt: skip
    click.echo(f"{said.institution_id} over {said.connection_id} is {level} until {_clock(said.expire_time)} UTC.")


@health.command()
@click.argument("connection_id")
@click.argument("institution_id")
@client.options
def clear(connection_id: str, institution_id: str, key: str, address: str) -> None:
    """Take back what a person has said of a bank or rail.

    \b
    Example: corridor health clear conn_01jd3w5k0mfv7r2xq8n4t6y9za DEUTDEFF
    """
    with client.Client(address, key) as caller:
        _call(caller, "ClearInstitutionStatus", connection_id=connection_id, institution_id=institution_id)
    click.echo(f"{institution_id}: what the provider says counts again.")


@health.command("open")
@click.argument("connection_id")
@click.argument("operation", default="")
@client.options
@click.option("--hours", type=click.FloatRange(0.01, 24), default=1.0, show_default=True, help="For how long.")
@click.option("--reason", default="", help="Why.")
def open_(connection_id: str, operation: str, key: str, address: str, hours: float, reason: str) -> None:
    """Treat OPERATION of a connection, or all of them, as if the breaker were open: nothing new is sent by it.

    \b
    Example: corridor health open conn_01jd3w5k0mfv7r2xq8n4t6y9za create_payout --hours 2 --reason 'their notice'
    """
    given = {"connection_id": connection_id, "operation": operation, "reason": reason}
    with client.Client(address, key) as caller:
        said = _call(caller, "OpenBreaker", open_for=_duration(hours), **given).override
    click.echo(f"{operation or 'Everything'} over {connection_id} is open until {_clock(said.expire_time)} UTC.")


@health.command()
@click.argument("connection_id")
@click.argument("operation", default="")
@client.options
def close(connection_id: str, operation: str, key: str, address: str) -> None:
    """Take back what `corridor health open` said. What is open because calls failed stays so.

    \b
    Example: corridor health close conn_01jd3w5k0mfv7r2xq8n4t6y9za create_payout
    """
    with client.Client(address, key) as caller:
        _call(caller, "CloseBreaker", connection_id=connection_id, operation=operation)
    click.echo(f"{operation or 'Everything'} over {connection_id}: its breaker counts again.")


def _call(caller: client.Client, name: str, **request: Any) -> Any:
    from server.kit import contract

    method = contract.methods()[_SERVICE + name]
    return caller.call(method, method.request(**request))[0]


def _all(caller: client.Client, name: str, field: str, **request: Any) -> Iterator[Any]:
    token = ""
    for _ in range(_MOST_PAGES):
        page = _call(caller, name, page_size=250, page_token=token, **request)
        yield from getattr(page, field)
        token = page.next_page_token
        if not token:
            return


def _print_json(messages: "list[Message]") -> None:
    from google.protobuf import json_format

    for message in messages:
        click.echo(json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None))


def _show_operations(operations: "list[OperationHealth]") -> None:
    if not operations:
        click.echo("No provider was called yet: nothing is known.")
        return
    head = (
        "provider", "operation", "connection", "breaker", "since", "last hour", "failed", "p50", "p95", "p99", "note",
    )  # fmt: skip
    screen.table(head, [_operation_row(each) for each in sorted(operations, key=_loud_first)])


def _loud_first(each: "OperationHealth") -> tuple[bool, str, str]:
    return each.breaker == 1, each.provider, each.operation


def _operation_row(each: "OperationHealth") -> tuple[str, ...]:
    from corridor.providers.v1.provider_health_pb2 import BreakerState

    word = BreakerState.Name(each.breaker).removeprefix("BREAKER_STATE_").lower().replace("_", " ")
    word += f" {each.recovery_percent} %" if each.recovery_percent else ""
    recent: CallFigures = each.last_minute if each.last_minute.calls else each.last_hour
    failed = f"{recent.failure_basis_points / 100:.1f} %" if recent.calls else ""
    notes = [f"probed at {_clock(each.probe_time)}"] if each.HasField("probe_time") else []
    notes += [f"held open until {_clock(each.override.expire_time)}"] if each.HasField("override") else []
    notes += [f"rate limited for {_took(each.rate_limited_for)}"] if each.HasField("rate_limited_for") else []
    notes += [each.provider_incident_id] if each.provider_incident_id else []
    latencies = [
        _took(getattr(recent, name)) if recent.HasField(name) else ""
        for name in ("latency_p50", "latency_p95", "latency_p99")
    ]
    return (
        each.provider, each.operation, each.connection_id, word, _clock(each.since_time), str(each.last_hour.calls),
        failed, *latencies, ", ".join(notes),
    )  # fmt: skip


def _incident_row(each: "ProviderIncident") -> tuple[str, ...]:
    until = _clock(each.close_time) if each.HasField("close_time") else "goes on"
    return each.provider_incident_id, each.provider, each.operation, _clock(each.open_time), until, each.why


def _bank_row(each: "InstitutionStatus") -> tuple[str, ...]:
    from corridor.providers.v1.provider_health_pb2 import InstitutionLevel

    level = InstitutionLevel.Name(each.level).removeprefix("INSTITUTION_LEVEL_").lower()
    level += " (stale)" if each.stale else ""
    return (
        each.institution_id, level, each.provider, each.connection_id, each.source, _took(each.age),
        _clock(each.expire_time), each.reason,
    )  # fmt: skip


def _duration(hours: float) -> "Duration":
    from google.protobuf.duration_pb2 import Duration

    made = Duration()
    made.FromNanoseconds(int(hours * 3600e9))
    return made


def _took(duration: "Duration") -> str:
    seconds = duration.ToTimedelta().total_seconds()
    return screen.seconds_text(seconds) if seconds < 120 else f"{seconds / 60:.0f} min"


def _clock(time: "Timestamp") -> str:
    return f"{time.ToDatetime():%Y-%m-%d %H:%M:%S}"
