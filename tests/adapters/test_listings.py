"""Every adapter whose provider can be asked for what has happened keeps the promises of the port. They are found."""

import importlib
from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Listings
from tests.conformance.bench import Bench, bench
from tests.conformance.listings import ListingsConformance, PaymentListingsConformance


def _listing(domain: str) -> list[str]:
    found = []
    for name, each in providers().items():
        covered = each.manifest.coverage.get(domain)
        if covered and "listed" in covered.features:
            found.append(name)
    return found


def _running(name: str, step_seconds: float = 3600.0) -> Iterator[Bench]:
    with bench(providers()[name], importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES) as made:
        made.simulator.step_seconds = step_seconds
        made.simulator.outbox.targets = []  # nobody is told
        yield made


class TestListings(ListingsConformance):
    """The listings port, by payouts."""

    @pytest.fixture(name="bench", params=_listing("payouts"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _running(request.param)


class TestPaymentListings(PaymentListingsConformance):
    """The listings port, by payments."""

    @pytest.fixture(name="bench", params=_listing("payments"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _running(request.param, 0.01)


@pytest.mark.parametrize("name", providers())
def test_whoever_claims_a_list_has_one_and_whoever_has_one_says_of_what(name: str) -> None:
    provider = providers()[name]

    claims = any("listed" in covered.features for covered in provider.manifest.coverage.values())

    assert claims == provider.implements(Listings)
