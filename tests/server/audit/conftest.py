"""A trail of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.audit.trail import Trail, trail_in


@pytest.fixture
def trail(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[Trail]:
    """A trail in a database of its own."""
    made = trail_in(fresh_database(postgres, f"trail_{worker()}", template=migrated), tmp_path)
    yield made
    made.store.close()
