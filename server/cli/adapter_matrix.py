"""`corridor adapter matrix`: what an adapter can do, and which fields of our contract reach its provider."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider
    from server.cli.adapter_fields import Observed

FILE = "CAPABILITIES.md"


@click.command()
@click.argument("name")
@click.option("--write", is_flag=True, help=f"Write it to {FILE} beside the adapter, instead of showing it.")
@click.option("--check", is_flag=True, help=f"Write nothing; fail if {FILE} is not what is seen now.")
def matrix(name: str, write: bool, check: bool) -> None:
    """Show which fields of our contract reach provider NAME, by operation.

    It is seen on the adapter's simulator: each field is changed, and what is then sent is compared.

    \b
    Example: corridor adapter matrix sandbox --write
    """
    from adapters.kit.discovery import providers

    found = providers()
    if name not in found:
        raise click.ClickException(f"there is no adapter {name!r}: there are {', '.join(found)}.")
    provider = found[name]
    if not provider.has_simulator:
        raise click.ClickException(f"{name} has no simulator, on which its fields could be seen.")
    text, file = capabilities(provider), provider.folder / FILE
    if write:
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file} is written.", err=True)
    elif check:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            raise click.ClickException(f"{file} is not current: run `corridor adapter matrix {name} --write`.")
        click.echo(f"{file} is current.", err=True)
    else:
        click.echo(text, nl=False)


def capabilities(provider: "Provider") -> str:
    """The whole document."""
    return "\n".join(_lines(provider)) + "\n"


def _lines(provider: "Provider") -> Iterator[str]:
    from adapters.kit.operations import operations
    from server.cli.adapter_fields import NOT_SENT, observed

    yield f"# {provider.manifest.title}: capabilities\n"
    yield f"Written by `corridor adapter matrix {provider.name} --write` from what the adapter does on its simulator;"
    yield "never edited.\n"
    yield "## Operations\n"
    yield "| port | operations | features |"
    yield "|---|---|---|"
    for port, methods in operations(provider).items():
        covered = provider.manifest.coverage.get(port)
        features = ", ".join(sorted(covered.features)) if covered else ""
        yield f"| {port} | {', '.join(f'`{each}`' for each in methods)} | {features} |"
    yield "\n## Fields\n"
    yield "`sent`: changing it changes a request. `refused`: another value is refused before anything is sent."
    yield "`not sent`: the provider is not told it. What an earlier operation has told is named again only where it is"
    yield "sent again."
    known: set[str] = set()
    for each in observed(provider):
        shown = {path: verdict for path, verdict in each.fields.items() if verdict != NOT_SENT or path not in known}
        known |= each.fields.keys()
        if shown:
            yield from _table(each, shown)


def _table(seen: "Observed", shown: Mapping[str, str]) -> Iterator[str]:
    yield f"\n### {seen.operation}\n"
    yield f"| field | {seen.port} |"
    yield "|---|---|"
    for path, verdict in sorted(shown.items()):
        yield f"| `{path}` | {verdict} |"
    if seen.answered:
        yield f"\nThe answer told: {', '.join(f'`{name}`' for name in sorted(seen.answered))}."
