"""`corridor contracts upgrade-guide`: what callers change to go from one version of a package to the next."""

from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[3]


@click.command("upgrade-guide")
@click.argument("old")
@click.argument("new")
@click.option("--at", metavar="REVISION", help="A git ref, folder or image that has both. Usually the working tree.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file to write it to.")
def upgrade_guide(old: str, new: str, at: str | None, output: Path | None) -> None:
    """Write the guide from package OLD to package NEW, such as corridor.payouts.v1 corridor.payouts.v2.

    It is Markdown, for callers: what is renamed, moved, new and gone, and what to send instead.

    \b
    Example:
      corridor contracts upgrade-guide corridor.payouts.v1 corridor.payouts.v2 -o guide.md
    """
    from server.cli.contracts.review import revisions, upgrade

    text = upgrade.guide(revisions.side(at, ROOT), old, new)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"Written to {output}.")
