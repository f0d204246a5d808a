"""`corridor audit`: the audit trail as the operator of the installation sees it: every company, and the seals.

It works on the database itself, as its owner, and needs the master key for what is signed.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from server.cli.database import Database
    from server.platform.audit.export import Wanted
    from server.platform.audit.second_store import SecondStore
    from server.platform.audit.signing import AuditSigner

F = TypeVar("F", bound=Callable[..., Any])

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


@click.group()
def audit() -> None:
    """Search, export, seal, verify and prove the audit trail, as the operator."""


def _filters(command: F) -> F:
    for option in (
        click.option("--company", "company_id", default="", help="Only rows of this company, by its id."),
        click.option("--since", type=click.DateTime(_TIMES), help="Only rows from this time on (UTC)."),
        click.option("--until", type=click.DateTime(_TIMES), help="Only rows before this time (UTC)."),
        click.option("--actor", default="", help="Only rows of this key, client or person, by its id."),
        click.option("--resource", default="", help="Only rows about this resource, by its id."),
        click.option("--correlation", default="", help="Only rows with this correlation id."),
        click.option("--action", default="", help="Only rows of this action, such as payout.create."),
        click.option("--reason", default="", help="Only refusals for this reason, such as NOT_FOUND."),
    ):
        command = option(command)
    return command


@audit.command()
@_filters
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many at most.")
def search(limit: int, **filters: Any) -> None:
    """Show rows, the newest first, one JSON object a line; with whose a resource was that somebody else asked for.

    \b
    Example: corridor audit search --reason NOT_FOUND --since 2026-11-01
    """
    from server.platform.audit import export as exporting

    with _opened() as (opened, _, _):
        found = exporting.batches(opened.owner_url, _wanted(filters), newest_first=True, limit=limit)
        exporting.to_json_lines(found, sys.stdout)


@audit.command()
@_filters
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True,
              help="JSON lines, or Parquet for analysis.")  # fmt: skip
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path, form: str, **filters: Any) -> None:
    """Write rows to FILE, the oldest first, however many there are.

    \b
    Example: corridor audit export --company co_01jd3w5k0mfv7r2xq8n4t6y9za --format parquet november.parquet
    """
    from server.platform.audit import export as exporting

    with _opened() as (opened, _, _):
        found = exporting.batches(opened.owner_url, _wanted(filters))
        if form == "parquet":
            with file.open("wb") as out:
                count = exporting.to_parquet(found, out)
        else:
            with file.open("w") as lines:
                count = exporting.to_json_lines(found, lines)
    click.echo(f"{count} rows are in {file}.", err=True)


@audit.command()
def seal() -> None:
    """Seal now what is not sealed yet. Workers do it every CORRIDOR_AUDIT_SEAL_SECONDS.

    \b
    Example: corridor audit seal
    """
    from server.platform.audit.seal import Sealer

    with _opened() as (opened, signer, second):
        done = Sealer(opened.url, signer, second).run()
    click.echo(f"{done.entries} rows are sealed by {done.checkpoints} checkpoints.")
    for lane in done.refused:
        click.echo(f"{lane.name} is not sealed: it does not agree with the second store.", err=True)
    for lane in done.behind:
        click.echo(f"{lane.name}: the second store did not take the last checkpoints.", err=True)
    if done.refused or done.behind:
        raise click.ClickException("run `corridor audit verify`: it tells what is wrong.")


@audit.command()
@click.option("--company", "company_id", default=None, help="Only this company's chains, by its id.")
def verify(company_id: str | None) -> None:
    """Compare the whole trail with its seals; exit code 1 if anything was edited, deleted, inserted or cut off.

    \b
    Example: corridor audit verify
    """
    from server.platform.audit import verify as verifying

    with _opened() as (opened, signer, second):
        report = verifying.verify(opened.owner_url, signer, second, company_id)
    for note in report.notes:
        click.echo(f"Note: {note}", err=True)
    rate = report.entries / report.seconds if report.seconds else 0.0
    click.echo(
        f"{report.entries} rows in {report.lanes} chains under {report.checkpoints} checkpoints, "
        f"{report.seconds:.1f} s, {rate:,.0f} rows a second."
    )
    if report.findings:
        raise click.ClickException(
            "the trail is not what was sealed, or cannot be compared.\n" + "\n".join(report.findings)
        )
    click.echo("The trail is what was sealed.")


@audit.command()
@click.argument("audit_entry_id")
def prove(audit_entry_id: str) -> None:
    """Write a proof of row AUDIT_ENTRY_ID to standard output, which check_proof.py checks without a database.

    \b
    Example: corridor audit prove aud_01jd3w5k0mfv7r2xq8n4t6y9za > proof.json
    """
    from google.protobuf import json_format

    from server.platform.audit import proofs, rows

    with _opened() as (opened, _, _), rows.session(opened.owner_url) as connection, connection.transaction():
        query = "SELECT company_id, environment FROM corridor.audit WHERE audit_entry_id = %s"
        found = connection.execute(query, (audit_entry_id,)).fetchone()
        if found is None:
            raise click.ClickException(f"there is no audit row {audit_entry_id}.")
        company_id, environment = found
        proof = proofs.prove(connection, company_id, environment, audit_entry_id)
    click.echo(json_format.MessageToJson(proof, preserving_proto_field_name=True))


@audit.command()
def key() -> None:
    """Print the public key that verifies checkpoints, as PEM.

    \b
    Example: corridor audit key > audit-key.pem
    """
    from server import settings
    from server.platform.audit.signing import AuditSigner
    from server.store import secrets

    found = settings.from_environment()
    click.echo(AuditSigner(secrets.keyring(found.master_key, found.data_dir)).public_key_pem(), nl=False)


def _wanted(filters: dict[str, Any]) -> "Wanted":
    from server.platform.audit.export import Wanted

    return Wanted(
        company_id=filters["company_id"],
        since=_utc(filters["since"]),
        until=_utc(filters["until"]),
        caller_id=filters["actor"],
        resource_id=filters["resource"],
        correlation_id=filters["correlation"],
        action=filters["action"],
        reason=filters["reason"],
    )


def _utc(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time else None


@contextmanager
def _opened() -> "Iterator[tuple[Database, AuditSigner, SecondStore]]":
    from server import settings
    from server.cli import database
    from server.kit import logs
    from server.platform.audit import second_store
    from server.platform.audit.signing import AuditSigner
    from server.store import secrets

    found = settings.from_environment()
    logs.configure("warning")
    with database.opened(found) as opened:
        database.require_current(opened)
        signer = AuditSigner(secrets.keyring(found.master_key, found.data_dir))
        yield opened, signer, second_store.of(found.audit_checkpoints, found.data_dir)
