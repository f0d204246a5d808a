"""Samples in Python, copied from a guide, bring what they need."""

import ast
from pathlib import Path

import pytest

from gateway.docs import preludes, samples

FOLDER = Path(__file__).resolve().parents[2] / "clients" / "python" / "samples"
TEXT = """import os
import time

import parcels
from parcels import errors

client = parcels.connect(os.environ["KEY"])
weight = 7

# part: send
client.send(weight)
# end

# part: wait
try:
    time.sleep(weight)
    client.get()
except errors.Lost:
    pass
# end
"""
PARTS = [
    ("send", "client.send(weight)"),
    ("wait", "try:\n    time.sleep(weight)\n    client.get()\nexcept errors.Lost:\n    pass"),
]


def test_the_client_comes_with_the_imports_that_it_needs() -> None:
    assert (
        'import os\n\nimport parcels\n\nclient = parcels.connect(os.environ["KEY"])\n'
        == preludes.of(TEXT, PARTS, "send")
    )  # fmt: skip


def test_a_later_part_brings_only_what_no_earlier_one_brought() -> None:
    assert "import time\n\nfrom parcels import errors\n" == preludes.of(TEXT, PARTS, "wait")


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(KeyError):
        preludes.of(TEXT, PARTS, "return")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_parts_copied_in_order_have_their_client_and_imports(file: Path) -> None:
    shown = [samples.of(FOLDER.parents[2], f"{file.stem}.{part}") for part in samples.parts(file)]
    copied = ast.parse("\n".join(text for told in shown for language, text in told if language == "Python"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    bound = {
        alias.asname or alias.name
        for node in ast.walk(copied)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    } | {node.id for node in ast.walk(copied) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    used = {node.id for node in ast.walk(copied) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}

    assert set() == (used & (imported | {"client"})) - bound
