"""What these tests compile is kept apart from what whoever runs them has compiled, and reports are 100 columns wide."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache of compiled images, empty at first."""
    with pytest.MonkeyPatch.context() as patch:
        top = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(top))
        patch.setenv("COLUMNS", "100")  # whatever the terminal
        yield top / "corridor" / "contracts"
