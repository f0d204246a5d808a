"""`corridor vault`: the keys under which stored data is sealed, as the operator of this installation sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from server.cli.operating import operating
from server.cli.vault_purge import purge

if TYPE_CHECKING:
    from server.platform.vault.keys_reseal import Progress

_KEYS = """
SELECT company_id, environment, data_key_number, purpose, state, kek_id, uses, create_time FROM corridor.data_keys
WHERE %s = '' OR company_id = %s ORDER BY company_id, environment, data_key_number
"""


@click.group()
def vault() -> None:
    """Keys under which stored data is sealed: what there is, and their rotation. Data that is past its time."""


vault.add_command(purge)


@vault.command()
@click.option("--company", default="", help="Only of the company with this id.")
def keys(company: str) -> None:
    """List data keys: whose, for what, in which state, wrapped by what. Never the keys themselves.

    \b
    Example: corridor vault keys
    """
    import psycopg

    from corridor.type.v1.environment_pb2 import Environment
    from server.store.data_keys import State

    line = "{:<30} {:<12} {:>4}  {:<10} {:<10} {:<24} {:>12}  {}"
    click.echo(line.format("company", "environment", "key", "purpose", "state", "wrapped by", "uses", "made"))
    with operating() as (_, opened), psycopg.connect(opened.owner_url, autocommit=True) as owner:
        for company_id, environment, number, purpose, state, kek_id, uses, made in owner.execute(
            _KEYS, (company, company)
        ):
            place = Environment.Name(environment).removeprefix("ENVIRONMENT_").lower() if environment else ""
            word = State(state).name.lower()
            row = line.format(company_id, place, number, purpose, word, kek_id, uses, f"{made:%Y-%m-%d %H:%M}")
            click.echo(row)


@vault.command()
@click.option("--company", default="", help="Only of the company with this id; without it, of all.")
@click.option("--kek", is_flag=True, help="Rotate the key-encryption key: data keys are wrapped anew, data stays.")
@click.option("--resume", is_flag=True, help="Finish a rotation that was interrupted; no further keys are made.")
def rotate(company: str, kek: bool, resume: bool) -> None:
    """Make new keys, seal everything that is stored anew, and destroy the old keys once nothing uses them.

    Servers and workers go on meanwhile. It may be interrupted at any moment, and finished with --resume.

    \b
    Example: corridor vault rotate
             corridor vault rotate --kek
    """
    import psycopg

    from server.platform.vault.keys_rotate import Rotation, rewrap

    if kek and company:
        raise click.UsageError("a key-encryption key is every company's: give --kek without --company.")
    with (
        operating() as (parts, opened),
        psycopg.connect(opened.owner_url, autocommit=True) as owner,
        _bar() as progress,
    ):
        if kek:
            wrapped = rewrap(owner, parts.kms, progress, resume=resume)
            said = f"{wrapped} data keys are wrapped by {parts.kms.current_key_id()} now."
        else:
            done = Rotation(owner, parts.seals, parts.keyring).rotate(progress, company, resume=resume)
            said = (
                f"{done.new_keys} new keys; {done.sealed} values sealed anew; {done.destroyed} old keys destroyed, "
                f"{done.kept} kept that something still uses."
            )
            if done.unreadable:
                said += f" {done.unreadable} values do not open and were left as they are: see the log above."
    click.echo(said)


@contextmanager
def _bar() -> "Iterator[Progress]":
    """A progress bar on standard error; where that is no terminal, nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=None)

        def progress(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total)

        yield progress
