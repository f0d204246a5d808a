"""The rate limit of simulators: so many calls of an account in each window, told in the vendor's headers."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from adapters.kit.simulator_limits import rate_limit


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    """The sandbox's simulator."""
    with providers()["sandbox"].simulator() as simulator:
        yield simulator


def asked(vendor: Simulator, path: str, key: str = "sk_a", body: object = None) -> http.client.HTTPResponse:
    """An answer to one request of an account."""
    connection = http.client.HTTPConnection(urlsplit(vendor.url).netloc, timeout=5)
    method = "GET" if body is None else "POST"
    connection.request(method, path, body and json.dumps(body), {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_calls_beyond_the_limit_are_refused_and_told_when_to_come_back(vendor: Simulator) -> None:
    vendor.limit(2, 3600)

    statuses = [asked(vendor, "/v1/transfers/none").status for _ in range(4)]
    last = asked(vendor, "/v1/transfers/none")

    assert [404, 404, 429, 429] == statuses
    assert 0 < int(last.headers["Retry-After"]) <= 3600
    assert last.headers["RateLimit"].startswith('"default";r=0;t=')
    assert '"default";q=2;w=3600' == last.headers["RateLimit-Policy"]


def test_each_account_has_a_limit_of_its_own(vendor: Simulator) -> None:
    vendor.limit(1, 3600)

    assert [404, 404, 429] == [asked(vendor, "/v1/transfers/none", key).status for key in ("sk_a", "sk_b", "sk_a")]


def test_a_refused_call_is_not_counted_and_the_next_window_is_free() -> None:
    limit = rate_limit(2, 10, "former")
    told = [limit.count("a", at) for at in (1000, 1001, 1002, 1003, 1010)]

    assert [False, False, True, True, False] == [refused for refused, _ in told]
    assert ["1", "0", "0", "0", "1"] == [headers["RateLimit-Remaining"] for _, headers in told]
    assert "8" == told[2][1]["Retry-After"]


def test_headers_of_a_vendors_own_can_be_given() -> None:
    limit = rate_limit(5, 1, {"X-Requests-Remaining": "{remaining}"})

    assert (False, {"X-Requests-Remaining": "4"}) == limit.count("a", 1000)


def test_the_control_api_sets_and_takes_away_the_limit(vendor: Simulator) -> None:
    asked(vendor, "/_control/limit", body={"calls": 1, "seconds": 3600, "headers": "x"})
    limited = [asked(vendor, "/v1/transfers/none") for _ in range(2)]
    asked(vendor, "/_control/limit", body={"calls": 0})

    assert [404, 429] == [answer.status for answer in limited]
    assert "0" == limited[0].headers["X-RateLimit-Remaining"]
    assert 404 == asked(vendor, "/v1/transfers/none").status


def test_a_way_of_telling_that_nobody_knows_is_refused(vendor: Simulator) -> None:
    assert 400 == asked(vendor, "/_control/limit", body={"calls": 1, "headers": "smoke signals"}).status
