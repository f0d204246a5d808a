"""Where an account's webhooks go is said by the account itself, and holds for no other."""

from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Targets
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

URL = "http://127.0.0.1:9/inbound/conn_1"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        yield made


def told(bench: Bench, secret: str, **changes: object) -> None:
    assert isinstance(bench.adapter, Targets)
    bench.adapter.set_webhook_target(bench.call("", operation="set_webhook_target", **changes), URL, secret)


def test_an_address_is_kept_with_its_account_and_secret(bench: Bench) -> None:
    told(bench, "whsec_b25l")

    (kept,) = [target for target in bench.simulator.outbox.targets if target.url == URL]
    assert "whsec_b25l" == kept.secret
    assert kept.account


def test_the_same_address_again_takes_the_place_of_the_first(bench: Bench) -> None:
    told(bench, "whsec_b25l")
    told(bench, "whsec_dHdv")

    assert ["whsec_dHdv"] == [target.secret for target in bench.simulator.outbox.targets if target.url == URL]
