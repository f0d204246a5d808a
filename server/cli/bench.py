"""`corridor bench`: measures this checkout. The code is in tests/bench, which an installed package does not have."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import click

_ROOT = Path(__file__).resolve().parents[2]


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--quick", is_flag=True, help="A rough table within a minute.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF tests.bench]...")
def bench(quick: bool, options: tuple[str, ...]) -> None:
    """Print one table of ratios: Corridor against the limits of this machine, measured side by side.

    Needs a checkout with the `bench` extra: `./corridor bench` sets it up.
    Further options are those of `python -m tests.bench --help`.

    \b
    Examples:
      ./corridor bench --quick
      ./corridor bench --only gateway --json table.json
    """
    if not (_ROOT / "tests" / "bench" / "__main__.py").is_file():
        raise click.ClickException("there is no tests/bench here: run `./corridor bench` in a checkout of Corridor.")
    missing = [name for name in ("fastapi", "psutil") if find_spec(name) is None]
    if missing:
        raise click.ClickException(f"{', '.join(missing)} is not installed: run `./corridor bench`, which sets it up.")
    arguments = [*(["--quick"] if quick else []), *options]
    os.chdir(_ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "tests.bench", *arguments])  # noqa: S606 - ourselves, from our checkout
