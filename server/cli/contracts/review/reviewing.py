"""A review, put together: what changes, how it is judged, who owns it, who is exempted, and who is touched.

Rule: the worst comes first, and the order never depends on the machine.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from server.cli.contracts.review import added, exceptions, meaning, meaning_wire, rest, touched, wire
from server.cli.contracts.review import owners as owning
from server.cli.contracts.review.model import Change, Exemption, Review, Side


def review(
    before: Side,
    after: Side,
    exemptions: Iterable[Exemption],
    owners: owning.Owners,
    usage: Mapping[str, Any] | None,
    root: Path,
    today: date,
) -> Review:
    """Compare two sides, in the light of the code at `root` and of the counts of `usage`, where there are any.

    Raises:
        click.ClickException: a side does not hold together, or buf cannot be run.
    """
    finding = touched.Finding(before, after, root, usage)
    made = Review(before, after, sorted(changes(before, after, today, finding), key=_order))
    owning.fill(made, owners)
    exceptions.apply(made, exemptions, today)
    finding.fill(made)
    return made


def changes(before: Side, after: Side, today: date, finding: touched.Finding | None = None) -> Iterator[Change]:
    """Everything that changes between two sides, in no order, and nobody's yet."""
    with ThreadPoolExecutor(1) as pool:
        # buf is a process of its own: it works while the rest is compared here.
        found = pool.submit(lambda: list(wire.changes(before, after)))
        meant = [*rest.changes(before, after, today), *meaning.changes(before, after, today)]
        new = list(added.changes(before, after))
        if finding is not None:
            for each in meant:
                finding.touched(each)  # it is kept, for when it is asked for
        findings = found.result()
        meaning_wire.judge(findings, before, after, today)
        yield from (*findings, *meant, *new)


def _order(change: Change) -> tuple[int, str, str, str]:
    return -change.judged, change.element, change.rule.id, change.detail
