"""buf's breaking rules, run by buf over both images: what it finds, as it says it.

Rule: buf alone decides; only files whose descriptors are equal are kept from it, since no rule can find anything there.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts import image as images
from server.cli.contracts import tools

_CONFIG = json.dumps({"version": "v2", "breaking": {"use": ["FILE"]}})


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `buf breaking --error-format=json`."""

    rule: str
    message: str
    file: str
    """Where it stands after the change; empty where its file is gone."""
    line: int
    column: int


def findings(before: FileDescriptorSet, after: FileDescriptorSet) -> list[Finding]:
    """Everything that buf's FILE category finds between two images, in buf's order.

    Raises:
        click.ClickException: buf is not installed, or cannot read an image.
    """
    differing = _differing(before, after)
    if not differing:
        return []
    with tempfile.TemporaryDirectory(prefix="corridor-contracts-") as scratch:
        old, new = Path(scratch, "before.binpb"), Path(scratch, "after.binpb")
        old.write_bytes(_excerpt(before, differing, positions=False))
        new.write_bytes(_excerpt(after, differing, positions=True))
        arguments = [str(new), f"--against={old}", f"--config={_CONFIG}", "--exclude-imports", "--error-format=json"]
        done = tools.run([tools.beside_python("buf"), "breaking", *arguments])
    # buf answers 100 for findings, which it prints to stdout; anything else is a failure of its own.
    if done.returncode not in (0, 100):
        raise click.ClickException(f"buf breaking failed: {done.stderr.decode(errors='replace').strip()}")
    return [_finding(line) for line in done.stdout.decode().splitlines()]


def _finding(line: str) -> Finding:
    said = json.loads(line)
    return Finding(
        said["type"], said["message"], said.get("path", ""), said.get("start_line", 0), said.get("start_column", 0)
    )


def _differing(before: FileDescriptorSet, after: FileDescriptorSet) -> set[str]:
    old, new = images.ours(_bare(before)), images.ours(_bare(after))
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _bare(image: FileDescriptorSet) -> FileDescriptorSet:
    return images.read(images.for_release(image))


def _excerpt(image: FileDescriptorSet, names: set[str], positions: bool) -> bytes:
    """The named files with all that they import, as an image. buf takes longer the more it is given."""
    by_name = {file.name: file for file in image.file}
    wanted: set[str] = set()
    waiting = [name for name in names if name in by_name]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(by_name[name].dependency)
    excerpt = images.read(b"")
    for file in image.file:
        if file.name in wanted:
            kept = excerpt.file.add()
            kept.CopyFrom(file)
            if file.name not in names:
                images.mark_import(kept)
            if file.name not in names or not positions:
                kept.ClearField("source_code_info")
    return excerpt.SerializeToString(deterministic=True)
