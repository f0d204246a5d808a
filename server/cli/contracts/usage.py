"""`corridor contracts usage`: who uses which methods and fields, over all companies, for `corridor contracts diff`."""

import json
from pathlib import Path

import click


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 400), default=90, show_default=True, help="Of how many days up to today."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def usage(days: int, output: Path | None) -> None:
    """Write what callers used, as JSON: each key and client by name, its calls, and the fields that it sent or read.

    It reads the installation's database, as the operator. Counts are some seconds behind. The file names companies
    and what their keys are for: keep it as you keep those.

    \b
    Examples:
      corridor contracts usage --days 90 > usage.json
      corridor contracts diff v0.4.0 --usage usage.json
    """
    from server.cli.operating import operating
    from server.kit import stability
    from server.platform.usage import exporting

    with operating() as (parts, _):
        found = exporting.document(parts.store, stability.today(parts.machine_clock), days)
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    companies = len({use["company_id"] for use in found["uses"]})
    click.echo(f"{output}: {len(found['uses'])} uses by {companies} companies in {days} days.", err=True)
