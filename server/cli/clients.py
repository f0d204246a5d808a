"""`corridor clients`: OAuth clients and signing keys, as the operator sees them. A secret is shown once, never kept."""

from typing import TYPE_CHECKING

import click

from server.cli.operating import operating

if TYPE_CHECKING:
    from corridor.access.v1.oauth_client_pb2 import OAuthClientSettings
    from server.parts import Parts

_COMPANY = click.option("--company", required=True, help="The company's id.")
_LIVE = click.option("--live", is_flag=True, help="Of the live environment; without it, of the sandbox.")


@click.group()
def clients() -> None:
    """Create and list OAuth clients, and rotate the key that signs access tokens, as the operator."""


@clients.command()
@_COMPANY
@_LIVE
@click.option("--scope", "scopes", multiple=True, required=True, help="What its tokens may do; repeat for more.")
@click.option("--redirect-uri", "uris", multiple=True, help="Where people are sent back to; repeat for more.")
@click.option("--title", default="made by the operator", show_default=True, help="What people read of it.")
def create(company: str, live: bool, scopes: tuple[str, ...], uris: tuple[str, ...], title: str) -> None:
    """Make a client with a secret, which alone goes to standard output, this once.

    With a redirect address it also gets codes and refresh tokens for people.

    \b
    Example: SECRET=$(corridor clients create --company co_01… --scope payouts:read)
    """
    from server.platform.access.oauth import admin

    with operating() as (parts, _):
        made, secret = admin.create(parts.oauth, company, _environment(live), _settings(scopes, uris, title))
    click.echo(f"client {made.oauth_client_id}", err=True)
    click.echo(secret)


@clients.command("list")
@_COMPANY
@_LIVE
def list_(company: str, live: bool) -> None:
    """List a company's clients, the newest first.

    \b
    Example: corridor clients list --company co_01…
    """
    from corridor.access.v1 import oauth_client_pb2 as pb
    from server.platform.access.oauth import admin

    with operating() as (parts, _):
        for found in admin.listed(parts.oauth, company, _environment(live)):
            state = pb.ClientState.Name(found.state).removeprefix("CLIENT_STATE_").lower()
            click.echo(f"{found.oauth_client_id}  {state:8}  {found.settings.title}")


@clients.command()
@_COMPANY
@_LIVE
@click.argument("client_id")
def disable(company: str, live: bool, client_id: str) -> None:
    """Stop CLIENT_ID, such as oc_01…: within a second none of its tokens works.

    \b
    Example: corridor clients disable --company co_01… oc_01…
    """
    from server.platform.access.oauth import admin

    with operating() as (parts, _):
        admin.disable(parts.oauth, company, _environment(live), client_id)
    click.echo(f"{client_id} is disabled.")


@clients.command("rotate-signing-key")
@click.option("--at-once", is_flag=True, help="Sign with it now, and not once others have had time to read it.")
def rotate_signing_key(at_once: bool) -> None:
    """Make the next key for access tokens. It signs after a quarter of an hour; no valid token is refused.

    \b
    Example: corridor clients rotate-signing-key
    """
    from server.platform.access.oauth.signing_keys import LEAD_SECONDS

    with operating() as (parts, _):
        parts.oauth.keys.rotate(0.0 if at_once else LEAD_SECONDS)
        _show(parts)


@clients.command("signing-keys")
def signing_keys() -> None:
    """List the keys for access tokens: next, current and retiring.

    \b
    Example: corridor clients signing-keys
    """
    with operating() as (parts, _):
        _show(parts)


def _show(parts: "Parts") -> None:
    for key, state in parts.oauth.keys.states():
        click.echo(f"{key.kid}  {key.algorithm:6}  {state:8}  signs from {key.start_time:%Y-%m-%d %H:%M:%S %Z}")


def _settings(scopes: tuple[str, ...], uris: tuple[str, ...], title: str) -> "OAuthClientSettings":
    from corridor.access.v1 import oauth_client_pb2 as pb

    by_people = (pb.GRANT_TYPE_AUTHORIZATION_CODE, pb.GRANT_TYPE_REFRESH_TOKEN)
    return pb.OAuthClientSettings(
        title=title,
        grant_types=[pb.GRANT_TYPE_CLIENT_CREDENTIALS, *(by_people if uris else ())],
        scopes=scopes,
        redirect_uris=uris,
        authentication=pb.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC,
    )


def _environment(live: bool) -> int:
    from corridor.type.v1 import environment_pb2

    return environment_pb2.ENVIRONMENT_LIVE if live else environment_pb2.ENVIRONMENT_SANDBOX
