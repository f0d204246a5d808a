"""`corridor keys`: what an operator does with API keys without having one. A secret is shown once, and never kept."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from server.cli import keys_text
from server.cli.operating import operating

if TYPE_CHECKING:
    from corridor.type.v1.environment_pb2 import Environment
    from server.cli.database import Database

_COMPANIES = "SELECT company_id, title FROM corridor.companies WHERE company_id = %s OR title = %s LIMIT 20"

_LIVE = click.option("--live", is_flag=True, help="For the live environment; without it, for the sandbox.")
_DAYS = click.option("--days", type=click.IntRange(1, 3650), help="Let the key end by itself after so many days.")


@click.group()
def keys() -> None:
    """Create, list, rotate and revoke API keys as the operator of this installation.

    PREFIX is the public beginning of a key, such as ck_test_0123456789abcdef; a whole key is taken as well.
    """


@keys.command()
@click.option("--company", required=True, help="Its id, or its title; a title that nobody has makes a new company.")
@_LIVE
@click.option("--scope", "scopes", multiple=True, help="What the key may do; repeat for more. Without it: everything.")
@click.option("--method", "methods", multiple=True, help="An RPC or a service/* to which the key is restricted.")
@click.option("--range", "ranges", multiple=True, help="Addresses (CIDR) from which alone the key may be used.")
@_DAYS
@click.option("--pending", is_flag=True, help="Let the key wait for `corridor keys activate`.")
@click.option("--title", default="made by the operator", show_default=True, help="What the key is for.")
def create(
    company: str,
    live: bool,
    scopes: tuple[str, ...],
    methods: tuple[str, ...],
    ranges: tuple[str, ...],
    days: int | None,
    pending: bool,
    title: str,
) -> None:
    """Make a key for a company. Only the secret goes to standard output, and it is shown this once.

    \b
    Example: CORRIDOR_KEY=$(corridor keys create --company "Acme" --scope payouts:create --scope payouts:read)
    """
    from server.kit import contract
    from server.platform.access import admin, policy

    if unknown := sorted(set(scopes) - set(contract.scopes())):
        raise click.BadParameter(f"no method asks for {', '.join(unknown)}; there are {', '.join(contract.scopes())}.")
    policy.check_known(methods, ranges)
    grant = policy.grant(scopes or contract.scopes(), methods, ranges, _end(days))
    with operating() as (parts, opened):
        company_id = _company(opened, company)
        is_new = company_id is None
        if company_id is None:
            company_id = admin.create_company(parts.store, company, _environment(live))
        key, secret = admin.create_key(
            parts.store, parts.keys, company_id, _environment(live), title, grant=grant, pending=pending
        )
    click.echo(f"company {company_id}{' (new)' if is_new else ''}, key {key.api_key_id}, prefix {key.prefix}", err=True)
    click.echo(secret)


@keys.command("list")
@click.option("--company", required=True, help="Its id, or its title.")
@_LIVE
def list_command(company: str, live: bool) -> None:
    """List a company's keys, the newest first: prefix, state, last use, end and title.

    \b
    Example: corridor keys list --company Acme
    """
    from server.platform.access import admin

    with operating() as (parts, opened):
        company_id = _company(opened, company)
        if company_id is None:
            raise click.ClickException(f"there is no company {company}.")
        after: str | None = None
        while found := admin.list_keys(parts.store, company_id, _environment(live), after):
            for key in found:
                click.echo(keys_text.line(key))
            after = found[-1].api_key_id


@keys.command()
@click.argument("prefix")
def show(prefix: str) -> None:
    """Show everything that is known of the key with PREFIX.

    \b
    Example: corridor keys show ck_test_0123456789abcdef
    """
    from server.platform.access import admin

    with operating() as (parts, _):
        key = admin.show_key(parts.store, prefix)
    for name, value in keys_text.facts(key):
        click.echo(f"{name:<16} {value}")


@keys.command()
@click.argument("prefix")
def activate(prefix: str) -> None:
    """Let the pending key with PREFIX work.

    \b
    Example: corridor keys activate ck_test_0123456789abcdef
    """
    _changed(prefix, "ActivateApiKey", "works")


@keys.command()
@click.argument("prefix")
def suspend(prefix: str) -> None:
    """Stop the key with PREFIX for the time being, within a second.

    \b
    Example: corridor keys suspend ck_test_0123456789abcdef
    """
    _changed(prefix, "SuspendApiKey", "is suspended")


@keys.command()
@click.argument("prefix")
def resume(prefix: str) -> None:
    """Let the suspended key with PREFIX work again.

    \b
    Example: corridor keys resume ck_test_0123456789abcdef
    """
    _changed(prefix, "ResumeApiKey", "works again")


@keys.command()
@click.argument("prefix")
@click.option("--overlap-hours", default=24, show_default=True, type=click.IntRange(0, 720),
              help="How long the old key works on; 0 ends it at once.")  # fmt: skip
@_DAYS
def rotate(prefix: str, overlap_hours: int, days: int | None) -> None:
    """Make the key that replaces the one with PREFIX. Only its secret goes to standard output, this once.

    \b
    Example: CORRIDOR_KEY=$(corridor keys rotate ck_test_0123456789abcdef --overlap-hours 48)
    """
    from server.platform.access import admin

    with operating() as (parts, _):
        overlap = timedelta(hours=overlap_hours)
        made, secret, old = admin.rotate_key(parts.store, parts.keys, prefix, overlap, _end(days))
    click.echo(f"key {made.api_key_id}, prefix {made.prefix}; {old.prefix} ends {keys_text.time(old.expire_time)}",
               err=True)  # fmt: skip
    click.echo(secret)


@keys.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """End the key with PREFIX for good, within a second.

    \b
    Example: corridor keys revoke ck_test_0123456789abcdef
    """
    from server.platform.access import admin

    with operating() as (parts, _):
        key = admin.revoke_key(parts.store, parts.keys, prefix)
    click.echo(f"{key.api_key_id} is revoked since {key.revoke_time.ToJsonString()}.")


@keys.command()
def expiring() -> None:
    """List what ends within 30 days: keys and credentials of every company, and the installation's own.

    \b
    Example: corridor keys expiring
    """
    with operating() as (parts, _):
        now = parts.clock.now()
        lines = [keys_text.expiring("installation", 0, each.message(now)) for each in parts.inventory.of_installation()]
        for company_id, environment in parts.inventory.tenants():
            with parts.store.of(company_id, environment) as connection:
                found = parts.inventory.of_company(connection)
            lines += [keys_text.expiring(company_id, environment, each.message(now)) for each in found]
    click.echo("\n".join(lines) or "Nothing ends within 30 days.")


def _changed(prefix: str, method: str, now: str) -> None:
    from server.platform.access import admin

    with operating() as (parts, _):
        key = admin.change_key(parts.store, parts.keys, prefix, method)
    click.echo(f"{key.api_key_id} {now}.")


def _end(days: int | None) -> datetime | None:
    return datetime.now(UTC) + timedelta(days=days) if days else None


def _environment(live: bool) -> "Environment.ValueType":
    from corridor.type.v1 import environment_pb2

    return environment_pb2.ENVIRONMENT_LIVE if live else environment_pb2.ENVIRONMENT_SANDBOX


def _company(opened: "Database", wanted: str) -> str | None:
    """The id of a company by id or title; None for a title that nobody has. Companies are seen by the owner alone."""
    import psycopg

    with psycopg.connect(opened.owner_url) as connection:
        found = connection.execute(_COMPANIES, (wanted, wanted)).fetchall()
    if len(found) > 1:
        ids = ", ".join(str(company_id) for company_id, _ in found)
        raise click.ClickException(f"{len(found)} companies are called {wanted!r}: name one by its id: {ids}.")
    if not found and wanted.startswith("co_"):
        raise click.ClickException(f"there is no company {wanted}: check the id, or give a title to make a new one.")
    return str(found[0][0]) if found else None
