"""Releasing contracts: proto/released.binpb is what callers hold, proto/CHANGELOG.md says what each release brought.

Only `publish` moves the image, and the newest entry carries its SHA-256: an image moved by hand is found out.
"""

import hashlib
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts import changes, tools
from server.cli.contracts import image as images

_HEAD = """# Contract change log

What each release of the contracts brought, newest first.
Written by `corridor contracts release`, and by nothing else; `image` is the SHA-256 of `proto/released.binpb`.
"""
_ENTRY = re.compile(r"^## (?P<version>\S+) — (?P<day>\S+)\n\nimage: `sha256:(?P<digest>[0-9a-f]{64})`$", re.MULTILINE)
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Release:
    """The newest entry of the change log."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release that nothing in the contracts speaks against."""

    version: str
    note: str
    reason: str | None
    image: bytes
    changes: changes.Changes


def latest(root: Path) -> Release | None:
    """The last release, or None before the first.

    Raises:
        click.ClickException: image and change log do not belong together.
    """
    image, log = root / "proto" / "released.binpb", root / "proto" / "CHANGELOG.md"
    entry = _ENTRY.search(log.read_text(encoding="utf-8")) if log.is_file() else None
    if entry is None and not image.is_file():
        return None
    digest = hashlib.sha256(image.read_bytes()).hexdigest() if image.is_file() else None
    if entry is None or entry["digest"] != digest:
        raise click.ClickException(
            "proto/released.binpb is not the image of the newest entry in proto/CHANGELOG.md: restore both from the"
            " last commit; only `corridor contracts release` moves them."
        )
    return Release(entry["version"], entry["digest"])


def lint(root: Path, image: FileDescriptorSet) -> list[str]:
    """What buf's lint rules object to, one line each."""
    return _buf(root, "lint", {"image.binpb": images.for_buf(image)})


def breaking(root: Path, image: FileDescriptorSet) -> list[str]:
    """What would break a caller of the last release, one line each; nothing before the first."""
    if latest(root) is None:
        return []
    released = (root / "proto" / "released.binpb").read_bytes()
    return _buf(root, "breaking", {"image.binpb": images.for_buf(image), "released.binpb": released})


def require_clean(findings: Sequence[str]) -> None:
    """Refuse when lint found something."""
    _require(findings, "lint objects", "correct the lines above in proto/.")


def require_compatible(findings: Sequence[str]) -> None:
    """Refuse when callers would break."""
    _require(findings, "callers would break", "keep what they use, or release with --breaking and the reason.")


def candidate(root: Path, image: FileDescriptorSet, version: str, note: str, reason: str | None) -> Candidate:
    """Check everything about a release that the contracts themselves decide.

    Raises:
        click.ClickException: naming the first thing that stands against it.
    """
    last = latest(root)
    if not _VERSION.fullmatch(version):
        raise click.ClickException(f"{version!r} is not a version: give three numbers, such as 1.2.0.")
    if last is not None and _order(version) <= _order(last.version):
        raise click.ClickException(f"{version} does not follow {last.version}: give a higher version.")
    if not note.strip() or (reason is not None and not reason.strip()):
        raise click.ClickException("the note or the reason is empty: write a sentence for an outside reader.")
    released = images.for_release(image)
    before = images.read((root / "proto" / "released.binpb").read_bytes()) if last else images.read(b"")
    if last is not None and images.ours(images.read(released)) == images.ours(before):
        raise click.ClickException(f"nothing changed since {last.version}: there is nothing to release.")
    require_clean(lint(root, image))
    findings = breaking(root, image)
    if reason is None:
        require_compatible(findings)
    elif not findings:
        raise click.ClickException("nothing breaks a caller: leave --breaking out.")
    return Candidate(version, note.strip(), reason, released, changes.between(before, image))


def publish(root: Path, made: Candidate, day: date) -> None:
    """Move the image and prepend its entry. Should only one be written, `latest` refuses from then on."""
    log = root / "proto" / "CHANGELOG.md"
    older = log.read_text(encoding="utf-8").removeprefix(_HEAD) if log.is_file() else ""
    _replace(log, f"{_HEAD}\n{entry(made, day)}{older}".encode())
    _replace(root / "proto" / "released.binpb", made.image)


def entry(made: Candidate, day: date) -> str:
    """The change log's entry for a release, as Markdown."""
    digest = hashlib.sha256(made.image).hexdigest()
    parts = [f"## {made.version} — {day.isoformat()}", f"image: `sha256:{digest}`", made.note]
    if made.reason is not None:
        parts.append(f"**Breaks callers:** {made.reason.strip()}")
    for title, lines in (
        ("Added", made.changes.added),
        ("Changed", made.changes.changed),
        ("Removed", made.changes.removed),
    ):
        if lines:
            parts.append(f"### {title}")
            parts.append("\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def _buf(root: Path, command: str, inputs: dict[str, bytes]) -> list[str]:
    """Run a buf check over images; the last of two is the one compared with."""
    with tempfile.TemporaryDirectory(prefix="corridor-contracts-") as scratch:
        paths = [Path(scratch, name) for name in inputs]
        for path in paths:
            path.write_bytes(inputs[path.name])
        against = [f"--against={path}" for path in paths[1:]]
        config = f"--config={root.resolve() / 'buf.yaml'}"
        done = tools.run([tools.beside_python("buf"), command, str(paths[0]), *against, config])
    # buf answers 100 for findings, which it prints to stdout; anything else is a failure of its own.
    if done.returncode not in (0, 100):
        raise click.ClickException(f"buf {command} failed: {done.stderr.decode(errors='replace').strip()}")
    lines = done.stdout.decode(errors="replace").splitlines()
    # Findings name files as imports do; say where they lie. A file that is gone has no line of its own.
    return [line if line.startswith("<input>") else f"proto/{line}" for line in lines]


def _require(findings: Sequence[str], what: str, remedy: str) -> None:
    if findings:
        for finding in findings:
            click.echo(finding, err=True)
        raise click.ClickException(f"{what} ({len(findings)}): {remedy}")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)
