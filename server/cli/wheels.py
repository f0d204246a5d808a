"""`corridor wheels`: the distributions of this checkout, built offline by what is installed.

Rule: a wheel holds what the contracts give now; `corridor gen --check` says whether gen/ does.
"""

import re
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
# What is built, by where its pyproject.toml stands.
_PROJECTS = {"corridor": ROOT, "corridor-client": ROOT / "clients" / "python"}


@click.command()
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("dist"),
              show_default=True, help="The directory to write to.")  # fmt: skip
def wheels(output: Path) -> None:
    """Build the wheels of Corridor and of its Python client.

    \b
    Example: corridor wheels -o dist
    """
    output.mkdir(parents=True, exist_ok=True)
    for name, project in _PROJECTS.items():
        click.echo(f"{name}: {build(project, output.absolute()).name}")


def build(project: Path, output: Path) -> Path:
    """Build one wheel; where it is."""
    if not (project / "pyproject.toml").is_file():
        raise click.ClickException(f"there is no {project / 'pyproject.toml'}: run this in a checkout of Corridor.")
    done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(output)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    # hatchling colours what it says, also where nobody looks.
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).strip()
    if done.returncode != 0:
        if "No module named hatchling" in said:
            raise click.ClickException("hatchling is not installed: run `./corridor setup test`.")
        raise click.ClickException(f"the wheel cannot be built: {said[-2000:]}")
    found = [line for line in said.splitlines() if line.endswith(".whl")]
    if not found:
        raise click.ClickException(f"hatchling named no wheel: {said[-2000:]}")
    return output / Path(found[-1]).name
