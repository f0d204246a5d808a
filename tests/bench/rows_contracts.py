"""What a reviewer waits for: a diff of the whole contract, of some two hundred RPCs, with changes in most of its files.

Each round has contracts that nobody has compiled before.
"""

import itertools
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.architecture.house import ROOT
from tests.bench.run import ReconcileError, Run, rounds
from tests.bench.table import Row, spread

_BOUND = re.compile(r"max_len: (\d+)")


def diffs(run: Run) -> Sequence[Row]:
    """A diff by a process of its own, against one that only compiles the changed side."""
    more = itertools.count(1)
    with tempfile.TemporaryDirectory() as holder:
        changed, image = Path(holder) / "proto", str(Path(holder) / "contracts.binpb")

        def seconds(*arguments: str) -> float:
            _write(changed, next(more))
            return _seconds(*arguments, str(changed))

        found = rounds(
            run.scale,
            {"diff": lambda _: seconds("diff", "released"), "compile": lambda _: seconds("image", "-o", image)},
        )
    ratios = [diff / compiled for diff, compiled in zip(found["diff"], found["compile"], strict=True)]
    return [
        Row("contracts diff / compiling, by wall clock", spread(ratios),
            sides={"diff s": spread(found["diff"]), "compile s": spread(found["compile"])},
            note="aim: a diff under 2 s"),
    ]  # fmt: skip


def _write(folder: Path, more: int) -> None:
    """The contracts, in which the first bound of each file is wider."""
    shutil.copytree(ROOT / "proto", folder, dirs_exist_ok=True)
    for file in folder.rglob("*.proto"):
        text = file.read_text()
        file.write_text(_BOUND.sub(lambda found: f"max_len: {int(found[1]) + more}", text, count=1))


def _seconds(*arguments: str) -> float:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "contracts", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise ReconcileError(done.stderr)
    return time.monotonic() - began
