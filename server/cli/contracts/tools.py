"""Running the contract tools: protoc, its plugins and buf, all installed beside this interpreter.

Every tool runs in an empty directory with a plain environment, so that its output depends on its input alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib import util
from pathlib import Path

import click

_KEPT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


def beside_python(name: str) -> str:
    """The path of an installed tool. Virtual environments need not be active, so PATH comes second."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise missing(name)
    return found


def missing(name: str) -> click.ClickException:
    """That a tool of the contracts is not here, and how to get it."""
    return click.ClickException(
        f"{name} is not installed: run `./corridor setup test` in a checkout, "
        "or `pip install 'corridor[contracts]'` elsewhere."
    )


def compiler() -> list[str]:
    """How protoc is called; it comes as a module of grpcio-tools."""
    if util.find_spec("grpc_tools") is None:
        raise missing("grpcio-tools")
    return [sys.executable, "-m", "grpc_tools.protoc"]


def run(
    command: Sequence[str], *, python_path: Iterable[Path] = (), given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, whatever its exit code. `given` is what it reads."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment["PYTHONHASHSEED"] = "0"
    environment["PYTHONPATH"] = os.pathsep.join(map(str, python_path))
    with tempfile.TemporaryDirectory(prefix="corridor-contracts-") as empty:
        # betterproto2 formats with ruff, which would otherwise follow the settings of whoever runs it.
        Path(empty, "ruff.toml").touch()
        return subprocess.run(  # noqa: S603 - our own tools, no shell
            command, cwd=empty, env=environment, capture_output=True, check=False, input=given
        )


def protoc(*arguments: str) -> None:
    """Run protoc with the well-known types on its path.

    Raises:
        click.ClickException: protoc or a plugin refused; its own words have been printed.
    """
    done = run([*compiler(), *arguments])
    if done.returncode != 0:
        click.echo(done.stderr.decode(errors="replace").rstrip(), err=True)
        raise click.ClickException("the contracts do not compile: correct the .proto lines named above.")


def plugin(name: str) -> str:
    """The protoc argument that makes an installed plugin known, wherever it is installed."""
    return f"--plugin=protoc-gen-{name}={beside_python(f'protoc-gen-{name}')}"
