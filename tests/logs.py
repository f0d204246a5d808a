"""Logs as tests find them: what configures them in the process of the tests does so for its module."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog


@pytest.fixture(autouse=True, scope="module")
def logs_as_they_were() -> Iterator[None]:
    """Put back how logs are written, of which no logger has remembered anything meanwhile."""
    before, configure = structlog.get_config(), structlog.configure

    def uncached(**changes: Any) -> None:
        configure(**changes | {"cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", uncached)
        yield
    configure(**before)
