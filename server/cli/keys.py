"""`corridor keys`: what an operator does with API keys without having one. A secret is shown once, and never kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from server.cli.database import Database
    from server.parts import Parts

_COMPANIES = "SELECT company_id, title FROM corridor.companies WHERE company_id = %s OR title = %s LIMIT 20"


@click.group()
def keys() -> None:
    """Create and revoke API keys as the operator of this installation."""


@keys.command()
@click.option("--company", required=True, help="Its id, or its title; a title that nobody has makes a new company.")
@click.option("--live", is_flag=True, help="For the live environment; without it, for the sandbox.")
@click.option("--scope", "scopes", multiple=True, help="What the key may do; repeat for more. Without it: everything.")
@click.option("--title", default="made by the operator", show_default=True, help="What the key is for.")
def create(company: str, live: bool, scopes: tuple[str, ...], title: str) -> None:
    """Make a key for a company. Only the secret goes to standard output, and it is shown this once.

    \b
    Example: CORRIDOR_KEY=$(corridor keys create --company "Acme" --scope payouts:create --scope payouts:read)
    """
    from corridor.type.v1 import environment_pb2
    from server.kit import contract
    from server.platform.access import admin

    if unknown := sorted(set(scopes) - set(contract.scopes())):
        raise click.BadParameter(f"no method asks for {', '.join(unknown)}; there are {', '.join(contract.scopes())}.")
    environment = environment_pb2.ENVIRONMENT_LIVE if live else environment_pb2.ENVIRONMENT_SANDBOX
    with _operating() as (parts, opened):
        company_id = _company(opened, company)
        is_new = company_id is None
        if company_id is None:
            company_id = admin.create_company(parts.store, company, environment)
        key, secret = admin.create_key(parts.store, parts.keys, company_id, environment, title, scopes)
    click.echo(f"company {company_id}{' (new)' if is_new else ''}, key {key.api_key_id}, prefix {key.prefix}", err=True)
    click.echo(secret)


@keys.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """End the key with PREFIX, such as ck_test_0123456789abcdef, within a second. A whole key is taken as well.

    \b
    Example: corridor keys revoke ck_test_0123456789abcdef
    """
    from server.platform.access import admin

    with _operating() as (parts, _):
        key = admin.revoke_key(parts.store, parts.keys, prefix)
    click.echo(f"{key.api_key_id} is revoked since {key.revoke_time.ToJsonString()}.")


@contextmanager
def _operating() -> "Iterator[tuple[Parts, Database]]":
    from server import parts, settings
    from server.cli import database
    from server.kit import logs

    found = settings.from_environment()
    logs.configure("warning")
    with database.opened(found) as opened:
        database.require_current(opened)
        made = parts.build(found, opened.url)
        try:
            yield made, opened
        finally:
            made.close()


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
