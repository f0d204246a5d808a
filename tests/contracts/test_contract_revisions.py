"""Every way to name a revision gives its contracts, and what is none is refused with what to do instead."""

import hashlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from corridor.options.v1 import method_pb2
from server.cli.contracts import changes, image, release
from server.cli.contracts.review import options, revisions
from server.cli.contracts.review.model import Side
from tests.contracts.parcels import FILE, TODAY, changed, folder

NEXT = changed(("  // What it weighs", "  // How long it is.\n  int32 length_mm = 9;\n  // What it weighs"))
UNKNOWN = "is no revision: give a git ref of this checkout, a folder with contracts, an image"


def git(top: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", "-C", top, *settings, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def publish(top: Path, version: str) -> None:
    kept = release.Candidate(
        version, "Parcels.", None, image.for_release(image.build(top)), changes.Changes((), (), ())
    )
    release.publish(top, kept, TODAY)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git checkout: `first` has the parcels, released as 0.1.0; the working tree has one field more."""
    top = folder(tmp_path_factory.mktemp("checkout"))
    publish(top, "0.1.0")
    git(top, "init", "--quiet")
    git(top, "add", "proto")
    git(top, "commit", "--quiet", "-m", "Parcels")
    git(top, "tag", "first")
    git(top, "rm", "--quiet", "-r", "--cached", "proto")
    git(top, "commit", "--quiet", "-m", "Nothing")
    folder(top, NEXT)
    return top


def described(found: revisions.Side) -> tuple[str, bool]:
    """The title, and whether the new field is there."""
    return found.title, any(b"length_mm" in each for each in image.ours(found.image).values())


def test_a_git_ref_is_read_without_checking_it_out(checkout: Path) -> None:
    before, after = revisions.sides("first", None, checkout)

    assert (("first", False), ("working tree", True)) == (described(before), described(after))
    assert "int32 weight_grams" in before.texts[FILE]
    assert "length_mm" in (checkout / "proto" / FILE).read_text()


def test_a_commit_cannot_hide_or_rewrite_its_contracts(tmp_path: Path) -> None:
    top = folder(tmp_path, changed(("What it weighs", "$Format:%H$")), hidden='syntax = "proto3";\n')
    attributes = top / ".gitattributes"
    attributes.write_text("proto/corridor/parcels/v1/hidden.proto export-ignore\n*.proto export-subst\n")
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "Parcels")

    found = revisions.side("HEAD", top).texts
    assert "corridor/parcels/v1/hidden.proto" in found
    assert "$Format:%H$" in found[FILE]


@pytest.mark.parametrize("asked", [None, "HEAD"])
def test_a_contract_is_no_link_to_something_else(tmp_path: Path, asked: str | None) -> None:
    top = folder(tmp_path / "checkout")
    secret = tmp_path / "secret"
    secret.write_text('syntax = "proto3";\n// Something of the machine.\n')
    (top / "proto/corridor/parcels/v1/link.proto").symlink_to(secret)
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "Parcels")

    with pytest.raises(click.ClickException, match="contracts are files"):
        revisions.side(asked, top)


def test_a_commit_and_a_path_from_it_are_refs(checkout: Path) -> None:
    assert (git(checkout, "rev-parse", "first")[:12], False) == described(
        revisions.side(git(checkout, "rev-parse", "first")[:12], checkout)
    )
    assert ("HEAD~1", False) == described(revisions.side("HEAD~1", checkout))


def test_a_folder_is_a_checkout_or_its_protos(checkout: Path) -> None:
    whole, protos = (revisions.side(str(path), checkout) for path in (checkout, checkout / "proto"))

    assert whole.image == protos.image
    assert whole.texts == protos.texts


def test_an_image_is_read_as_it_is(checkout: Path, tmp_path: Path) -> None:
    file = tmp_path / "parcels.binpb"
    file.write_bytes(image.for_buf(revisions.side(None, checkout).image))

    found = revisions.side(str(file), checkout)

    assert (str(file), True) == described(found)
    assert {} == found.texts


def test_the_release_comes_with_the_texts_of_its_commit(checkout: Path) -> None:
    found = revisions.side("released", checkout)

    assert ("release 0.1.0", False) == described(found)
    assert "// What it weighs." in found.texts[FILE]


def test_the_release_is_its_image_where_no_commit_agrees_with_it(tmp_path: Path) -> None:
    publish(folder(tmp_path), "0.1.0")

    found = revisions.side("released", tmp_path)

    assert ("release 0.1.0", False) == described(found)
    assert {} == found.texts


def test_before_the_first_release_there_is_none_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="nothing is released yet"):
        revisions.side("released", folder(tmp_path))


@pytest.mark.parametrize("asked", ["nothing", "v1..v2", "-n", "", "missing.binpb", "first:proto"])
def test_what_nobody_knows_is_refused(checkout: Path, asked: str) -> None:
    with pytest.raises(click.ClickException, match=UNKNOWN):
        revisions.side(asked, checkout)


def test_without_git_a_ref_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=UNKNOWN):
        revisions.side("main", folder(tmp_path))


def test_a_ref_and_a_folder_without_contracts_are_refused(checkout: Path, tmp_path: Path) -> None:
    for asked in ("HEAD", str(tmp_path)):
        with pytest.raises(click.ClickException, match=f"^{asked} holds no contracts"):
            revisions.side(asked, checkout)


def test_what_does_not_compile_is_refused_with_the_lines_of_protoc(tmp_path: Path) -> None:
    top = folder(tmp_path, changed(("int32 weight_grams", "integer weight_grams")))

    with pytest.raises(click.ClickException) as refused:
        revisions.side(str(top), top)

    first, *lines = refused.value.message.splitlines()
    assert f"the contracts of {top} do not compile:" == first
    assert lines[0].startswith(f"proto/{FILE}:38:3: ")


def test_where_the_tools_are_not_installed_it_is_said_how_to_get_them(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "grpc_tools", None)  # type: ignore[arg-type]  # None: not to be found

    with pytest.raises(click.ClickException, match=r"grpcio-tools is not installed: run `\./corridor setup test`"):
        revisions.side(None, checkout)


def test_a_file_that_is_no_image_is_refused(checkout: Path, tmp_path: Path) -> None:
    for name, content in (("text", b"syntax"), ("other", image.protovalidate_rules()), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(click.ClickException, match="is not an image"):
            revisions.side(str(tmp_path / name), checkout)


def test_an_image_without_its_imports_is_refused(checkout: Path, tmp_path: Path) -> None:
    bare = image.read(image.for_buf(revisions.side(None, checkout).image))
    for file in [file for file in bare.file if not image.is_ours(file.name)]:
        bare.file.remove(file)
    (tmp_path / "bare.binpb").write_bytes(bare.SerializeToString())

    with pytest.raises(click.ClickException, match=r"lacks buf/validate/validate\.proto, which"):
        revisions.side(str(tmp_path / "bare.binpb"), checkout)


def test_an_image_whose_options_cannot_be_read_is_refused(checkout: Path) -> None:
    broken = image.read(revisions.side(None, checkout).image.SerializeToString())
    (method,) = [each.service[0].method[0] for each in broken.file if each.name == FILE]
    method.options.Clear()
    tag = (method_pb2.policy.number << 3 | 2) & 0x1FFFFF
    said = bytes([tag & 0x7F | 0x80, tag >> 7 & 0x7F | 0x80, tag >> 14]) + b"\x02\x0a\x7f"  # a text that ends too early
    method.options.MergeFromString(said)

    with pytest.raises(click.ClickException, match="does not hold together"):
        options.read(Side("broken", broken, {}))


def test_what_was_compiled_before_is_taken_from_the_cache(checkout: Path, cache: Path) -> None:
    revisions.side(None, checkout)
    newest = max(cache.glob("[!r]*.binpb"), key=lambda path: path.stat().st_mtime)
    kept = newest.read_bytes()
    other = image.read(kept[32:])
    other.file[0].package = "kept"
    newest.write_bytes(hashlib.sha256(data := other.SerializeToString()).digest() + data)

    found = revisions.side(None, checkout)

    newest.write_bytes(kept)
    assert "kept" == found.image.file[0].package


def test_a_damaged_cache_is_compiled_anew(checkout: Path, cache: Path) -> None:
    sound = revisions.side(None, checkout)
    for path in cache.glob("*.binpb"):
        path.write_bytes(path.read_bytes()[:-1])

    assert sound.image == revisions.side(None, checkout).image


def test_without_a_cache_everything_is_compiled(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert ("working tree", True) == described(revisions.side(None, checkout))
