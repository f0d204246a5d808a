"""Every adapter keeps the promises of every port that it implements. Adapters are found, not listed.

Rule: a provider gives `tests/adapters/<provider>/fixtures.py`; without it, it cannot pass.
"""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Payouts, Webhooks
from tests.conformance.bench import Bench, Fixtures, bench
from tests.conformance.payouts import PayoutsConformance
from tests.conformance.webhooks import WebhooksConformance


def _fixtures(name: str) -> Fixtures:
    found: Fixtures = importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES
    return found


@pytest.fixture(params=[*providers()])
def running(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A provider's simulator that runs."""
    provider = providers()[request.param]
    with bench(provider, _fixtures(provider.name)) as made:
        yield made


def _of_port(running: Bench, port: Any) -> Bench:
    if not running.provider.implements(port):
        pytest.skip(f"{running.provider.name} does not implement {port.__name__}")
    return running


class TestPayouts(PayoutsConformance):
    """The payouts port."""

    @pytest.fixture(name="bench")
    def _bench(self, running: Bench) -> Bench:
        return _of_port(running, Payouts)


class TestWebhooks(WebhooksConformance):
    """The webhooks port."""

    @pytest.fixture(name="bench")
    def _bench(self, running: Bench) -> Bench:
        return _of_port(running, Webhooks)


@pytest.mark.parametrize("name", providers())
def test_every_provider_that_claims_payouts_implements_them(name: str) -> None:
    provider = providers()[name]

    assert ("payouts" in provider.manifest.coverage) == provider.implements(Payouts)
