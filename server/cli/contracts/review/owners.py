"""Owners of packages: `proto/OWNERS`, one line each: a package or a glob of packages, then the handles of its owners.

Rule: as in CODEOWNERS files, the last line that matches is the one that counts.
"""

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from server.cli.contracts.review import options
from server.cli.contracts.review.model import Review

FILE = Path("proto", "OWNERS")

_PATTERN = re.compile(r"[a-z0-9_.*?\[\]-]+")
_HANDLE = re.compile(r"@[\w./-]+")


@dataclass(frozen=True, slots=True)
class Owners:
    """Which packages belong to whom, in the order of the file."""

    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, package: str) -> tuple[str, ...]:
        """The owners of a package; none where no line matches it."""
        return next((who for glob, who in reversed(self.lines) if fnmatch.fnmatchcase(package, glob)), ())


def read(file: Path) -> Owners:
    """The owners that a file names.

    Raises:
        click.ClickException: a line of it is none of ours.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise click.ClickException(f"{file} cannot be read: {problem}.") from problem
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if not _PATTERN.fullmatch(words[0]):
            raise click.ClickException(f"{file}, line {number}: {words[0]!r} is no package, such as corridor.payouts.*")
        if len(words) == 1:
            raise click.ClickException(f"{file}, line {number}: {words[0]} has no owner: name one, such as @payments.")
        if strange := [word for word in words[1:] if not _HANDLE.fullmatch(word)]:
            raise click.ClickException(f"{file}, line {number}: {strange[0]!r} is no handle such as @payments.")
        lines.append((words[0], tuple(words[1:])))
    return Owners(tuple(lines))


def fill(review: Review, owners: Owners) -> None:
    """Name the owners of each change: those of its element's package."""
    sides = [options.read(side).elements for side in (review.before, review.after)]
    packages = {element.package for side in sides for element in side.values()}
    for change in review.changes:
        known = next((side[change.element] for side in sides if change.element in side), None)
        package = known.package if known else _around(change.element, packages)
        change.owners = owners.of(package)


def _around(name: str, packages: Iterable[str]) -> str:
    """The package that a name begins with, for names that no side declares."""
    return max((each for each in packages if f"{name}.".startswith(f"{each}.")), key=len, default=name)
