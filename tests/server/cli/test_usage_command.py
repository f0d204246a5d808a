"""`corridor contracts usage`: the file that a review of contracts reads."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

Finished = Callable[..., tuple[int, str, str]]
Environment = Mapping[str, str]


def test_the_counts_are_written_as_json(migrated_environment: Environment, finished: Finished, tmp_path: Path) -> None:
    file = tmp_path / "usage.json"

    code, printed, said = finished(migrated_environment, "contracts", "usage", "--days", "30", "-o", str(file))

    assert (0, "") == (code, printed), said
    assert "0 uses by 0 companies in 30 days" in said
    assert {"days": 30, "uses": []} == {name: json.loads(file.read_text())[name] for name in ("days", "uses")}
