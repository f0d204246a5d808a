"""Nothing that changes is silently not told: real contracts, changed at random, and every change looked for."""

import random
from collections import defaultdict
from datetime import date

from server.cli.contracts import ROOT
from server.cli.contracts.review import reviewing, revisions
from tests.contracts import mutating

TODAY = date(2026, 11, 21)
MUTATIONS = 500


def test_every_fact_that_is_changed_at_random_is_told() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed: {seed}")
    before = revisions.side(None, ROOT)
    after, mutations = mutating.mutate(before, random.Random(seed), MUTATIONS)

    told: dict[str, set[str]] = defaultdict(set)
    for change in reviewing.changes(before, after, TODAY):
        told[change.element].add(change.rule.id)
    untold = [
        each
        for each in mutations
        if not told[each.element] and not (each.what.startswith("no_standard") and _ACCESSOR in told[each.file])
    ]

    assert [] == untold, f"seed {seed}"
    assert len(mutations) == MUTATIONS


# Of this option buf says in which file it changed, and not of which message.
_ACCESSOR = "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR"
