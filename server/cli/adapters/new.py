"""`corridor adapter new`: the two folders of an adapter, whose tests say what is left to write.

Rule: nothing that exists is written over, and nothing outside of the new folders is touched.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from server.cli.adapters import writing

_ROOT = Path(__file__).resolve().parents[3]


@click.command()
@click.argument("name")
@click.option("--ports", required=True, metavar="PORT,PORT", help="What it is to implement, such as payouts,webhooks.")
@click.option("--title", default="", help="How the vendor writes its own name.")
@click.option("--owner", default="integrations", show_default=True, help="The team that answers for it.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path),
              help="A checkout of Corridor, else this one; with --package a new folder, else NAME.")  # fmt: skip
@click.option("--package", "as_package", is_flag=True, help="Write a package of its own, to be installed with pip.")
def new(name: str, ports: str, title: str, owner: str, into: Path | None, as_package: bool) -> None:
    """Write the adapter NAME: it is found at once, and its tests are red where something is left to write.

    In a checkout that is adapters/NAME and tests/adapters/NAME. With --package it is a folder of its own, which
    Corridor finds by its entry point wherever it is installed.

    \b
    Example: corridor adapter new NAME --ports payouts,webhooks --title "Its Name"
             corridor adapter new NAME --ports payouts --package --into ../NAME
    """
    from adapters.kit.discovery import providers
    from server.cli.adapters import stubs, writing
    from server.cli.screen import Screen

    if not re.fullmatch(r"[a-z][a-z0-9_]{1,62}", name) or name in {"kit", "sandbox", "live", "test", "adapters"}:
        raise click.ClickException(f"{name!r} cannot be a provider's name: lower-case letters, digits and underscores.")
    wanted = [port.strip() for port in ports.split(",") if port.strip()]
    known = stubs.known_ports()
    if unknown := [port for port in wanted if port not in known]:
        raise click.ClickException(f"there is no port {unknown[0]!r}: there are {', '.join(sorted(known))}.")
    if not wanted:
        raise click.ClickException(f"say at least one port of {', '.join(sorted(known))}.")
    if name in providers():
        raise click.ClickException(f"there is an adapter {name!r} already.")
    title = title or " ".join(part.capitalize() for part in name.split("_"))
    package = f"corridor_providers.{name}" if as_package else f"adapters.{name}"
    plan = writing.Plan(name, title, sorted(set(wanted)), owner, package)
    written = _package(plan, into or Path(name)) if as_package else _in_checkout(plan, into or _ROOT)
    screen = Screen()
    for path in written:
        screen.line(str(path))
    screen.heading("What is next")
    for line in _next(name, as_package):
        screen.line(line)


def _in_checkout(plan: "writing.Plan", root: Path) -> list[Path]:
    from server.cli.adapters import writing

    if not (root / "adapters" / "kit").is_dir() or not (root / "tests" / "adapters").is_dir():
        raise click.ClickException(f"{root} is not a checkout of Corridor: say --into, or --package.")
    own, tests = root / "adapters" / plan.name, root / "tests" / "adapters" / plan.name
    return [*_write(own, writing.files(plan)), *_write(tests, writing.tests(plan))]


def _package(plan: "writing.Plan", folder: Path) -> list[Path]:
    from server.cli.adapters import writing

    own = folder / "corridor_providers" / plan.name
    return [
        *_write(folder, {"pyproject.toml": writing.pyproject(plan)}),
        *_write(own, writing.files(plan)),
        *_write(folder / "tests", writing.mapping_test(plan)),
    ]


def _write(folder: Path, files: dict[str, str]) -> list[Path]:
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} exists already: nothing is written over.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def _next(name: str, as_package: bool) -> list[str]:
    if as_package:
        return [
            "pip install -e .                       then Corridor finds it",
            f"corridor adapter try {name} --list",
            f"corridor adapter check {name}         what is left for the next tier",
        ]
    return [
        f"pytest tests/adapters/{name}          red where something is left to write",
        f"corridor adapter try {name} --list    the methods, with examples",
        f"corridor adapter check {name}         what is left for the next tier",
    ]
