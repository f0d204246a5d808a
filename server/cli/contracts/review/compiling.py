"""Compiling the texts of a revision, once: the image is kept in the user's cache under what it was made of.

Rule: what is taken from the cache is checked against its digest, so a damaged file is just compiled again.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import click
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts import image as images
from server.cli.contracts import tools

KEPT = 64
"""Images that stay in the cache; those not used for longest go. Each is about a megabyte."""

_SHAPES = ("grpcio-tools", "protovalidate", "googleapis-common-protos")
_DIGEST = hashlib.sha256().digest_size


def compiled(title: str, texts: Mapping[str, bytes]) -> FileDescriptorSet:
    """The image of texts by name, with comments, positions and imports.

    Raises:
        click.ClickException: they do not compile; protoc's lines are in the message.
    """
    tools.compiler()  # before its version is asked for
    key = hashlib.sha256("".join(f"{name}={version(name)}\n" for name in _SHAPES).encode())
    tools_key = key.hexdigest()
    for name, text in sorted(texts.items()):
        key.update(f"{name}\0{len(text)}\0".encode())
        key.update(text)
    return images.read(_kept(f"{key.hexdigest()}.binpb", lambda: _protoc(title, texts, tools_key)))


def _protoc(title: str, texts: Mapping[str, bytes], tools_key: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="corridor-contracts-") as scratch:
        rules, image, top = Path(scratch, "rules.binpb"), Path(scratch, "image.binpb"), Path(scratch, "proto")
        # Importing protovalidate for its rules takes longer than compiling against them.
        rules.write_bytes(_kept(f"rules-{tools_key}.binpb", images.protovalidate_rules))
        for name, text in texts.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_bytes(text)
        arguments = images.arguments(top, rules, image, sorted(texts))
        done = tools.run([*tools.compiler(), *arguments])
        if done.returncode != 0:
            # protoc names files as imports do, or where they lay for it; say where their author has them.
            said = done.stderr.decode(errors="replace").strip().replace(f"{top}/", "").splitlines()
            lines = "\n".join(f"proto/{line}" if images.is_ours(line) else line for line in said)
            raise click.ClickException(f"the contracts of {title} do not compile:\n{lines}")
        return image.read_bytes()


def _folder() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG Base Directory Specification 0.8: a relative path is to be ignored.
    top = Path(caches) if os.path.isabs(caches) else Path.home() / ".cache"
    return top / "corridor" / "contracts"


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What the cache has under a name; made and kept where it has nothing sound. Without a cache it is only made."""
    try:
        path = _folder() / name
        stored = path.read_bytes()
        digest, data = stored[:_DIGEST], stored[_DIGEST:]
        if digest == hashlib.sha256(data).digest():
            os.utime(path)
            return data
    except (OSError, RuntimeError):
        pass  # nothing kept yet, or nowhere to keep it
    data = make()
    # On a full or read-only disk, or for a user without a home, the next review compiles again.
    with contextlib.suppress(OSError, RuntimeError):
        _keep(_folder() / name, data)
    return data


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
        fresh.write(hashlib.sha256(data).digest() + data)
    os.replace(fresh.name, path)
    kept = sorted(path.parent.glob("*.binpb"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)
