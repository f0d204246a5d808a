"""Writing gen/: stubs, clients, descriptors and OpenAPI, from the contracts and nothing else.

The same contracts and tools give the same bytes on every machine; everything is made aside, then moved into place.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts import image as images
from server.cli.contracts import tools

Say = Callable[[str], None]

_CODE = Path(__file__).resolve().parents[3]
_PACKAGE = '"""Written by `corridor gen`; never edited."""\n'
_RELATIVE_IMPORT = re.compile(r"^(\s*)from (\.+)", re.MULTILINE)


def write(root: Path, say: Say) -> list[str]:
    """Bring `root/gen` up to date and answer which files changed. `say` hears of each step."""
    with _made(root, say) as (fresh, problem):
        changed = _differences(fresh, root / "gen")
        for name in changed:
            source, target = fresh / name, root / "gen" / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            else:
                target.unlink()
        _remove_empty(root / "gen")
        _tell(problem)
        return changed


def check(root: Path, say: Say) -> list[str]:
    """The files in which `root/gen` differs from what the contracts give now; nothing is written."""
    with _made(root, say) as (fresh, problem):
        _tell(problem)
        return _differences(fresh, root / "gen")


@contextmanager
def _made(root: Path, say: Say) -> Iterator[tuple[Path, str]]:
    """A temporary directory with the whole of gen/, and what is wrong with adapters or the portal, if anything is."""
    with tempfile.TemporaryDirectory(prefix="corridor-gen-") as scratch:
        gen, sets = Path(scratch, "gen"), Path(scratch, "sets")
        gen.mkdir()
        sets.mkdir()
        say("compiling the contracts")
        image = images.build(root)
        (gen / "corridor.binpb").write_bytes(images.for_reading(image))
        full, slim = sets / "full.binpb", sets / "slim.binpb"
        full.write_bytes(images.for_buf(image))
        callers = images.for_callers(image)
        slim.write_bytes(callers.SerializeToString(deterministic=True))
        say("writing corridor: protobuf and gRPC stubs")
        _google_stubs(gen, full, image)
        say("writing corridor_json: protobuf-py classes")
        # protobuf-py brings the well-known types itself; another package's types have to be made as well.
        needed = [file.name for file in callers.file if not file.name.startswith("google/protobuf/")]
        _protobuf_py(gen / "corridor_json", slim, needed)
        say("writing corridor_client: dataclasses")
        _betterproto2(gen / "corridor_client", slim, _ours(callers))
        for package in ("corridor", "corridor_client", "corridor_json"):
            _complete_package(gen / package)
        _ran(gen, say, "corridor_client: calls, errors and events", "server.cli.contracts.python_client", str(gen))
        _written(gen, say, "openapi.json", "gateway.openapi", str(gen / "corridor.binpb"))
        _written(gen, say, "access.md", "server.cli.contracts.access_table")
        problems = (_catalogue(root, gen, say), _portal(root, gen, say))
        yield gen, " ".join(filter(None, problems))


def _ours(image: FileDescriptorSet) -> list[str]:
    return [file.name for file in image.file if images.is_ours(file.name)]


def _google_stubs(gen: Path, descriptors: Path, image: FileDescriptorSet) -> None:
    """`from corridor.payouts.v1 import payout_pb2`, typed; and validate_pb2, which they import and no package ships."""
    served = [file.name for file in image.file if images.is_ours(file.name) and file.service]
    validated = [file.name for file in image.file if file.name == images.PROTOVALIDATE]
    tools.protoc(
        f"--descriptor_set_in={descriptors}",
        tools.plugin("mypy"),
        f"--python_out={gen}",
        f"--mypy_out=quiet:{gen}",
        *_ours(image),
        *validated,
    )
    if served:
        tools.protoc(
            f"--descriptor_set_in={descriptors}",
            tools.plugin("mypy_grpc"),
            f"--grpc_python_out={gen}",
            f"--mypy_grpc_out=quiet:{gen}",
            *served,
        )
    if validated:
        # No __init__ here: `buf` is a namespace that other distributions may share.
        (gen / "buf" / "validate" / "py.typed").touch()


def _protobuf_py(target: Path, descriptors: Path, files: list[str]) -> None:
    """`from corridor_json.payouts.v1 import payout_pb`."""
    target.mkdir()
    tools.protoc(f"--descriptor_set_in={descriptors}", tools.plugin("py"), f"--py_out={target}", *files)
    _hoist(target)


def _betterproto2(target: Path, descriptors: Path, files: list[str]) -> None:
    """`from corridor_client.payouts.v1 import Payout`. How they are called is written by `python_client`."""
    target.mkdir()
    tools.protoc(
        f"--descriptor_set_in={descriptors}",
        tools.plugin("python_betterproto2"),
        f"--python_betterproto2_out={target}",
        "--python_betterproto2_opt=client_generation=none",
        *files,
    )
    _hoist(target)


def _hoist(target: Path) -> None:
    """Move `target/corridor/*` up one level, so that no import says corridor twice.

    Imports among our own files stay right; those that climb out of `corridor` have one step less to climb.
    """
    ours = target / "corridor"
    for path in sorted(ours.rglob("*.py")):
        package = path.parent.relative_to(target).parts

        def shorter(found: re.Match[str], climb: int = len(package) + 1) -> str:
            dots = found[2][1:] if len(found[2]) == climb else found[2]
            return f"{found[1]}from {dots}"

        path.write_text(_RELATIVE_IMPORT.sub(shorter, path.read_text()))
        destination = target / path.relative_to(ours)
        destination.parent.mkdir(parents=True, exist_ok=True)
        path.replace(destination)
    shutil.rmtree(ours)


def _complete_package(package: Path) -> None:
    """Give every directory an __init__, and the package the marker that says it is typed."""
    for directory in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        init = directory / "__init__.py"
        if not init.exists() or not init.read_text().strip():
            init.write_text(_PACKAGE)
    (package / "py.typed").touch()


def _ran(gen: Path, say: Say, what: str, module: str, *arguments: str) -> bytes:
    """What one of our programs prints; a process apart, since it imports what was just made."""
    say(f"writing {what}")
    done = tools.run([sys.executable, "-m", module, *arguments], python_path=[gen, _CODE])
    if done.returncode != 0:
        click.echo(done.stderr.decode(errors="replace").rstrip(), err=True)
        raise click.ClickException(f"{what} cannot be made: correct what {module} says above.")
    return done.stdout


def _written(gen: Path, say: Say, name: str, module: str, *arguments: str) -> None:
    """A file of what one of our programs reads out of the descriptors."""
    (gen / name).write_bytes(_ran(gen, say, name, module, *arguments))


def _catalogue(root: Path, gen: Path, say: Say) -> str:
    """The tables of providers; what is wrong if they cannot be made, and then they stay as they are.

    They need adapters that work, and adapters are written with what is made before them: stubs must not wait for them.
    """
    for name, form in (("providers.md", "markdown"), ("providers.html", "html")):
        try:
            _written(gen, say, name, "server.cli.contracts.provider_tables", form)
        except click.ClickException as problem:
            for left in ("providers.md", "providers.html"):
                if (root / "gen" / left).is_file():
                    shutil.copyfile(root / "gen" / left, gen / left)
            return problem.message
    return ""


def _portal(root: Path, gen: Path, say: Say) -> str:
    """The pages at /docs; what is wrong if they cannot be made, and then they stay as they are.

    They say what adapters can do and what samples show, and neither can wait for the other.
    """
    facts, image = gen / "docs.json", gen / "corridor.binpb"
    (gen / "docs").mkdir()
    try:
        _written(gen, lambda _: None, facts.name, "server.cli.contracts.portal_facts", str(root), str(image))
        arguments = [str(image), str(gen / "openapi.json"), str(facts), str(root), str(gen / "docs")]
        _ran(gen, say, "docs", "gateway.docs", *arguments)
    except click.ClickException as problem:
        shutil.rmtree(gen / "docs")
        if (root / "gen" / "docs").is_dir():
            shutil.copytree(root / "gen" / "docs", gen / "docs")
        return problem.message
    finally:
        facts.unlink(missing_ok=True)
    return ""


def _tell(problem: str) -> None:
    if problem:
        raise click.ClickException(f"{problem} Everything else of gen/ is made.")


def _files(directory: Path) -> dict[str, Path]:
    return {
        path.relative_to(directory).as_posix(): path
        for path in directory.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def _differences(fresh: Path, present: Path) -> list[str]:
    made, found = _files(fresh), _files(present)
    return sorted(
        name
        for name in made.keys() | found.keys()
        if name not in made or name not in found or made[name].read_bytes() != found[name].read_bytes()
    )


def _remove_empty(directory: Path) -> None:
    """Remove directories that hold nothing but bytecode, deepest first."""
    for path in sorted((path for path in directory.rglob("*") if path.is_dir()), reverse=True):
        if path.is_dir() and not _files(path):
            shutil.rmtree(path)
