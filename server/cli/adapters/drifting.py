"""`corridor adapter uses` and `drift`: what an adapter uses of its vendor, and what a new version breaks.

Rule: only operations and fields that the adapter was seen to use are compared.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider
    from adapters.kit.spec.drift import Change

_ROOT = Path(__file__).resolve().parents[3]
_KINDS = {"breaks": "What breaks", "look": "What a person has to look at", "harmless": "What is harmless"}
_DOCUMENT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("name")
@click.option("--write", is_flag=True, help="Tell the adapter's story to its simulator; write down what it uses.")
def uses(name: str, write: bool) -> None:
    """Show which operations and fields of its vendor adapter NAME uses.

    It is observed while everything that the adapter can do is done against its simulator, and kept as uses.json with
    what the vendor's document says of these fields. --write needs a checkout with the test extra.

    \b
    Example: corridor adapter uses NAME --write
    """
    from server.cli.adapters.calling import named

    provider = named(name)
    if write:
        _observe(provider)
    found = _kept(provider)
    for operation in found["operations"]:
        click.echo(f"\n{operation['operation']}")
        if operation["sends"]:
            click.echo(f"  sends  {', '.join(operation['sends'])}")
        for status, reads in operation["reads"].items():
            click.echo(f"  reads  {status}: {', '.join(reads)}")
    missing = _unknown(found)
    if missing:
        click.echo("\nNot in the vendor's document:")
        for line in missing:
            click.echo(f"  {line}")


@click.command()
@click.argument("name")
@click.argument("new", metavar="NEW-SPEC", type=_DOCUMENT)
@click.option("--against", type=_DOCUMENT, help="The older version; without it, the facts that uses.json has kept.")
def drift(name: str, new: Path, against: Path | None) -> None:
    """Compare NEW-SPEC with what adapter NAME was written for, on exactly the operations and fields that it uses.

    NEW-SPEC is the vendor's OpenAPI or Swagger document, in JSON or YAML, gzipped or not. Exit code 1 if something
    would break.

    \b
    Example: corridor adapter drift NAME openapi-2027.yaml
             corridor adapter drift NAME openapi-2027.yaml --against openapi-2026.yaml
    """
    from adapters.kit.spec import drift as comparing
    from adapters.kit.spec.documents import SpecError, load
    from adapters.kit.spec.uses import described
    from server.cli.adapters.calling import named
    from server.cli.screen import Screen

    provider = named(name)
    try:
        document, older = load(new), load(against) if against else None
        own = _of_document(_kept(provider), document)
        if older is not None:
            own = {"operations": [described(older, each) for each in own["operations"]]}
            own["operations"] = [each for each in own["operations"] if not each.get("missing")]
        found = comparing.changes(own, document, comparing.tables(provider.package))
    except SpecError as error:
        raise click.ClickException(f"{error}.") from None
    screen = Screen()
    for kind, heading in _KINDS.items():
        _tell(screen, heading, [each for each in found if each.kind == kind], loud=kind == "breaks")
    fields = sum(
        len(each["sends"]) + len(each["parameters"]) + sum(map(len, each["reads"].values()))
        for each in own["operations"]
    )
    screen.heading(f"{len(own['operations'])} operations and {fields} fields that {name} uses were compared")
    if any(each.kind == "breaks" for each in found):
        raise SystemExit(1)


def _tell(screen: Any, heading: str, changes: "list[Change]", *, loud: bool) -> None:
    if changes:
        screen.heading(heading)
    for operation in dict.fromkeys(each.operation for each in changes):
        screen.line(operation, "bold" if loud else "")
        for each in changes:
            if each.operation == operation:
                screen.line(f"  {each.what}", "red" if loud else "")


def _kept(provider: "Provider") -> dict[str, Any]:
    from adapters.kit.spec import uses as kept

    found = kept.read(provider.folder)
    if found is None:
        raise click.ClickException(
            f"{provider.name} has no {kept.FILE}: `corridor adapter uses {provider.name} --write` makes it."
        )
    return found


def _of_document(kept: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The operations of the document that this is another version of: the one of its title, if there are several."""
    from adapters.kit.spec.documents import SpecError

    names = [*kept["documents"]]
    title = str(document.get("info", {}).get("title", ""))
    if len(names) > 1:
        names = [name for name in names if kept["documents"][name]["title"] == title]
        if not names:
            known = ", ".join(each["title"] for each in kept["documents"].values())
            raise SpecError(f"the document is called {title!r}; the adapter uses {known}")
    return {"operations": [each for each in kept["operations"] if each["document"] in names]}


def _unknown(kept: dict[str, Any]) -> list[str]:
    found = []
    for each in kept["operations"]:
        if not each["document"]:
            found.append(each["operation"])
            continue
        found += [f"{each['operation']}: sends {path}" for path, fact in each["sends"].items() if fact is None]
        found += [
            f"{each['operation']}: reads {path} of {status}"
            for status, reads in each["reads"].items()
            for path, fact in reads.items()
            if fact is None
        ]
    return found


def _observe(provider: "Provider") -> None:
    test = _ROOT / "tests" / "adapters" / "test_uses.py"
    if not test.exists():
        raise click.ClickException("--write needs a checkout of Corridor with its test extra: `./corridor setup test`.")
    chosen = f"{test}::test_what_an_adapter_uses_is_written_down_and_current[{provider.name}]"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen]
    environment = {**os.environ, "CORRIDOR_WRITE_USES": "1"}
    done = subprocess.run(  # noqa: S603 - our own test, by our own words
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"the story could not be told:\n{done.stdout[-2000:]}")
