"""Revisions of the contracts, as people name them: a git ref, a folder, an image, `released`, or the working tree.

Rule: nothing is checked out or written into a checkout; what was compiled before is not compiled again.
"""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import DecodeError

from server.cli.contracts import image as images
from server.cli.contracts import release, tools
from server.cli.contracts.review import compiling
from server.cli.contracts.review.model import Side

RELEASED = "released"
WORKING_TREE = "working tree"

Texts = Mapping[str, bytes]

_LINK = "120000"  # the mode of a symbolic link in a tree of git


def sides(base: str, head: str | None, root: Path) -> tuple[Side, Side]:
    """Both revisions of a review, read at the same time.

    Raises:
        click.ClickException: one of them cannot be read, and why.
    """
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.submit(side, base, root), pool.submit(side, head, root)
        return before.result(), after.result()


def side(asked: str | None, root: Path) -> Side:
    """One revision; None is the working tree of `root`. A file or folder goes before a git ref of the same name.

    Raises:
        click.ClickException: it cannot be read, and why.
    """
    if asked is None:
        return _compiled(WORKING_TREE, _folder(root))
    if asked == RELEASED:
        return _released(root)
    path = Path(asked)
    if asked and path.is_dir():
        return _compiled(asked, _folder(path))
    if path.is_file():
        return Side(asked, _image(asked, path.read_bytes()), {})
    return _compiled(asked, _tree(root, _commit(root, asked)))


def _compiled(title: str, texts: Texts) -> Side:
    if not texts:
        raise click.ClickException(f"{title} holds no contracts: there is no .proto file below proto/corridor.")
    image = compiling.compiled(title, texts)
    return Side(title, image, {name: text.decode(errors="replace") for name, text in texts.items()})


def _folder(path: Path) -> Texts:
    """The texts of a checkout, or of a folder such as its proto/."""
    top = path / "proto" if (path / "proto").is_dir() else path
    found = sorted((top / "corridor").rglob("*.proto"))
    if linked := next((each for each in found if not each.resolve().is_relative_to(top.resolve())), None):
        raise click.ClickException(f"{linked} leads out of {top}: contracts are files of their folder.")
    return {each.relative_to(top).as_posix(): each.read_bytes() for each in found}


def _image(title: str, data: bytes) -> FileDescriptorSet:
    try:
        image = images.read(data)
    except DecodeError as problem:
        raise click.ClickException(
            f"{title} is not an image: make one with `corridor contracts image -o FILE`."
        ) from problem
    names = {file.name for file in image.file}
    if not any(images.is_ours(name) for name in names):
        raise click.ClickException(f"{title} is not an image with contracts of Corridor: no file in it is ours.")
    lacking = sorted({needed for file in image.file for needed in file.dependency} - names)
    if lacking:
        raise click.ClickException(f"{title} lacks {lacking[0]}, which its contracts import: make it with imports.")
    return image


def _released(root: Path) -> Side:
    """The last release, with the texts of the commit that made it, where they agree: its image has no comments."""
    latest = release.latest(root)
    if latest is None:
        raise click.ClickException("nothing is released yet: `corridor contracts release` makes the first release.")
    title = f"release {latest.version}"
    image = _image(title, (root / "proto" / "released.binpb").read_bytes())
    commit = _git(root, "log", "-1", "--diff-filter=AM", "--format=%H", "--", "proto/released.binpb")
    if commit and (name := commit.decode().strip()):
        try:
            written = _compiled(title, _tree(root, name))
        except click.ClickException:
            return Side(title, image, {})  # an old commit need not compile with today's tools: the image is enough
        if _same(written.image, image):
            return written
    return Side(title, image, {})


def _same(compiled: FileDescriptorSet, released: FileDescriptorSet) -> bool:
    return images.ours(images.read(images.for_release(compiled))) == images.ours(released)


def _commit(root: Path, asked: str) -> str:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{asked}^{{commit}}")
    if not found:
        raise click.ClickException(
            f"{asked!r} is no revision: give a git ref of this checkout, a folder with contracts, an image (.binpb),"
            f" or `{RELEASED}`. A branch that was not fetched is not known yet."
        )
    return found.decode().strip()


def _tree(root: Path, commit: str) -> Texts:
    """The texts as a commit has them; none where it has no contracts.

    They are read as objects: `git archive` leaves out or rewrites what the commit's own `.gitattributes` asks it to.
    """
    names: dict[str, str] = {}
    for entry in _git(root, "ls-tree", "-r", "-z", commit, "--", "proto/corridor").decode(errors="replace").split("\0"):
        about, _, path = entry.partition("\t")
        name = path.removeprefix("proto/")
        if name.endswith(".proto"):
            mode, kind, blob = about.split(" ")
            if kind != "blob" or mode == _LINK or ".." in name.split("/"):
                raise click.ClickException(f"{path} of {commit[:12]} is no file of its own: contracts are files.")
            names[name] = blob
    said = _git(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in names.values()).encode())
    texts = {}
    for name, blob in names.items():
        head, _, rest = said.partition(b"\n")
        if not head.startswith(f"{blob} blob ".encode()):  # such as in a clone that has not fetched everything
            raise click.ClickException(f"{name} of {commit[:12]} cannot be read: fetch it first.")
        size = int(head.rsplit(b" ", 1)[1])
        texts[name], said = rest[:size], rest[size + 1 :]
    return dict(sorted(texts.items()))


def _git(root: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git says; nothing where it refuses, or is not there."""
    program = shutil.which("git")
    if program is None:
        return b""
    done = tools.run([program, "-C", str(root.resolve()), *arguments], given=given)
    return done.stdout if done.returncode == 0 else b""
