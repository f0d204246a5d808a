"""`corridor gen` and `corridor contracts`: from .proto files to everything made of them, and to releases.

Nothing here imports from gen/, so that it works when gen/ is empty. Tools are imported when a command runs.
"""

from pathlib import Path

import click

from server.cli.contracts.diff import diff_command, image_command
from server.cli.contracts.upgrade_guide import upgrade_guide
from server.cli.contracts.usage import usage

ROOT = Path(__file__).resolve().parents[3]


def _say(step: str) -> None:
    click.echo(f"  {step}", err=True)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if gen/ is not what the contracts give.")
def gen(check: bool) -> None:
    """Write gen/ from proto/: stubs, clients, descriptors, OpenAPI and the access table.

    Works offline, and gives the same files everywhere.
    """
    from server.cli.contracts import generate

    if check:
        require_current(generate.check(ROOT, _say))
        click.echo("gen/ is current.")
    else:
        changed = generate.write(ROOT, _say)
        click.echo(f"gen/ is current; {len(changed)} files changed." if changed else "gen/ was current already.")


def require_current(differing: list[str]) -> None:
    """Refuse when files of gen/ differ, naming the first twenty."""
    if differing:
        for name in differing[:20]:
            click.echo(f"differs: gen/{name}", err=True)
        raise click.ClickException(
            f"{len(differing)} files of gen/ are not current: run `corridor gen` and commit gen/."
        )


@click.group()
def contracts() -> None:
    """Check, compare and release the contracts in proto/."""


contracts.add_command(diff_command)
contracts.add_command(image_command)
contracts.add_command(upgrade_guide)
contracts.add_command(usage)


@contracts.command()
def lint() -> None:
    """Check the contracts' style: buf's STANDARD and COMMENTS rules, without exceptions."""
    from server.cli.contracts import image, release

    release.require_clean(release.lint(ROOT, image.build(ROOT)))
    click.echo("The contracts are clean.")


@contracts.command()
def breaking() -> None:
    """Compare the contracts with the last release, and refuse what would break a caller."""
    from server.cli.contracts import image, release

    latest = release.latest(ROOT)
    if latest is None:
        click.echo("Nothing is released yet, so nothing can break: `corridor contracts release` makes the first one.")
        return
    release.require_compatible(release.breaking(ROOT, image.build(ROOT)))
    click.echo(f"Nothing breaks callers of {latest.version}.")


@contracts.command("openapi-breaking")
def openapi_breaking_command() -> None:
    """Compare openapi.json with that of the last release, and refuse what would break an HTTP caller."""
    import json

    from server.cli.contracts import openapi_breaking as comparing
    from server.cli.contracts import release

    latest = release.latest(ROOT)
    if latest is None:
        click.echo("Nothing is released yet, so nothing can break.")
        return
    before = comparing.documented(ROOT / "proto" / "released.binpb")
    after = json.loads((ROOT / "gen" / "openapi.json").read_text(encoding="utf-8"))
    release.require_compatible(comparing.breaks(before, after))
    click.echo(f"Nothing breaks HTTP callers of {latest.version}.")


@contracts.command("release")
@click.argument("version")
@click.option("-m", "note", required=True, help="What this release brings, for an outside reader.")
@click.option("--breaking", "reason", help="Release although callers break, and say why they must.")
def release_command(version: str, note: str, reason: str | None) -> None:
    """Release the contracts as VERSION: move proto/released.binpb and write proto/CHANGELOG.md.

    Refused while lint or gen/ fail, when nothing changed, and when a caller would break without --breaking.
    """
    from datetime import UTC, datetime

    from server.cli.contracts import generate, image, release

    compiled = image.build(ROOT)
    candidate = release.candidate(ROOT, compiled, version, note, reason)
    require_current(generate.check(ROOT, _say))
    release.publish(ROOT, candidate, datetime.now(UTC).date())
    click.echo(f"Released {version}: commit proto/released.binpb and proto/CHANGELOG.md together.")
