"""Exchanges that pass as they are: what a method may decide about its answer, and what it is told of the request."""

from collections.abc import Callable, Iterator

import grpc
import httpx
import pytest
from openapi_spec_validator import validate

from corridor.type.v1 import raw_request_pb2, raw_response_pb2
from gateway.contract import Contract
from gateway.openapi import document
from tests.gateway.calls import GET_PAYOUT, ID, problem
from tests.gateway.sample import sample_contract
from tests.gateway.scripted import Running, Start, Upstream, refuse

FORM, PAGE, BARE, VENDOR = (f"/sample.v1.SampleService/M{number}" for number in range(4))
Headers = list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def exchanges() -> Contract:
    return sample_contract(
        'post: "/token" body: "raw" response_body: "answer"',
        'get: "/page/{name}" response_body: "answer"',
        'get: "/bare" response_body: "answer"',
        'post: "/vendor" body: "raw"',
    )


@pytest.fixture(scope="module")
def raw_gateway(exchanges: Contract, start: Start, upstream_server: Upstream) -> Running:
    return start(exchanges, upstream=upstream_server.target)


@pytest.fixture
def client(raw_gateway: Running, upstream: Upstream) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=raw_gateway.url, timeout=10) as found:
        yield found


@pytest.fixture
def requested(upstream: Upstream, exchanges: Contract) -> Callable[[], raw_request_pb2.RawRequest]:
    """The raw request that reached the server last."""

    def last() -> raw_request_pb2.RawRequest:
        sample = exchanges.message("sample.v1.Sample").type.from_binary(upstream.seen[-1].request)
        return raw_request_pb2.RawRequest.FromString(sample.raw.to_binary())

    return last


def answering(status: int, headers: Headers = [], body: bytes = b"") -> Callable[..., bytes]:  # noqa: B006 - only read
    """A reply whose field `answer` is this raw response."""
    named = [raw_request_pb2.RawHeader(name=name, value=value) for name, value in headers]
    inner = raw_response_pb2.RawResponse(status=status, headers=named, body=body).SerializeToString()
    length = bytes([len(inner) & 127 | 128, len(inner) >> 7])
    return lambda *_: b"\xca\x01" + length + inner  # field 25, length-delimited


def test_the_answer_leaves_as_the_method_made_it(client: httpx.Client, upstream: Upstream) -> None:
    cookies = [("set-cookie", b"a=1; HttpOnly"), ("Set-Cookie", b"b=2; Secure")]
    upstream.replies[FORM] = answering(
        401, [("content-type", b"text/html"), *cookies, ("cache-control", b"no-cache")], b"<p>no</p>"
    )

    found = client.post("/token", data={"grant_type": "x"})

    assert (401, b"<p>no</p>", "text/html", "no-cache", "9") == (
        found.status_code, found.content, found.headers["content-type"], found.headers["cache-control"],
        found.headers["content-length"],
    )  # fmt: skip
    assert ["a=1; HttpOnly", "b=2; Secure"] == found.headers.get_list("set-cookie")
    assert found.headers["x-request-id"]


def test_an_answer_cannot_change_how_it_is_framed(client: httpx.Client, upstream: Upstream) -> None:
    smuggled = [("transfer-encoding", b"chunked"), ("content-length", b"1"), ("connection", b"close"), ("te", b"x")]
    upstream.replies[FORM] = answering(200, smuggled, b"whole")

    found = client.post("/token", content=b"a=b")

    assert b"whole" == found.content
    assert not {"transfer-encoding", "connection", "te"} & set(found.headers)


@pytest.mark.parametrize(
    ("status", "headers"),
    [(99, []), (700, []), (0, []), (200, [("x", b"a\r\nset-cookie: b=1")]), (200, [("bad name", b"1")])],
)
def test_an_answer_that_cannot_be_sent_is_internal(
    client: httpx.Client, upstream: Upstream, status: int, headers: Headers
) -> None:
    upstream.replies[FORM] = answering(status, headers)

    problem(client.post("/token", content=b"a=b"), 500, "INTERNAL")


def test_a_redirect_has_no_json_and_keeps_its_place(client: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[PAGE] = answering(303, [("location", b"https://example.com/cb?code=1")])

    found = client.get("/page/x")

    assert (303, "https://example.com/cb?code=1", b"") == (found.status_code, found.headers["location"], found.content)


def test_an_answer_without_a_cache_rule_is_not_stored(client: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[BARE] = answering(200, [("content-type", b"application/json")], b"{}")

    assert "no-store" == client.get("/bare").headers["cache-control"]


def test_a_form_comes_with_credential_cookies_and_proof(
    client: httpx.Client, upstream: Upstream, requested: Callable[[], raw_request_pb2.RawRequest]
) -> None:
    upstream.replies[FORM] = answering(200)
    sent = {"Authorization": "Basic YTpi", "Cookie": "s=1", "DPoP": "a.b.c", "Content-Type": "application/x-www-form"}

    client.post("/token?x=1", content=b"grant_type=a%20b", headers=sent)

    found = requested()
    headers = {header.name: header.value for header in found.headers}
    assert (b"grant_type=a%20b", "x=1") == (found.body, found.query)
    assert (b"Basic YTpi", b"s=1", b"a.b.c") == (headers["authorization"], headers["cookie"], headers["dpop"])


def test_a_page_gets_its_query_as_it_came(
    client: httpx.Client, upstream: Upstream, requested: Callable[[], raw_request_pb2.RawRequest]
) -> None:
    upstream.replies[PAGE] = answering(200)

    assert 200 == client.get("/page/x?anything=%20&anything=2&state=").status_code

    assert "anything=%20&anything=2&state=" == requested().query


def test_credentials_of_ours_are_no_part_of_a_vendors_request(
    client: httpx.Client, upstream: Upstream, requested: Callable[[], raw_request_pb2.RawRequest]
) -> None:
    upstream.replies[VENDOR] = answering(200)

    client.post(
        "/vendor", content=b"x", headers={"Authorization": "Bearer ck_test_x", "X-Corridor-Client-Ip": "1.1.1.1"}
    )

    assert not {"authorization", "x-corridor-client-ip"} & {header.name for header in requested().headers}


@pytest.mark.parametrize(
    "name", ["client-ip", "client-certificate", "client-certificate-der", "http-method", "http-url"]
)
def test_nobody_outside_says_what_only_the_gateway_knows(
    client: httpx.Client, upstream: Upstream, requested: Callable[[], raw_request_pb2.RawRequest], name: str
) -> None:
    upstream.replies[FORM] = answering(200)

    client.post("/token", content=b"x", headers={f"X-Corridor-{name}": "forged"})

    assert f"x-corridor-{name}" not in {header.name for header in requested().headers}
    assert "forged" not in upstream.seen[-1].metadata.values()


def test_a_proof_is_checked_against_what_was_called(client: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[FORM] = answering(200)

    client.post("/token?x=1", content=b"x", headers={"DPoP": "a.b.c", "Host": "api.example.com"})

    sent = upstream.seen[-1].metadata
    assert ("POST", "http://api.example.com/token", "a.b.c") == (
        sent["x-corridor-http-method"], sent["x-corridor-http-url"], sent["dpop"],
    )  # fmt: skip


def test_a_public_url_goes_before_what_the_caller_says(exchanges: Contract, start: Start, upstream: Upstream) -> None:
    upstream.replies[BARE] = answering(200)
    gateway = start(exchanges, upstream=upstream.target, public_url="https://api.example.com/")

    httpx.get(f"{gateway.url}/bare", headers={"DPoP": "a", "Host": "evil.example"})

    assert "https://api.example.com/bare" == upstream.seen[-1].metadata["x-corridor-http-url"]


def test_a_refused_exchange_is_a_problem_document(client: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[FORM] = refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")

    problem(client.post("/token", content=b"x"), 429, "RATE_LIMITED")


def test_the_servers_challenge_replaces_the_gateways(http: httpx.Client, upstream: Upstream) -> None:
    challenge = 'DPoP error="invalid_token"'
    upstream.replies[GET_PAYOUT] = refuse(
        grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", trailing=(("www-authenticate", challenge),)
    )

    found = http.get(f"/v1/payouts/{ID}")

    assert [challenge] == found.headers.get_list("www-authenticate")


def test_a_pending_approval_is_202_with_its_place(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = refuse(
        grpc.StatusCode.FAILED_PRECONDITION, "APPROVAL_PENDING", trailing=(("location", "/v1/approvals/apr_1"),)
    )

    found = http.get(f"/v1/payouts/{ID}")

    problem(found, 202, "APPROVAL_PENDING")
    assert "/v1/approvals/apr_1" == found.headers["location"]


def test_the_document_describes_exchanges_and_stays_valid(exchanges: Contract) -> None:
    found = document(exchanges)

    validate(found)
    token, page = found["paths"]["/token"]["post"], found["paths"]["/page/{name}"]["get"]
    assert ["application/x-www-form-urlencoded"] == list(token["requestBody"]["content"])
    assert "requestBody" not in page
    assert {"200", "302", "303", "400", "401", "default"} <= token["responses"].keys()
    assert {"text/html", "application/json"} <= token["responses"]["200"]["content"].keys()
