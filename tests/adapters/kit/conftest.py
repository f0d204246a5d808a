"""Fixtures of the kit's tests."""

from collections.abc import Iterator

import pytest

from adapters.kit.http import Http


@pytest.fixture(scope="module")
def http() -> Iterator[Http]:
    made = Http(connect_timeout_seconds=0.5)
    yield made
    made.close()
