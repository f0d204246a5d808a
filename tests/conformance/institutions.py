"""The promises of the institutions port. Every adapter that implements it keeps them.

Rule: a provider's fixtures give `INSTITUTIONS`: how its simulator is told of a bank, and every word that it may say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from adapters.kit.errors import Unmapped
from adapters.kit.ports import Institutions
from adapters.kit.simulator import Simulator
from corridor.providers.v1 import provider_health_pb2 as health
from tests.conformance.bench import Bench

BANK = "DEUTDEFF"
RAIL = "rail:sepa_instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionFixtures:
    """What the port's promises need to know."""

    put: Callable[[Simulator, str, str], None]
    """Lets the simulator say a word of a bank or rail."""
    levels: "Mapping[str, health.InstitutionLevel.ValueType]"
    """Every word of the provider, and what it means."""


def told(bench: Bench) -> "dict[str, health.InstitutionLevel.ValueType]":
    """What the adapter tells of each bank and rail."""
    assert isinstance(bench.adapter, Institutions)
    return {each.institution_id: each.level for each in bench.adapter.institution_statuses(bench.call(""))}


class InstitutionsConformance:
    """Subclass it where the fixtures `bench` and `institutions` are given."""

    def test_nothing_is_told_of_what_is_reached_as_usual(self, bench: Bench) -> None:
        assert not {level for level in told(bench).values() if level != health.INSTITUTION_LEVEL_UP}

    def test_every_word_has_its_level(self, bench: Bench, institutions: InstitutionFixtures) -> None:
        for word, level in institutions.levels.items():
            institutions.put(bench.simulator, BANK, word)

            assert level == told(bench)[BANK]

    def test_rails_are_told_of_by_our_names(self, bench: Bench, institutions: InstitutionFixtures) -> None:
        words = {level: word for word, level in institutions.levels.items()}
        institutions.put(bench.simulator, RAIL, words[health.INSTITUTION_LEVEL_DOWN])

        assert health.INSTITUTION_LEVEL_DOWN == told(bench)[RAIL]

    def test_an_unknown_word_is_loud(self, bench: Bench, institutions: InstitutionFixtures) -> None:
        institutions.put(bench.simulator, BANK, "no_such_word")

        with pytest.raises(Unmapped):
            told(bench)

    def test_asking_changes_nothing(self, bench: Bench) -> None:
        told(bench)

        writing = {route.operation for route in bench.simulator.ROUTES if route.writes}
        assert not writing & {operation for operation, _ in bench.simulator.requests}
