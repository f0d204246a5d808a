"""The TypeScript client as its users have it: built once, its samples compiled, and run by node."""

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "typescript"
_TOOLS = FOLDER / "node_modules"
# Of all processes of one run the first one builds: what others run must not be written anew meanwhile.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"process {os.getpid()}")


def require() -> None:
    """Skip where there is no npm, or nothing was installed with it."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is missing: the TypeScript client is not tried here")
    if not _TOOLS.is_dir():
        pytest.skip("the TypeScript client's tools are missing: run ./corridor setup test")


def built() -> Path:
    """The folder of the client, built and type-checked with its samples. Once in a run of the tests."""
    require()
    stamp = _TOOLS / ".corridor-checked"
    with alone():
        if not stamp.is_file() or stamp.read_text() != _RUN:
            npm("run", "--silent", "check")
            stamp.write_text(_RUN)
    return FOLDER


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """No other process of the tests writes or compiles in the client's folder meanwhile."""
    with (_TOOLS / ".corridor-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def npm(*arguments: str) -> str:
    """What npm prints; the test fails with it if npm does."""
    done = subprocess.run(["npm", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=900, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def node(script: str, environment: Mapping[str, str], *, module: bool = False) -> "subprocess.CompletedProcess[str]":
    """A compiled sample, or with `module` a program of its own, by node."""
    words = ["--input-type=module", "--eval", script] if module else [script]
    return subprocess.run(
        ["node", *words], cwd=FOLDER, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
