"""The commands of `corridor routes` about versions of rules: look at them, compare, make, roll back, withdraw."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import client
from server.cli.routes_calls import as_json_option, ask, read_rules, show_json, show_rules, told_time, word

if TYPE_CHECKING:
    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy
    from corridor.routing.v1.routing_service_pb2 import DiffRoutingPoliciesResponse

_SERVICE = "corridor.routing.v1.RoutingService"
_MOMENT = timedelta(minutes=1)  # in which a time that somebody typed passes
_STATES = click.Choice(["scheduled", "active", "superseded", "withdrawn"])


@click.command()
@click.argument("domain", default="")
@click.option("--state", type=_STATES, default=None, help="Only versions in this state.")
@client.options
@as_json_option
def policies(domain: str, state: str | None, key: str, address: str, as_json: bool) -> None:
    """The versions of the rules of DOMAIN, or of everything, the newest first.

    \b
    Example: corridor routes policies payouts
             corridor routes policies feature.payouts --state active
    """
    from corridor.routing.v1 import routing_service_pb2 as api
    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicyState

    request = api.ListRoutingPoliciesRequest(domain=domain, page_size=100)
    if state:
        request.state = RoutingPolicyState.Value(f"ROUTING_POLICY_STATE_{state.upper()}")
    found = ask(key, address, f"{_SERVICE}/ListRoutingPolicies", request)
    if as_json:
        show_json(found)
        return
    if not found.routing_policies:
        click.echo("There are no such versions: routes decide alone.")
    for policy in found.routing_policies:
        click.echo(_line(policy))
    if found.next_page_token:
        click.echo("There are more; name a domain or a state.")


@click.command()
@click.argument("policy", metavar="POLICY")
@client.options
def show(policy: str, key: str, address: str) -> None:
    """A version with its rules, as JSON that `put` takes. POLICY is its id, or a domain for its active version.

    \b
    Example: corridor routes show payouts > rules.json
    """
    from corridor.routing.v1 import routing_service_pb2 as api

    if not policy.startswith("rtp_"):
        found = _in_state(key, address, policy, "ACTIVE")
        if not found:
            none = "it is on" if policy.startswith("feature.") else "routes decide alone"
            raise click.ClickException(f"no version of {policy} is active: {none}. `put` makes the first one.")
        policy = found[0].routing_policy_id
    wanted = api.GetRoutingPolicyRequest(routing_policy_id=policy)
    show_rules(ask(key, address, f"{_SERVICE}/GetRoutingPolicy", wanted).routing_policy)


@click.command()
@click.argument("domain")
@click.argument("older", type=int, default=0)
@click.argument("newer", type=int, default=0)
@client.options
@as_json_option
def diff(domain: str, older: int, newer: int, key: str, address: str, as_json: bool) -> None:
    """What differs between two versions of DOMAIN: without numbers, between the active one and the latest.

    \b
    Example: corridor routes diff payouts 7 9
    """
    from corridor.routing.v1 import routing_service_pb2 as api

    request = api.DiffRoutingPoliciesRequest(domain=domain, from_version=older)
    if newer:
        request.to_version = newer
    found = ask(key, address, f"{_SERVICE}/DiffRoutingPolicies", request)
    if as_json:
        show_json(found)
        return
    _differences(domain, found, f"version {found.to_version}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", type=click.DateTime(), default=None, help="From when it decides (UTC). At once if not given.")
@click.option("--base", type=int, default=None, help="The last version that you have seen. The latest if not given.")
@click.option("--note", default="", help="Why. That of the file if not given.")
@click.option("--check", is_flag=True, help="Only check the rules, and show what would change.")
@client.options
@as_json_option
def put(
    file: Path, at: datetime | None, base: int | None, note: str, check: bool, key: str, address: str, as_json: bool
) -> None:
    """Make the next version from FILE: JSON with `domain`, `rules` and perhaps `note`, as `show` prints it.

    Rules that decide already are not made a version again: a rollback would bring nothing back.

    \b
    Example: corridor routes put rules.json --check
             corridor routes put rules.json --at 2026-12-01T06:00:00 --note "December fees"
    """
    from corridor.routing.v1 import routing_service_pb2 as api

    wanted = read_rules(file)
    begins = datetime.now(UTC) if at is None else at.replace(tzinfo=at.tzinfo or UTC)
    if begins < datetime.now(UTC) - _MOMENT:
        raise click.UsageError(f"{begins:%Y-%m-%d %H:%M} UTC is over. Without --at the version decides at once.")
    draft = api.DiffRoutingPoliciesRequest(domain=wanted.domain, draft=api.RoutingDraft(rules=wanted.rules))
    compared = ask(key, address, f"{_SERVICE}/DiffRoutingPolicies", draft)  # checks as CreateRoutingPolicy does
    overtaken = [
        each
        for each in _in_state(key, address, wanted.domain, "SCHEDULED")
        if each.effective_time.ToDatetime(UTC) >= begins
    ]
    if not as_json:
        _differences(wanted.domain, compared, file.name)
        for each in overtaken:
            click.echo(
                f"  Version {each.version}, from {told_time(each.effective_time)}, will not decide: this one is later."
            )
    if check:
        if base is not None and base != compared.latest_version:
            raise click.ClickException(
                f"the latest version is {compared.latest_version}, not {base}: look at it first."
            )
        show_json(compared) if as_json else click.echo("The rules can be made a version.")
        return
    active = _in_state(key, address, wanted.domain, "ACTIVE")
    if active and at is None and base is None and not compared.diff.rules:
        made = active[0]
    else:
        request = api.CreateRoutingPolicyRequest(
            domain=wanted.domain,
            rules=wanted.rules,
            note=note or wanted.note,
            base_version=compared.latest_version if base is None else base,
        )
        if at is not None:
            request.effective_time.FromDatetime(begins)
        made = ask(key, address, f"{_SERVICE}/CreateRoutingPolicy", request, keyed=True).routing_policy
    show_json(made) if as_json else click.echo(_line(made))


@click.command()
@click.argument("domain")
@click.option("--to", type=int, default=0, help="The version to go back to. The one before if not given.")
@click.option("--note", default="", help="Why.")
@client.options
@as_json_option
def rollback(domain: str, to: int, note: str, key: str, address: str, as_json: bool) -> None:
    """Bring the rules of DOMAIN back that decided before, at once. What is scheduled is withdrawn.

    \b
    Example: corridor routes rollback payouts --note "fees were wrong"
    """
    from corridor.routing.v1 import routing_service_pb2 as api

    before = _in_state(key, address, domain, "ACTIVE")
    scheduled = _in_state(key, address, domain, "SCHEDULED")
    request = api.RollbackRoutingPolicyRequest(domain=domain, to_version=to, note=note)
    made = ask(key, address, f"{_SERVICE}/RollbackRoutingPolicy", request, keyed=True).routing_policy
    if as_json:
        show_json(made)
        return
    click.echo(_line(made))
    for each in scheduled:
        click.echo(f"  Version {each.version}, from {told_time(each.effective_time)}, is withdrawn.")
    if before:
        pair = api.DiffRoutingPoliciesRequest(domain=domain, from_version=before[0].version, to_version=made.version)
        _differences(domain, ask(key, address, f"{_SERVICE}/DiffRoutingPolicies", pair), f"version {made.version}")


@click.command()
@click.argument("routing_policy_id", metavar="ID")
@client.options
@as_json_option
def withdraw(routing_policy_id: str, key: str, address: str, as_json: bool) -> None:
    """Take a version back whose time has not come.

    \b
    Example: corridor routes withdraw rtp_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.routing.v1 import routing_service_pb2 as api

    request = api.WithdrawRoutingPolicyRequest(routing_policy_id=routing_policy_id)
    made = ask(key, address, f"{_SERVICE}/WithdrawRoutingPolicy", request, keyed=True).routing_policy
    if as_json:
        show_json(made)
    else:
        click.echo(_line(made))


def _line(policy: "RoutingPolicy") -> str:
    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicyState

    state = word(RoutingPolicyState.Name(policy.state), "ROUTING_POLICY_STATE_")
    back = f", brings back {policy.restored_version}" if policy.restored_version else ""
    note = f": {policy.note}" if policy.note else ""
    return (
        f"{policy.domain} {policy.version} {state} from {told_time(policy.effective_time)} "
        f"by {policy.author_id}{back} ({policy.routing_policy_id}){note}"
    )


def _in_state(key: str, address: str, domain: str, state: str) -> "Sequence[RoutingPolicy]":
    """The versions of a domain that are in a state, without their rules."""
    from corridor.routing.v1 import routing_service_pb2 as api
    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicyState

    request = api.ListRoutingPoliciesRequest(
        domain=domain, state=RoutingPolicyState.Value(f"ROUTING_POLICY_STATE_{state}")
    )
    found: Sequence[RoutingPolicy] = ask(key, address, f"{_SERVICE}/ListRoutingPolicies", request).routing_policies
    return found


def _differences(domain: str, found: "DiffRoutingPoliciesResponse", newer: str) -> None:
    older = f"version {found.from_version}" if found.from_version else "no version"
    click.echo(f"{domain}: {older} -> {newer}")
    for line in found.diff.lines:
        click.echo(f"  {line}")
    if not found.diff.lines:
        click.echo("  Nothing differs.")
