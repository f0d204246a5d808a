"""`corridor vault purge`: removes what is past its retention now, as a chore does every five minutes."""

import click

from server.cli.operating import operating


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
def purge(dry_run: bool) -> None:
    """Remove what is past the retention of each company's data policy, and record it.

    \b
    Example: corridor vault purge --dry-run
    """
    from corridor.type.v1.environment_pb2 import Environment
    from corridor.vault.v1.data_policy_pb2 import DataCategory
    from server.platform.vault.purging import Purging

    with operating() as (parts, _):
        purging = Purging(parts.store)
        done = purging.would() if dry_run else purging.all()
        total = 0
        for company_id, environment, each in done:
            place = Environment.keys()[environment].removeprefix("ENVIRONMENT_").lower()
            kind = DataCategory.Name(each.category).removeprefix("DATA_CATEGORY_").lower()
            oldest, newest = (time.ToDatetime().date() for time in (each.oldest_time, each.newest_time))
            click.echo(f"{company_id} {place:<8} {kind:<19} {each.count:>8}  from {oldest} to {newest}")
            total += each.count
    click.echo(f"{total} records {'would be removed' if dry_run else 'were removed'}.")
