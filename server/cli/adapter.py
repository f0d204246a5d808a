"""`corridor adapter`: which providers there are, and whether what an adapter claims of itself can be true."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.adapter_certify import certify
from server.cli.adapter_matrix import matrix
from server.cli.adapters.drifting import drift, uses
from server.cli.adapters.new import new
from server.cli.adapters.recording import record
from server.cli.adapters.trying import try_

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider


@click.group()
def adapter() -> None:
    """List the adapters, or check one.

    An adapter is a package with a provider.toml: below adapters/, or named by an entry point `corridor.providers`.
    """


for command in (new, try_, record, uses, drift, matrix, certify):
    adapter.add_command(command)


@adapter.command("list")
def list_command() -> None:
    """List every provider with its status, ports, number of currencies, and rails.

    \b
    Example: corridor adapter list
    """
    from adapters.kit.discovery import providers
    from adapters.kit.manifest import RAILS
    from server.cli.screen import table

    words = {number: word for word, number in RAILS.items()}
    rows = []
    for name, provider in providers().items():
        covered = provider.manifest.coverage.values()
        rails = sorted({words[rail] for each in covered for rail in each.rails})
        currencies = sorted({code for each in covered for code in each.currencies})
        rows.append(
            (name, provider.manifest.status, ", ".join(_ports(provider)), str(len(currencies)), " ".join(rails))
        )
    table(("provider", "status", "ports", "currencies", "rails"), rows)


@adapter.command()
@click.argument("name", required=False)
@click.option("--tests", "with_tests", is_flag=True, help="Also run the adapter's tests, in a checkout.")
@click.option("--spec", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The vendor's own OpenAPI or Swagger document, to judge what travels. May be repeated.")  # fmt: skip
def check(name: str | None, with_tests: bool, spec: tuple[Path, ...]) -> None:
    """Check adapter NAME, or all: manifest, size, ports, and each quality rule that can be disproved here.

    Then it says what is left for the next tier, and how it is done. Exit code 1 if a claim is disproved, or if the
    vendor's document refuses something. What only tests can show is told as claimed; --tests shows it.

    \b
    Example: corridor adapter check sandbox --tests
    """
    if spec and name is None:
        raise click.UsageError("--spec needs the NAME of the adapter whose vendor's document it is.")
    from adapters.kit.discovery import providers
    from server.cli import adapter_checks

    found = providers()
    if name is not None and name not in found:
        raise click.ClickException(f"there is no adapter {name!r}: there are {', '.join(found)}.")
    disproved = 0
    for provider in (found[name],) if name else found.values():
        disproved += _report(provider, adapter_checks.verdicts(provider))
        if spec:
            disproved += _judged(provider, spec)
        if name is not None:
            _left(provider)
        if with_tests:
            disproved += not adapter_checks.tests_pass(provider)
    if disproved:
        raise click.ClickException(f"{disproved} claims are disproved: mend the adapter, or claim less.")


def _report(provider: "Provider", verdicts: "list[tuple[str, str, str]]") -> int:
    """Print what was found out about an adapter; how many of its claims are wrong."""
    from server.cli.screen import Screen

    screen = Screen()
    screen.heading(f"{provider.name}: {provider.manifest.status}, {', '.join(_ports(provider)) or 'no ports'}")
    for rule, verdict, why in verdicts:
        screen.line(f"{rule:<22} {verdict:<10} {why}".rstrip(), "bold red" if verdict == "disproved" else "")
    return sum(verdict == "disproved" for _, verdict, _ in verdicts)


def _judged(provider: "Provider", spec: tuple[Path, ...]) -> int:
    """Print what the vendor's document says of what travels; how much of it is refused."""
    from server.cli.adapters.judging import verdicts
    from server.cli.screen import Screen

    screen = Screen()
    screen.heading(f"By {', '.join(path.name for path in spec)}, as published")
    found = verdicts(provider, spec)
    for what, verdict, why in found:
        screen.line(f"{verdict:<10} {what}  {why}".rstrip(), "bold red" if verdict == "refused" else "")
    return sum(verdict == "refused" for _, verdict, _ in found)


def _left(provider: "Provider") -> None:
    """Print what is left for the next tier."""
    from server.cli.adapters.advice import next_tier
    from server.cli.screen import Screen

    tier, rules = next_tier(provider)
    screen = Screen()
    if not tier:
        return
    screen.heading(f"Left for {tier}" if rules else f"Nothing is left for {tier}: claim it in provider.toml")
    for rule, advice in rules:
        screen.line(f"{rule:<22} {advice}")


def _ports(provider: "Provider") -> list[str]:
    """The ports that the adapter implements. Implementing one is the only list there is."""
    from adapters.kit import ports
    from server.cli.adapter_checks import port_classes

    return [port.__name__.lower() for port in port_classes(ports) if provider.implements(port)]
