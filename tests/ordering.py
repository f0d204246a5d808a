"""The order of test files: the long ones first, so that none of them is left over for one worker at the end.

Files go to workers as a whole and in this order, once pytest-xdist is told not to sort them by the number of tests.
"""

from collections import Counter
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
# Few tests, each of which takes long. Of the rest, the files with the most tests come first.
_LONG = ("tests/chaos/", "tests/gateway/test_document", "tests/journeys/", "tests/security/", "tests/bench/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by file, keeping their order within each."""
    counts = Counter(item.path for item in items)

    def weight(item: pytest.Item) -> tuple[int, int, str]:
        path = item.path.relative_to(_ROOT).as_posix() if item.path.is_relative_to(_ROOT) else ""
        rank = next((place for place, start in enumerate(_LONG) if path.startswith(start)), len(_LONG))
        return rank, -counts[item.path], path

    items.sort(key=weight)
