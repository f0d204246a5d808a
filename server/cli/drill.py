"""`corridor drill`: loses a provider on purpose, in every way, under load, and writes down what happened.

Rule: it takes nothing from the environment but the key with which it records, and leaves nothing behind but a report.
"""

import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import client

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider
    from server.cli.drills.modes import Mode
    from server.cli.drills.report import Drill
    from server.cli.drills.subjects import Subject
    from server.cli.drills.trial import Outcomes
    from server.cli.rest import Rest
    from server.cli.screen import Screen

# Waits are shorter than usual, so that they need not be watched; a provider that hangs is given up after six
# seconds: who waits for less than five learns nothing of it.
_SETTINGS = {
    "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
    "CORRIDOR_LEASE_SECONDS": "6",
    "CORRIDOR_POLL_SECONDS": "0.2",
    "CORRIDOR_RATE_LIMITS": "off",
    "CORRIDOR_UNKNOWN_SECONDS": "0.5",
    "CORRIDOR_POLL_PROVIDER_SECONDS": "5",
}


@click.command()
@click.argument("domain", type=click.Choice(["payouts", "payments"]))
@click.option("--from", "primary", required=True, metavar="PROVIDER", help="The provider that is lost.")
@click.option("--to", "standby", required=True, metavar="PROVIDER", help="The provider that stands by.")
@click.option(
    "--mode",
    "names",
    multiple=True,
    help="Only this way of losing it, such as refused, throttled, lost_answer or hang. Can be given again.",
)
@click.option("--rate", default=10.0, show_default=True, type=click.FloatRange(1, 100), help="Calls a second.")
@click.option("--token", default="tok_visa", show_default=True, help="For payments: a token that both take.")
@click.option("--report", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes.")
@client.options
def drill(
    domain: str, primary: str, standby: str, names: tuple[str, ...], rate: float, token: str, path: Path | None,
    key: str, address: str,
) -> None:  # fmt: skip
    """Lose a provider in every way, under load, and prove that nothing is lost or doubled.

    Starts everything on free ports with a company of its own and both providers' simulators. The report goes to a file,
    and with a key (scope providers:manage) to that company's catalogue, as the provider's last disaster test.
    Exit code 1 if anything was not as it should be.

    \b
    Example: corridor drill payouts --from sandbox --to sandbox
    """
    from server.cli import processes

    processes.interruptible()
    providers = [_provider(name, domain) for name in (primary, standby)]
    modes = _modes(names)
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("CORRIDOR_", "OTEL_"))}
    directory = Path(tempfile.mkdtemp(prefix="corridor-drill-"))
    os.environ.update(_SETTINGS, CORRIDOR_DATA_DIR=str(directory))
    try:
        made = _drilled(domain, providers[0], providers[1], modes, rate, token, directory)
    except click.ClickException as error:
        shutil.rmtree(directory / "postgres", ignore_errors=True)
        raise click.ClickException(f"{error.message} The logs are in {directory / 'logs'}.") from None
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    shutil.rmtree(directory, ignore_errors=True)
    for name in _SETTINGS:
        os.environ.pop(name, None)
    os.environ.update(kept)  # by which the server is found that is told
    _tell(made, path, key, address)


def _provider(name: str, domain: str) -> "Provider":
    from adapters.kit.discovery import providers

    known = providers()
    able = [each for each in sorted(known) if domain in known[each].manifest.coverage and known[each].has_simulator]
    if name not in able:
        raise click.BadParameter(f"no simulator of {name!r} serves {domain}; there are {', '.join(able)}.")
    return known[name]


def _modes(names: tuple[str, ...]) -> "list[Mode]":
    from server.cli.drills.modes import BY_NAME, MODES

    if strangers := [name for name in names if name not in BY_NAME]:
        raise click.BadParameter(f"there is no way {', '.join(strangers)}; there are {', '.join(BY_NAME)}.")
    return [BY_NAME[name] for name in dict.fromkeys(names)] or list(MODES)


def _drilled(
    domain: str, primary: "Provider", standby: "Provider", modes: "list[Mode]", rate: float, token: str, directory: Path
) -> "Drill":
    from server import settings
    from server.cli import provision, stack
    from server.cli.drills import trial
    from server.cli.drills.report import Drill
    from server.cli.rest import Rest
    from server.cli.screen import Screen
    from server.store.engine import Store

    screen, began = Screen(), time.monotonic()
    at = datetime.now(UTC)
    screen.heading("Starting Corridor on free ports")
    with stack.running(settings.from_environment(), stack.Ports(), {}, screen, None) as running:
        company = provision.company(running, "Drill Company")
        rest = Rest(running.gateway_url, company.key)
        store = Store(running.database.url, pool_size=2)
        subject = _subject(domain, rest, primary, standby, token)
        scene = trial.Scene(running, company, rest, store, subject, primary, standby, rate, directory)
        screen.heading(f"Losing {primary.name} in {len(modes)} ways; {standby.name} stands by")
        trials = []
        for number, mode in enumerate(modes, start=1):
            with screen.step(f"{mode.name}: {mode.title}"):
                trials.append(trial.run(scene, mode, number))
            _show(screen, trials[-1])
        rest.close()
        store.close()
        screen.heading("Stopping")
    return Drill(
        domain=domain, primary=primary.name, standby=standby.name, primary_title=primary.manifest.title,
        standby_title=standby.manifest.title, began=at, seconds=time.monotonic() - began, per_second=rate,
        trials=trials,
    )  # fmt: skip


def _subject(domain: str, rest: "Rest", primary: "Provider", standby: "Provider", token: str) -> "Subject":
    from server.cli.drills import subjects

    if domain == "payments":
        return subjects.payments(primary, standby, token)
    return subjects.payouts(rest, primary, standby)


def _show(screen: "Screen", made: "Outcomes") -> None:
    moved = "never moved" if made.moved_seconds is None else f"moved after {made.moved_seconds:.1f} s"
    screen.note(
        f"{made.asked} asked, {made.over_primary} by the primary, {made.over_standby} by the standby, {moved}, "
        f"{made.unknown} asked about"
    )
    for finding in made.findings:
        if not finding.holds:
            screen.line(f"    wrong: {finding.text}", "bold red")


def _tell(made: "Drill", path: Path | None, key: str, address: str) -> None:
    from server.cli.drills import report

    name = f"{made.began:%Y-%m-%d}-{made.domain}-{made.primary}-to-{made.standby}.md"
    written = path or Path("drills") / name
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(report.markdown(made), encoding="utf-8")
    click.echo(f"\n{report.summary(made)}\nThe report: {written}")
    if key:
        _record(made, key, address)
    else:
        click.echo("With a key (--key or CORRIDOR_KEY) it would stand in that company's catalogue.")
    if not made.passed:
        raise click.ClickException("the drill found something wrong: the report says what.")


def _record(made: "Drill", key: str, address: str) -> None:
    from corridor.providers.v1.disaster_test_service_pb2 import RecordDisasterTestRequest
    from server.cli.drills import report
    from server.kit import contract

    request = RecordDisasterTestRequest(
        name=made.primary, standby_provider=made.standby, domain=made.domain, passed=made.passed,
        summary=report.summary(made)[:500], report=report.markdown(made)[:100_000],
    )  # fmt: skip
    request.test_time.FromDatetime(made.began)
    method = contract.methods()["/corridor.providers.v1.DisasterTestService/RecordDisasterTest"]
    with client.Client(address, key) as caller:
        response, _ = caller.call(method, request, client.new_key())
    click.echo(f"Recorded as {response.disaster_test_run.disaster_test_id}, the last disaster test of {made.primary}.")
