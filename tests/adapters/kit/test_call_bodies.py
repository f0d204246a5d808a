"""The bodies that a call can send, the hosts it can send them to, and what is kept of both."""

import json
from typing import Any

import pytest

from adapters.kit import forms
from adapters.kit.errors import Misconfigured, Unavailable, Unknown
from adapters.kit.forms import Part
from adapters.kit.http import Http
from tests.adapters.kit.wire import SECRET, answer, call_to, failure, server


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def test_a_nested_form_arrives_in_brackets(http: Http) -> None:
    form = {"amount": 5, "card": {"last4": "4242"}, "expand": ["a", "b"], "off": False, "left": None}
    with server(answer("200 OK")) as (url, received):
        call_to(http, url).send("POST", "/", form=form, writes=True)

    expected = {"amount": "5", "card": {"last4": "4242"}, "expand": ["a", "b"], "off": "false"}
    assert expected == forms.decode(body_of(received[0]).decode())
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in received[0]


def test_captures_show_a_form_decoded_and_redacted(http: Http) -> None:
    form = {"amount": 5, "card": {"number": "4242", "brand": "visa"}, "lines": [{"sku": "a1", "name": "Zebedee"}]}
    with server(answer("200 OK")) as (url, _):
        call = call_to(http, url)
        call.send("POST", "/", form=form, writes=True, safe=frozenset({"amount", "card[brand]", "lines[sku]"}))

    kept = json.loads(call.exchanges[0].request_body)
    assert {
        "amount": "5",
        "card": {"number": "•••", "brand": "visa"},
        "lines": [{"sku": "a1", "name": "•••"}],
    } == kept


def test_a_form_that_says_two_things_of_one_name_is_never_sent(http: Http) -> None:
    with pytest.raises(ValueError, match="both"):
        call_to(http, "http://127.0.0.1:9").send("POST", "/", form={"a": "1", "a[b]": "2"}, writes=True)


def test_files_arrive_and_are_never_kept(http: Http) -> None:
    parts = [
        Part("purpose", "dispute_evidence"),
        Part("note", "Zebedee"),
        Part("file", b"%PDF Zebedee", "zebedee.pdf", "application/pdf"),
    ]
    with server(answer("200 OK")) as (url, received):
        call = call_to(http, url)
        call.send("POST", "/", parts=parts, writes=True, safe=frozenset({"purpose"}))

    assert b"%PDF Zebedee" in body_of(received[0])
    assert b"\r\nContent-Type: multipart/form-data; boundary=" in received[0]
    kept = call.exchanges[0]
    assert [
        {"purpose": "dispute_evidence"},
        {"note": "•••"},
        {"name": "file", "bytes": 12, "content_type": "application/pdf"},
    ] == json.loads(kept.request_body)
    assert "ebedee" not in f"{kept!r} {call!r} {parts!r}"


def test_a_request_has_one_body(http: Http) -> None:
    with pytest.raises(ValueError, match="one body"):
        call_to(http, "http://127.0.0.1:9").send("POST", "/", form={}, json={}, writes=True)


def test_a_vendors_own_media_types_are_sent(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        call_to(http, url).send(
            "POST", "/", json={}, writes=True, accept="application/vnd.a.v1.hal+json", content_type="application/vnd.b"
        )

    assert b"\r\nAccept: application/vnd.a.v1.hal+json\r\n" in received[0]
    assert b"\r\nContent-Type: application/vnd.b\r\n" in received[0]


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted"])
def test_an_empty_body_is_success_where_the_adapter_says_so(http: Http, status: str) -> None:
    with server(answer(status, b"", "Location: https://api.example.com/transfers/1")) as (url, _):
        reply = call_to(http, url).ask("POST", "/", json={}, writes=True, bodyless=True)

    assert (int(status[:3]), None) == (reply.status, reply.body)
    assert "https://api.example.com/transfers/1" == reply.headers["location"]


def test_an_empty_body_is_unclear_where_the_adapter_does_not_say_so(http: Http) -> None:
    assert isinstance(failure(http, answer("201 Created", b""), writes=True), Unknown)
    assert isinstance(failure(http, answer("206 Partial Content", b""), writes=True, bodyless=True), Unknown)


def test_a_bodyless_answer_that_is_unreadable_stays_unclear(http: Http) -> None:
    assert isinstance(failure(http, answer("200 OK", b"<html>"), writes=True, bodyless=True), Unknown)
    assert isinstance(failure(http, answer("200 OK", b"<html>"), writes=False, bodyless=True), Unavailable)


def test_an_answer_comes_with_its_status_and_headers(http: Http) -> None:
    with server(answer("200 OK", b'{"a": 1}', "X-Page: 2")) as (url, _):
        reply = call_to(http, url).ask("GET", "/", writes=False)

    assert (200, "2", {"a": 1}) == (reply.status, reply.headers["x-page"], reply.body)
    assert "'a'" not in repr(reply)


def test_an_absence_comes_with_its_status(http: Http) -> None:
    with server(answer("404 Not Found")) as (url, _):
        reply = call_to(http, url).ask("GET", "/", writes=False, absent=lambda *_: True)

    assert (404, None) == (reply.status, reply.body)


def test_another_host_is_reached_by_its_name(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        call = call_to(http, "http://127.0.0.1:9", hosts={"files": url})
        call.send("POST", "/v1/files", json={}, host="files", writes=True)

    assert received[0].startswith(b"POST /v1/files ")
    assert f"{url}/v1/files" == call.exchanges[0].url


def test_without_hosts_one_address_serves_them_all(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        call_to(http, url).send("GET", "/v1/files", host="files", writes=False)

    assert received


def test_a_host_that_the_manifest_does_not_name_is_misconfigured(http: Http) -> None:
    with pytest.raises(Misconfigured, match="no host uploads"):
        call_to(http, "http://127.0.0.1:9", hosts={"files": "http://127.0.0.1:9"}).send(
            "GET", "/", host="uploads", writes=False
        )


@pytest.mark.parametrize("path", ["@evil.example/", ".evil.example/", ":81/", "https://evil.example/", ""])
def test_a_path_cannot_go_on_with_the_hosts_name(http: Http, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        call_to(http, "http://127.0.0.1:9").send("GET", path, writes=False)


def test_a_credential_that_is_sent_in_a_form_is_not_kept(http: Http) -> None:
    form: dict[str, Any] = {"login": {"api_key": SECRET}}
    with server(answer("200 OK", json.dumps({"echo": SECRET}).encode())) as (url, _):
        call = call_to(http, url)
        call.send("POST", "/", form=form, writes=False, safe=frozenset({"api_key", "echo"}))

    assert SECRET not in repr(call.exchanges)
