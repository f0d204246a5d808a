"""`corridor adapter`: which providers there are, and whether what an adapter claims of itself can be true."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider


@click.group()
def adapter() -> None:
    """List the adapters, or check one.

    An adapter is a package with a provider.toml: below adapters/, or named by an entry point `corridor.providers`.
    """


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
def check(name: str | None, with_tests: bool) -> None:
    """Check adapter NAME, or all: manifest, size, ports, and each quality rule that can be disproved here.

    Exit code 1 if a claim is disproved. What only tests can show is told as claimed; --tests shows it.

    \b
    Example: corridor adapter check sandbox --tests
    """
    from adapters.kit.discovery import providers
    from server.cli import adapter_checks

    found = providers()
    if name is not None and name not in found:
        raise click.ClickException(f"there is no adapter {name!r}: there are {', '.join(found)}.")
    disproved = 0
    for provider in (found[name],) if name else found.values():
        disproved += _report(provider, adapter_checks.verdicts(provider))
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


def _ports(provider: "Provider") -> list[str]:
    """The ports that the adapter implements. Implementing one is the only list there is."""
    from adapters.kit import ports
    from server.cli.adapter_checks import port_classes

    return [port.__name__.lower() for port in port_classes(ports) if provider.implements(port)]
