"""Every adapter that tells how banks and rails are reached keeps the promises of that port. Adapters are found."""

import importlib
from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Institutions
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running
from tests.conformance.institutions import InstitutionFixtures, InstitutionsConformance

TELLING = [name for name, provider in providers().items() if provider.implements(Institutions)]


@pytest.mark.parametrize("name", TELLING, scope="class")
class TestInstitutions(InstitutionsConformance):
    """The institutions port."""

    @pytest.fixture
    def institutions(self, name: str) -> InstitutionFixtures:
        """What is known of the provider."""
        found: InstitutionFixtures = importlib.import_module(f"tests.adapters.{name}.fixtures").INSTITUTIONS
        return found

    @pytest.fixture
    def bench(self, name: str) -> Iterator[Bench]:
        """The provider's simulator, and its adapter."""
        with running(providers()[name], importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES) as made:
            yield made
