"""Every adapter keeps the promises of every port that it implements. Adapters are found, not listed.

Rule: a provider gives `tests/adapters/<provider>/fixtures.py`; without it, it cannot pass.
"""

import importlib
from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Disputes, Payments, Payouts, Refunds, Webhooks
from tests.conformance.bench import Bench, Fixtures, bench
from tests.conformance.disputes import DisputesConformance
from tests.conformance.payments import PaymentsConformance, PaymentStepsConformance
from tests.conformance.payouts import PayoutsConformance
from tests.conformance.refunds import RefundsConformance, RefundStepsConformance
from tests.conformance.webhooks import WebhooksConformance

PORTS = {"payouts": Payouts, "payments": Payments, "refunds": Refunds, "disputes": Disputes}
"""The domain that a manifest covers, and the port that its adapter then implements."""

SOON = 0.01
"""How long a state lasts at a simulator that moves by itself, in seconds."""


def _fixtures(name: str) -> Fixtures:
    found: Fixtures = importlib.import_module(f"tests.adapters.{name}.fixtures").FIXTURES
    return found


def _covering(*domains: str) -> list[str]:
    return [name for name, each in providers().items() if set(domains) <= set(each.manifest.coverage)]


def _running(name: str) -> Iterator[Bench]:
    with bench(providers()[name], _fixtures(name)) as made:
        yield made


def _moving(name: str) -> Iterator[Bench]:
    for made in _running(name):
        made.simulator.step_seconds = SOON
        yield made


class TestPayouts(PayoutsConformance):
    """The payouts port."""

    @pytest.fixture(name="bench", params=_covering("payouts"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _running(request.param)


class TestPaymentSteps(PaymentStepsConformance):
    """The payments port, step by step."""

    @pytest.fixture(name="bench", params=_covering("payments"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _moving(request.param)


class TestPayments(PaymentsConformance):
    """The payments port."""

    @pytest.fixture(name="bench", params=_covering("payments"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _moving(request.param)


class TestRefundSteps(RefundStepsConformance):
    """The refunds port, as a step like others."""

    @pytest.fixture(name="bench", params=_covering("payments", "refunds"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _moving(request.param)


class TestRefunds(RefundsConformance):
    """The refunds port."""

    @pytest.fixture(name="bench", params=_covering("payments", "refunds"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _moving(request.param)


class TestDisputes(DisputesConformance):
    """The disputes port."""

    @pytest.fixture(name="bench", params=_covering("payments", "disputes"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        yield from _moving(request.param)


class TestWebhooks(WebhooksConformance):
    """The webhooks port, by payouts; those of payments and disputes are in their ports' promises."""

    @pytest.fixture(name="bench", params=_covering("payouts"))
    def _bench(self, request: pytest.FixtureRequest) -> Iterator[Bench]:
        if not providers()[request.param].implements(Webhooks):
            pytest.skip(f"{request.param} does not implement Webhooks")
        yield from _running(request.param)


@pytest.mark.parametrize("domain", PORTS)
@pytest.mark.parametrize("name", providers())
def test_every_provider_implements_the_ports_of_the_domains_that_it_claims(name: str, domain: str) -> None:
    provider = providers()[name]

    assert (domain in provider.manifest.coverage) == provider.implements(PORTS[domain])
