"""`corridor contracts diff` and `image`: what changes between two revisions of the contracts, for whom, and how badly.

Exit codes: 0 nothing at or above the threshold, 1 something is, 2 it could not be told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

FORMATS = ("text", "markdown", "json", "sarif", "html")

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("diff")
@click.argument("base")
@click.argument("head", required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="The form of the report; text by default."
)
@click.option("-o", "--output", type=_WRITABLE, help="Write the report to this file instead of standard output.")
@click.option("--usage", type=_READABLE, help="Counts of `corridor contracts usage`: name the callers who are touched.")
@click.option(
    "--fail-on",
    type=click.Choice(["notice", "breaking"]),
    default="breaking",
    help="The least that makes the exit code 1; breaking by default.",
)
@click.option("--exceptions", type=_READABLE, help="Approved exceptions; proto/EXCEPTIONS by default.")
@click.option("--owners", type=_READABLE, help="Owners of packages; proto/OWNERS by default.")
def diff_command(
    base: str,
    head: str | None,
    form: str,
    output: Path | None,
    usage: Path | None,
    fail_on: str,
    exceptions: Path | None,
    owners: Path | None,
) -> None:
    """Tell what changes from BASE to HEAD, for whom, and how badly.

    BASE and HEAD are each a git ref, a folder with contracts, an image (.binpb), or `released`.
    Without HEAD it is the working tree.

    \b
    Exit codes: 0 nothing breaks, 1 something does, 2 it could not be told.
    Approved exceptions count as nothing, and are shown.

    \b
    Examples:
      corridor contracts diff released
      corridor contracts diff main --format html -o review.html
      corridor contracts diff HEAD~20 HEAD --usage usage.json --fail-on notice
    """
    from importlib import import_module

    from server.cli.contracts import ROOT
    from server.cli.contracts.review import exceptions as excepting
    from server.cli.contracts.review import owners as owning
    from server.cli.contracts.review import reviewing, revisions, touched_callers
    from server.cli.contracts.review.model import Verdict

    with _wrong_use():
        today = datetime.now(UTC).date()
        exempted = _or_default(exceptions, ROOT / excepting.FILE)
        owned = _or_default(owners, ROOT / owning.FILE)
        review = reviewing.review(
            *revisions.sides(base, head, ROOT),
            excepting.read(exempted, today) if exempted else (),
            owning.read(owned) if owned else owning.Owners(),
            touched_callers.read(usage) if usage else None,
            ROOT,
            today,
        )
        module = import_module(f"server.cli.contracts.review.reports.{'json_report' if form == 'json' else form}")
        plain = {"colour": False} if form == "text" and output is not None else {}
        _write(module.render(review, **plain), output)
    if review.verdict >= Verdict[fail_on.upper()]:
        raise SystemExit(1)


@click.command("image")
@click.argument("revision", required=False)
@click.option("-o", "--output", type=_WRITABLE, required=True, help="The file to write, such as contracts.binpb.")
@click.option(
    "--for-callers", is_flag=True, help="Only what travels, without our annotations: to generate clients from."
)
def image_command(revision: str | None, output: Path, for_callers: bool) -> None:
    """Compile REVISION, or the working tree, to one image with all that it imports.

    `corridor contracts diff`, buf and protoc read it. REVISION is what `diff` takes.
    """
    from server.cli.contracts import ROOT
    from server.cli.contracts import image as images
    from server.cli.contracts.review import revisions

    with _wrong_use():
        side = revisions.side(revision, ROOT)
        _write(images.for_buf(images.for_callers(side.image) if for_callers else side.image), output)
    click.echo(f"Wrote {side.title} to {output}.", err=True)


class _Untold(click.ClickException):
    """Nothing could be told of the contracts."""

    exit_code = 2


@contextmanager
def _wrong_use() -> Iterator[None]:
    """What cannot be told must not look like a finding, whose exit code is 1."""
    try:
        yield
    except click.ClickException as problem:
        raise _Untold(problem.message) from problem


def _or_default(given: Path | None, default: Path) -> Path | None:
    return given or (default if default.is_file() else None)


def _write(report: str | bytes, output: Path | None) -> None:
    if output is None:
        click.echo(report, nl=False)
        return
    try:
        output.write_bytes(report if isinstance(report, bytes) else report.encode())
    except OSError as problem:
        raise click.ClickException(f"{output} cannot be written: {problem.strerror}.") from problem
