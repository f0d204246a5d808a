"""Every operation of every adapter, tried in a call that must have no effect. Adapters and operations are found."""

import importlib
from collections.abc import Callable, Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Withheld
from adapters.kit.operations import operations
from adapters.kit.ports import Checks
from tests.conformance.bench import Bench, bench
from tests.conformance.checks import ChecksConformance
from tests.conformance.harmless import ACTING, ASKING, Act, HarmlessConformance

CASES = [
    (name, operation, number)
    for name, provider in providers().items()
    for names in operations(provider).values()
    for operation in names
    for number in range(len(ACTING.get(operation, ())))
]


def _bench(name: str, step_seconds: float) -> Iterator[Bench]:
    fixtures = importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES
    with bench(providers()[name], fixtures) as made:
        made.simulator.step_seconds = step_seconds
        yield made


class TestHarmless(HarmlessConformance):
    """Every acting operation."""

    @pytest.fixture(params=CASES, ids=lambda case: "-".join(map(str, case)))
    def case(self, request: pytest.FixtureRequest) -> tuple[str, str, int]:
        """A provider, one of its operations, and one of the ways to be about to do it."""
        found: tuple[str, str, int] = request.param
        return found

    @pytest.fixture(name="bench")
    def _bench(self, case: tuple[str, str, int]) -> Iterator[Bench]:
        # Payments are captured and disputed on the way; payouts stand still.
        yield from _bench(case[0], 3600.0 if case[1].endswith("payout") else 0.01)

    @pytest.fixture
    def ready(self, case: tuple[str, str, int]) -> Callable[[Bench], Act]:
        """How it comes to be about to act."""
        return ACTING[case[1]][case[2]]


class TestChecks(ChecksConformance):
    """The checks port."""

    @pytest.fixture(name="bench", params=[name for name, each in providers().items() if each.implements(Checks)])
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _bench(request.param, 3600.0)


def test_every_operation_is_known_to_act_or_to_ask() -> None:
    found = {each for provider in providers().values() for names in operations(provider).values() for each in names}

    assert set() == found - set(ACTING) - ASKING
    assert set() == set(ACTING) & ASKING


@pytest.mark.parametrize("name", [name for name, each in providers().items() if "payouts" in each.manifest.coverage])
def test_what_is_withheld_stands_in_no_text(name: str) -> None:
    for made in _bench(name, 3600.0):
        with pytest.raises(Withheld) as withheld:
            made.create(made.payout(), harmless=True)

        assert "Quillfeather" not in f"{withheld.value} {withheld.value!r}"
        assert withheld.value.names
