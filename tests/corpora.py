"""Finds the shared corpora beside the repository. A test whose corpus is missing is skipped, and says so."""

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def path(name: str) -> Path:
    """The path of a corpus file, such as `bank-ids/dev.json`. Skips the test where it is missing."""
    found = _ROOT / name
    if not found.exists():
        pytest.skip(f"the corpus {name} is not beside the repository")
    return found
