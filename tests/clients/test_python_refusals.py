"""What the Python client refuses before anything is sent, and where a credential never goes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import corridor_client
from corridor.payouts.v1 import payout_pb2, payout_service_pb2
from corridor_client.client import Client
from tests.gateway.scripted import Start, Upstream

GET = "/corridor.payouts.v1.PayoutService/GetPayout"
PO = "po_" + "0" * 26
READ = payout_service_pb2.GetPayoutResponse(payout=payout_pb2.Payout(payout_id=PO))
Connect = Callable[..., Client]


@pytest.fixture(scope="module")
def gateway_url(start: Start, upstream_server: Upstream) -> str:
    return start(upstream=upstream_server.target).url


@pytest.fixture(params=["rest", "grpc"])
def connect(request: pytest.FixtureRequest, upstream: Upstream, gateway_url: str) -> Iterator[Connect]:
    """Connects to the scripted server, over each transport in turn."""
    made: list[Client] = []

    def make(**options: Any) -> Client:
        url = gateway_url if request.param == "rest" else f"grpc://{upstream.target}"
        made.append(corridor_client.connect(url, api_key="ck_test_x", **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def tokens_of(token_url: str) -> corridor_client.ClientCredentials:
    """An OAuth client that asks for its tokens there."""
    return corridor_client.ClientCredentials("c", "s", token_url=token_url)


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("http://corridor.example", {"api_key": "k"}, "plain text"),
        ("grpc://10.0.0.1:50051", {"api_key": "k"}, "plain text"),
        ("ftp://corridor.example", {"api_key": "k"}, "no address"),
        ("corridor.example", {"api_key": "k"}, "no address"),
        ("https://key@corridor.example", {"api_key": "k"}, "neither credentials"),
        ("ftp://user:key@corridor.example", {"api_key": "k"}, "neither credentials"),
        ("https://corridor.example", {}, "one credential"),
        ("https://corridor.example", {"api_key": "k\nx"}, "no API key"),
        ("https://corridor.example", {"api_key": "k", "retries": -1}, "retries"),
        ("https://corridor.example", {"api_key": "k", "timeout_seconds": 0}, "timeout_seconds"),
        ("grpcs://corridor.example:50051", {"credentials": corridor_client.ClientCredentials("c", "s")}, "token_url"),
        ("grpcs://corridor.example:50051", {"credentials": tokens_of("http://corridor.example/token")}, "plain text"),
        ("https://corridor.example", {"credentials": tokens_of("http://10.0.0.1/token")}, "plain text"),
        ("https://corridor.example", {"credentials": tokens_of("file:///etc/hosts")}, "no address"),
    ],
)
def test_what_cannot_work_is_refused_before_the_first_call(url: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        corridor_client.connect(url, **options)


def test_an_error_about_an_address_does_not_repeat_a_credential_in_it() -> None:
    with pytest.raises(ValueError, match="neither credentials") as caught:
        corridor_client.connect("ftp://user:canary@corridor.example", api_key="k")

    assert "canary" not in str(caught.value)


def test_what_is_in_plain_text_goes_by_no_proxy(
    connect: Connect, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "grpc_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there: a call that goes there fails
    upstream.replies[GET] = READ

    assert PO == connect(retries=0, timeout_seconds=20).payouts.get_payout(payout_id=PO).payout_id


@pytest.mark.parametrize("step", [".", ".."])
def test_an_id_that_leads_to_another_path_is_not_sent(gateway_url: str, upstream: Upstream, step: str) -> None:
    client = corridor_client.connect(gateway_url, api_key="k")

    with pytest.raises(ValueError, match="payout_id is no id"):
        client.payouts.get_payout(payout_id=step)
    assert [] == upstream.seen


def test_an_id_that_is_missing_is_told_before_anything_is_sent(gateway_url: str) -> None:
    client = corridor_client.connect(gateway_url, api_key="k")

    with pytest.raises(ValueError, match="payout_id must be given"):
        client.payouts.get_payout()
