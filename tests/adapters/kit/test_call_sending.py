"""What a call sends, what it never sends, and what is kept of it."""

import json

import pytest

from adapters.kit.call import path_segment
from adapters.kit.errors import Misconfigured, Unavailable, Unknown
from adapters.kit.failures import retry_after_seconds
from adapters.kit.http import Http
from tests.adapters.kit.wire import SECRET, answer, call_to, server, silence


@pytest.mark.parametrize("header", ["a\r\nX-Evil: 1", "ü", "a\nb"])
def test_a_header_that_cannot_be_sent_is_misconfigured_and_not_repeated(http: Http, header: str) -> None:
    with server(answer("200 OK")) as (url, received):
        call = call_to(http, url)
        with pytest.raises(Misconfigured) as raised:
            call.send("POST", "/", json={}, headers={"Authorization": f"{SECRET}{header}"}, writes=True)

    assert not received or b"X-Evil" not in received[0]
    assert SECRET not in f"{raised.value!r} {call.exchanges!r}"


def test_the_deadline_is_shared_by_all_exchanges_of_a_call(http: Http) -> None:
    with server(silence, answer("200 OK")) as (url, received):
        call = call_to(http, url, 0.2)
        with pytest.raises(Unknown):
            call.send("POST", "/", json={}, writes=True)
        with pytest.raises(Unavailable):
            call.send("POST", "/", json={}, writes=True)

    assert 1 == len(received)
    assert 0 == call.seconds_left


def test_neither_cookies_nor_redirects_carry_over(http: Http) -> None:
    with server(answer("200 OK", b"{}", "Set-Cookie: session=1; Path=/"), answer("200 OK")) as (url, received):
        call_to(http, url).send("GET", "/", writes=False)
        call_to(http, url).send("GET", "/", writes=False)

    assert b"cookie" not in received[1].lower()


def test_a_request_is_sent_as_it_is_meant(http: Http) -> None:
    with server(answer("200 OK"), answer("200 OK")) as (url, received):
        call_to(http, url, traceparent="00-1-2-01").send(
            "POST",
            "/v1/things",
            json={"name": "Zoë"},
            query=[("a", 1), ("a", "x&y")],
            auth=("user", "pass"),
            headers={"Idempotency-Key": "key-1"},
            writes=True,
        )
        call_to(http, url).send("POST", "/v1/things", form={"a": "x y", "b": 2}, writes=True)

    first, second = (each.decode() for each in received)
    assert first.startswith("POST /v1/things?a=1&a=x%26y HTTP/1.1\r\n")
    for line in ("Idempotency-Key: key-1", "Authorization: Basic dXNlcjpwYXNz", "X-Request-Id: req-1",
                 "X-Correlation-Id: corr-1", "traceparent: 00-1-2-01", "Content-Type: application/json"):  # fmt: skip
        assert f"\r\n{line}\r\n" in first
    assert {"name": "Zoë"} == json.loads(first.partition("\r\n\r\n")[2])
    assert "a=x+y&b=2" == second.partition("\r\n\r\n")[2]
    assert "traceparent" not in second


def test_a_float_that_is_no_number_is_never_sent(http: Http) -> None:
    with pytest.raises(ValueError, match="JSON"):
        call_to(http, "http://127.0.0.1:9").send("POST", "/", json={"a": float("nan")}, writes=True)


@pytest.mark.parametrize(("value", "segment"), [("a/b", "a%2Fb"), ("tr_1", "tr_1"), ("a?b#c", "a%3Fb%23c")])
def test_an_id_stays_one_segment(value: str, segment: str) -> None:
    assert segment == path_segment(value)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        path_segment(value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 09:31:00 GMT", "date": "Fri, 20 Nov 2026 09:30:00 GMT"}, 60.0),
        ({"retry-after": "Fri, 20 Nov 2020 09:31:00 GMT"}, 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds == retry_after_seconds(headers)


def test_a_missing_credential_is_misconfigured(http: Http) -> None:
    call = call_to(http, "http://127.0.0.1:9")

    assert SECRET == call.credential("api_key")
    with pytest.raises(Misconfigured, match="no credential other") as missing:
        call.credential("other")
    assert missing.value.credentials


def test_captures_keep_codes_and_nothing_else(http: Http) -> None:
    body = json.dumps(
        {
            "id": "tr_1",
            "status": "paid to Zebedee Quillfeather",
            "code": SECRET,
            "amount": 1050,
            "recipient": {"name": "Zebedee", "id": {"iban": "DE89"}},
            "list": [{"status": "ok"}, "Zebedee"],
            "Zebedee Quillfeather": 1,
        }
    ).encode()
    with server(answer("200 OK", body, "X-Request-Id: vendor-1", "Set-Cookie: a=Zebedee")) as (url, _):
        call = call_to(http, url)
        call.send(
            "POST",
            "/v1/things",
            json={"reference": "po_1", "name": "Zebedee", "status": 1.5},
            query={"reference": "po_1", "email": "zebedee@example.com"},
            auth=("user-zebedee", SECRET),
            headers={"X-Api-Key": SECRET},
            writes=True,
            safe=frozenset({"id", "status", "code", "amount", "reference"}),
        )
    kept = call.exchanges[0]

    assert {"reference": "po_1", "name": "•••", "status": "1.5"} == json.loads(kept.request_body)
    assert "reference=po_1&email=•••" == kept.query
    assert {
        "id": "tr_1",
        "status": "•••",
        "code": "•••",
        "amount": 1050,
        "recipient": {"name": "•••", "id": {"iban": "•••"}},
        "list": [{"status": "ok"}, "•••"],
        "•••": "•••",
    } == json.loads(kept.response_body)
    assert "vendor-1" == kept.response_headers["x-request-id"]
    for value in (SECRET, "ebedee", "DE89", "example.com"):
        assert value not in f"{kept!r} {call!r}"
    assert (200, len(body)) == (kept.status, kept.response_bytes)


def test_an_unreadable_answer_is_not_kept(http: Http) -> None:
    with server(answer("500 Oops", b"Traceback: Zebedee")) as (url, _):
        call = call_to(http, url)
        with pytest.raises(Unknown):
            call.send("POST", "/", json={}, writes=True)

    assert "null" == call.exchanges[0].response_body
    assert 18 == call.exchanges[0].response_bytes
