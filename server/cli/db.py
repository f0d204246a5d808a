"""`corridor db`: the database's schema. Only its owner may migrate it; servers refuse one that is not current."""

import click


@click.group()
def db() -> None:
    """Bring the database to the schema that this version needs.

    The database is CORRIDOR_DATABASE_URL, or the embedded one in CORRIDOR_DATA_DIR.
    """


@db.command()
def migrate() -> None:
    """Apply the migrations that are missing. Safe to repeat, and to run from several places at once.

    \b
    Example: CORRIDOR_OWNER_DATABASE_URL=postgresql://owner@db/corridor corridor db migrate
    """
    from server import settings
    from server.cli import database
    from server.store import migrate as migrations

    with database.opened(settings.from_environment()) as opened:
        before, needed = migrations.status(opened.owner_url)
        migrations.upgrade(opened.owner_url)
    if before == needed:
        click.echo(f"The database was current already, at revision {needed}.")
    else:
        click.echo(f"The database is current now, at revision {needed}; it was at {before or 'no revision'}.")


@db.command()
def status() -> None:
    """Tell whether the schema is current; exit code 1 if it is not.

    \b
    Example: corridor db status
    """
    from server import settings
    from server.cli import database

    with database.opened(settings.from_environment()) as opened:
        database.require_current(opened)
        where = "embedded" if opened.embedded_pid else "configured"
    click.echo(f"The {where} database is current.")
