"""`corridor certificates`: which certificates are in use and when they end, and some to try TLS with."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

# The gateway's options, as it reads them itself.
_OF_GATEWAY = tuple(
    f"CORRIDOR_GATEWAY_{name}" for name in ("TLS_CERTIFICATE", "TLS_CLIENT_CA", "UPSTREAM_CERTIFICATE", "UPSTREAM_CA")
)


@click.group(invoke_without_command=True)
@click.option("--in", "paths", multiple=True, type=click.Path(exists=True), help="A further file, or a directory.")
@click.pass_context
def certificates(context: click.Context, paths: tuple[str, ...]) -> None:
    """List the certificates in use by their end, or issue some for development.

    Those that the environment names for server and gateway are listed; of a directory, its .pem and .crt files.
    What ends within 30 days is marked with its level: 30, 7 or 1 days, or expired.

    \b
    Example: corridor certificates --in certs
             corridor certificates issue --dir certs
    """
    if context.invoked_subcommand is None:
        _list(paths)


@certificates.command()
@click.option("--dir", "directory", default="certs", show_default=True, help="Where they are written.",
              type=click.Path(file_okay=False, path_type=Path))  # fmt: skip
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 825), help="How long they last.")
@click.option("--host", "hosts", multiple=True, help="A further name or address of server and gateway.")
def issue(directory: Path, days: int, hosts: tuple[str, ...]) -> None:
    """Issue certificates for server, gateway and a client, from an authority for development.

    The first time makes the authority. Later times renew the certificates; running processes take them up.

    \b
    Example: corridor certificates issue && . certs/env && corridor up
    """
    from server.platform.transport import issue as issuing

    for path in issuing.issue(directory.absolute(), days, hosts):
        click.echo(path)
    environment = directory.absolute() / "env"
    environment.write_text(_environment(directory.absolute()))
    click.echo(f"{environment}: what server, gateway and command line need to use them; `. {directory}/env`")


def _environment(directory: Path) -> str:
    values = {
        "CORRIDOR_TLS_CERTIFICATE": "server.pem",
        "CORRIDOR_TLS_KEY": "server.key",
        "CORRIDOR_TLS_CLIENT_CA": "ca.pem",
        "CORRIDOR_CERTIFICATES": "gateway.pem",
        "CORRIDOR_GATEWAY_UPSTREAM_CA": "ca.pem",
        "CORRIDOR_GATEWAY_UPSTREAM_CERTIFICATE": "gateway.pem",
        "CORRIDOR_GATEWAY_UPSTREAM_KEY": "gateway.key",
        "CORRIDOR_CA": "ca.pem",
        "CORRIDOR_CLIENT_CERTIFICATE": "client.pem",
        "CORRIDOR_CLIENT_KEY": "client.key",
    }
    return "".join(f"export {name}='{directory / file}'\n" for name, file in values.items())


def _list(paths: tuple[str, ...]) -> None:
    from server import settings
    from server.platform.transport import certificates as inventory

    named = [os.environ.get(name, "") for name in _OF_GATEWAY]
    wanted = (*inventory.used(settings.from_environment()), *named, *paths)
    try:
        found = inventory.read(tuple(dict.fromkeys(path for path in wanted if path)))
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    if not found:
        click.echo("No certificate is in use: calls are not encrypted. `corridor certificates issue --help` says more.")
    now = datetime.now(UTC)
    for each in found:
        left = each.expire_time - now
        click.echo(
            f"{each.expire_time:%Y-%m-%d %H:%M}Z  {_level(left):8} {each.subject}  {'authority' if each.issues else ''}"
        )
        click.echo(f"  {each.file}  {' '.join(each.names)}")


def _level(left: timedelta) -> str:
    if left <= timedelta(0):
        return "expired"
    days = next((days for days in (1, 7, 30) if left <= timedelta(days=days)), None)
    return f"{days} days" if days else ""
