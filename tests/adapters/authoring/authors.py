"""A checkout of one's own, and commands in it: what an author of an adapter has and does."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[3]
_TOY = Path(__file__).parent / "toy"
# Written by the tools themselves, whenever Python or a test runs.
_BY_TOOLS = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")


def checkout(folder: Path) -> Path:
    """A copy of this tree, without what tools keep in it."""
    for name in ("adapters", "server", "gateway", "tests", "gen", "proto", ".ci"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*_BY_TOOLS))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    return folder


def run(tree: Path, *arguments: str, path: tuple[Path, ...] = ()) -> "subprocess.CompletedProcess[str]":
    """Run Python in a tree, so that everything is imported from there; `path` goes before it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CORRIDOR_", "PYTEST_"))}
    environment = {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, (*path, tree, tree / "gen"))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


def corridor(tree: Path, *arguments: str, path: tuple[Path, ...] = ()) -> "subprocess.CompletedProcess[str]":
    """Run a command of Corridor's in a tree."""
    return run(tree, "-m", "server.cli", *arguments, path=path)


def fill_in(folder: Path, package: str, *names: str) -> None:
    """Write what `corridor adapter new` leaves to be written, for the toy vendor."""
    for name in names:
        text = (_TOY / f"{name}.py.txt").read_text(encoding="utf-8")
        (folder / f"{name}.py").write_text(Template(text).safe_substitute(package=package), encoding="utf-8")


def contents(tree: Path) -> dict[str, str]:
    """Every file of a tree, with a digest of what is in it."""
    return {
        str(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file() and not set(_BY_TOOLS) & set(path.parts)
    }


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The files that are new, gone or different."""
    return sorted({name for name, _ in before.items() ^ after.items()})
