"""`corridor limits`: how many calls the installation and single companies are allowed. Only the owner may change it."""

import click

_COMPANY = "SELECT company_id FROM corridor.companies WHERE company_id = %s"
_OF_COMPANY = "SELECT name, calls, seconds FROM corridor.rate_allowances WHERE company_id = %s AND environment = %s"
_SET = """
INSERT INTO corridor.rate_allowances VALUES (%s, %s, %s, %s, %s, now())
ON CONFLICT (company_id, environment, name)
    DO UPDATE SET calls = excluded.calls, seconds = excluded.seconds, update_time = now()
"""
_RESET = "DELETE FROM corridor.rate_allowances WHERE company_id = %s AND environment = %s AND name = ANY (%s)"


@click.group()
def limits() -> None:
    """Show and set allowances of calls.

    \b
    read, write, money, inbound   of one caller, by class of method
    company-read …                of all callers of a company together
    strangers                     of refused credentials from one address

    The installation's are CORRIDOR_RATE_ALLOWANCES; what is set for a company holds instead, within ten seconds.
    """


@limits.command()
@click.option("--company", default="", help="The id of a company; without it, what every company has.")
@click.option("--live", is_flag=True, help="In the live environment; without it, in the sandbox.")
def show(company: str, live: bool) -> None:
    """Show allowances, and which of them are the company's own.

    \b
    Example: corridor limits show --company co_01jd0000000000000000000000
    """
    import psycopg

    from server import settings
    from server.cli import database
    from server.kit.allowances import DEFAULTS, Allowance

    found = settings.from_environment()
    own: dict[str, Allowance] = {}
    if company:
        with database.opened(found) as opened, psycopg.connect(opened.owner_url) as connection:
            _require(connection, company)
            rows = connection.execute(_OF_COMPANY, (company, _environment(live))).fetchall()
        own = {name: Allowance(name, calls, seconds) for name, calls, seconds in rows}
    for name, each in {**DEFAULTS, **found.rate_allowances, **own}.items():
        whose = "company" if name in own else "installation" if name in found.rate_allowances else ""
        click.echo(f"{name:<16} {each.calls:>9} calls in {each.seconds:>5} s  {whose}".rstrip())


@limits.command("set")
@click.argument("allowances", nargs=-1, required=True)
@click.option("--company", required=True, help="The id of the company.")
@click.option("--live", is_flag=True, help="In the live environment; without it, in the sandbox.")
def set_(allowances: tuple[str, ...], company: str, live: bool) -> None:
    """Give a company ALLOWANCES of its own: NAME=CALLS/SECONDS, or NAME=usual for what every company has.

    \b
    Example: corridor limits set --company co_01jd0000000000000000000000 --live money=6000/60 read=usual
    """
    import psycopg

    from server import settings
    from server.cli import database
    from server.kit.allowances import DEFAULTS, STRANGERS, parse

    usual = [each.removesuffix("=usual") for each in allowances if each.endswith("=usual")]
    try:
        given = parse(", ".join(each for each in allowances if not each.endswith("=usual")))
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None
    if unknown := sorted({*usual} - set(DEFAULTS)):
        raise click.BadParameter(f"there is no allowance {', '.join(unknown)}; there are {', '.join(DEFAULTS)}.")
    if STRANGERS in {*given, *usual}:
        raise click.BadParameter(f"{STRANGERS} are of no company: set CORRIDOR_RATE_ALLOWANCES.")
    with database.opened(settings.from_environment()) as opened:
        database.require_current(opened)
        with psycopg.connect(opened.owner_url) as connection:
            _require(connection, company)
            for each in given.values():
                connection.execute(_SET, (company, _environment(live), each.name, each.calls, each.seconds))
            connection.execute(_RESET, (company, _environment(live), usual))
            said = [f"{each.name}={each.calls}/{each.seconds}" for each in given.values()]
            said += [f"{name}=usual" for name in usual]
            _record(connection, company, _environment(live), " ".join(said))
    click.echo(f"{company}: {', '.join(said)}.")


def _require(connection: object, company: str) -> None:
    import psycopg

    assert isinstance(connection, psycopg.Connection)
    if connection.execute(_COMPANY, (company,)).fetchone() is None:
        raise click.ClickException(f"there is no company {company}: check the id.")


def _record(connection: object, company: str, environment: int, said: str) -> None:
    """Write to the company's trail, in the transaction of the change, what the operator has set."""
    import psycopg

    from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_DONE
    from server.kit import ids
    from server.store import audit

    assert isinstance(connection, psycopg.Connection)
    request_id = ids.request_id()
    row = audit.Row(
        company_id=company, environment=environment, audit_entry_id=ids.new("aud"), action="limits.set",
        method="corridor limits set", caller_id="corridor", resource_id="", outcome=AUDIT_OUTCOME_DONE, reason="",
        request_id=request_id, correlation_id=request_id, caller_kind=0, subject="", client_ip="", claimed="",
        approval_id="", request_digest=b"", detail=said,
    )  # fmt: skip
    audit.record_calls(connection, [row])


def _environment(live: bool) -> int:
    from corridor.type.v1 import environment_pb2

    return environment_pb2.ENVIRONMENT_LIVE if live else environment_pb2.ENVIRONMENT_SANDBOX
