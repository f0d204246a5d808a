"""HTTP as callers see it: methods, media types, bodies, and the gateway's own pages."""

import re

import httpx
import pytest

from corridor.payouts.v1 import payout_service_pb2
from corridor.webhooks.v1 import inbound_delivery_service_pb2
from tests.gateway.calls import (
    BODY,
    CANCEL_PAYOUT,
    CREATE_PAYOUT,
    GET_PAYOUT,
    ID,
    LIST_PAYOUTS,
    PAYOUT,
    RECEIVE,
    problem,
)
from tests.gateway.scripted import Running, Upstream


def test_a_payout_goes_in_as_json_and_comes_back_as_json(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CREATE_PAYOUT] = payout_service_pb2.CreatePayoutResponse(payout=PAYOUT)

    answer = http.post("/v1/payouts", json=BODY, headers={"Idempotency-Key": "k"})

    sent = payout_service_pb2.CreatePayoutRequest.FromString(upstream.seen[0].request)
    assert (200, ID) == (answer.status_code, answer.json()["payout_id"])
    assert ("ben_x", 1250) == (sent.beneficiary_id, sent.amount.amount_minor)
    assert {"currency_code": "EUR", "amount_minor": "1250"} == answer.json()["amount"]
    assert "no-store" == answer.headers["cache-control"]


def test_nested_and_repeated_query_parameters_reach_the_server(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[LIST_PAYOUTS] = payout_service_pb2.ListPayoutsResponse(payouts=[PAYOUT])

    query = "page_size=3&states=PAYOUT_STATE_SENT&states=7&created.start_time=2026-11-21T00:00:00Z"
    answer = http.get(f"/v1/payouts?{query}")

    sent = payout_service_pb2.ListPayoutsRequest.FromString(upstream.seen[0].request)
    assert (3, [3, 7], 1795219200) == (sent.page_size, list(sent.states), sent.created.start_time.seconds)
    assert ID == answer.json()["payouts"][0]["payout_id"]


def test_a_filter_that_is_no_word_of_its_enumeration_is_told_the_words(http: httpx.Client) -> None:
    found = problem(http.get("/v1/payouts?states=SENT"), 400, "MALFORMED_REQUEST")

    assert "PAYOUT_STATE_SENT" in found["violations"][0]["description"]


def test_an_empty_body_is_an_empty_message(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[CANCEL_PAYOUT] = payout_service_pb2.CancelPayoutResponse(payout=PAYOUT)

    assert 200 == http.post(f"/v1/payouts/{ID}:cancel").status_code
    assert ID == payout_service_pb2.CancelPayoutRequest.FromString(upstream.seen[0].request).payout_id


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/payout", "/v1/payouts/", "/v1/payouts//x", "/V1/payouts", "/v2/payouts"]
)
def test_other_paths_are_404(http: httpx.Client, path: str) -> None:
    problem(http.get(path), 404, "METHOD_NOT_FOUND")


@pytest.mark.parametrize("verb", ["DELETE", "PUT", "PATCH", "TRACE"])
def test_other_methods_of_a_path_are_405_with_allow(http: httpx.Client, verb: str) -> None:
    answer = http.request(verb, "/v1/payouts")

    problem(answer, 405, "HTTP_METHOD_NOT_ALLOWED")
    assert "GET, HEAD, OPTIONS, POST" == answer.headers["allow"]


def test_options_names_the_methods(http: httpx.Client) -> None:
    answer = http.options(f"/v1/payouts/{ID}:cancel")

    assert (204, "OPTIONS, POST") == (answer.status_code, answer.headers["allow"])


def test_head_answers_as_get_without_a_body(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    full = http.get(f"/v1/payouts/{ID}")

    answer = http.head(f"/v1/payouts/{ID}")

    assert (200, b"", full.headers["content-length"]) == (
        answer.status_code,
        answer.content,
        answer.headers["content-length"],
    )


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*;q=0.5", "text/html, */*;q=0.1", ""])
def test_json_is_acceptable(http: httpx.Client, upstream: Upstream, accept: str) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)

    expected = 406 if accept == "" else 200
    assert expected == http.get(f"/v1/payouts/{ID}", headers={"Accept": accept}).status_code


@pytest.mark.parametrize(
    "accept", ["text/xml", "application/json;q=0", "*/*, application/json;q=0.0", "application/xml"]
)
def test_other_media_types_are_406(http: httpx.Client, accept: str) -> None:
    problem(http.get(f"/v1/payouts/{ID}", headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "kind", ["text/xml", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_other_content_types_are_415(http: httpx.Client, kind: str) -> None:
    answer = http.post("/v1/payouts", content=b"{}", headers={"Content-Type": kind})

    problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_compressed_body_is_415(http: httpx.Client) -> None:
    answer = http.post("/v1/payouts", json={}, headers={"Content-Encoding": "gzip"})

    problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "identity" == answer.headers["accept-encoding"]


def test_a_raw_request_reaches_the_server_byte_for_byte(http: httpx.Client, upstream: Upstream) -> None:
    upstream.replies[RECEIVE] = inbound_delivery_service_pb2.ReceiveInboundDeliveryResponse()
    body = b'\x00\xff {"a" : 1}\r\n'

    answer = http.post(
        "/v1/webhooks/inbound/conn_1?a=%20b&a=2",
        content=body,
        headers={
            "X-Signature": "sha256=abc",
            "Content-Type": "text/x-odd",
            "Authorization": "Bearer x",
            "Accept": "a/b",
        },
    )

    sent = inbound_delivery_service_pb2.ReceiveInboundDeliveryRequest.FromString(upstream.seen[0].request)
    headers = {header.name: header.value for header in sent.request.headers}
    assert (200, "conn_1", body, "a=%20b&a=2") == (
        answer.status_code,
        sent.connection_id,
        sent.request.body,
        sent.request.query,
    )
    assert (b"sha256=abc", b"text/x-odd") == (headers["x-signature"], headers["content-type"])
    assert not {"authorization", "connection", "transfer-encoding"} & headers.keys()


def test_health_readiness_and_metrics_answer(http: httpx.Client, upstream: Upstream) -> None:
    assert 200 == http.get("/healthz").status_code
    assert 200 == http.get("/readyz").status_code
    upstream.serving = False
    assert 503 == http.get("/readyz").status_code
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    http.get(f"/v1/payouts/{ID}")
    metrics = http.get("/metrics").text
    assert 'http_route="/v1/payouts/{payout_id}"' in metrics
    assert 'rpc_method="corridor.payouts.v1.PayoutService.GetPayout"' in metrics


@pytest.mark.parametrize("path", ["/docs", "/docs/guides/idempotency", "/docs/search.json", "/docs/problems"])
def test_documentation_loads_nothing_from_outside(http: httpx.Client, path: str) -> None:
    answer = http.get(path)

    assert 200 == answer.status_code
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(src|href|url\(|fetch\(|import)\s*[=("']+\s*["']?(https?:)?//""", answer.text)


def test_every_reason_has_its_place_on_the_problem_page(http: httpx.Client, gateway: Running) -> None:
    page = http.get("/docs/problems").text

    assert all(f'id="{reason}"' in page for reason in ("NOT_FOUND", "IDEMPOTENCY_KEY_REUSED", "LENGTH_REQUIRED"))


def test_the_problem_page_calls_what_waits_no_failure(http: httpx.Client) -> None:
    waits = http.get("/docs/problems").text.split('id="APPROVAL_PENDING"')[1].split("</section>")[0]

    assert "The same call with the same key tells how it stands." in waits
    assert "fail again" not in waits


def test_pages_are_for_reading(http: httpx.Client) -> None:
    answer = http.post("/docs", json={})

    problem(answer, 405, "HTTP_METHOD_NOT_ALLOWED")
