"""A simulator's control API is for programs of the machine: where its pages are shown to customers, it is shut."""

from collections.abc import Iterator

import httpx
import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with providers()["sandbox"].simulator() as running:
        yield running


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site", "X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
@pytest.mark.parametrize(("method", "control"), [("GET", "books"), ("POST", "webhook"), ("POST", "timing")])
def test_neither_a_browser_nor_a_proxy_controls_a_simulator(
    simulator: Simulator, name: str, method: str, control: str
) -> None:
    answer = httpx.request(method, f"{simulator.url}/_control/{control}", headers={name: "x"}, trust_env=False)

    assert 403 == answer.status_code


def test_a_program_of_the_machine_does(simulator: Simulator) -> None:
    assert 200 == httpx.get(f"{simulator.url}/_control/books", trust_env=False).status_code
