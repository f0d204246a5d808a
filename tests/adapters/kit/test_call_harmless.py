"""A call that must leave nothing behind: what goes out in it, and what does not."""

import pytest

from adapters.kit.auth import client_credentials
from adapters.kit.errors import ProviderError, Withheld
from adapters.kit.forms import Part
from adapters.kit.http import Http
from tests.adapters.kit.wire import answer, call_to, server


def test_a_request_that_writes_is_withheld_before_anything_is_sent(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        with pytest.raises(Withheld):
            call_to(http, url, harmless=True).send("POST", "/payments", json={}, writes=True)

        assert [] == received


def test_a_request_that_nobody_says_only_asks_is_withheld(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        with pytest.raises(Withheld):
            call_to(http, url, harmless=True).send("POST", "/customers", json={}, writes=False)

        assert [] == received


def test_a_request_that_writes_is_withheld_whatever_it_says_besides(http: Http) -> None:
    with server(answer("200 OK")) as (url, received):
        with pytest.raises(Withheld):
            call_to(http, url, harmless=True).send("GET", "/pay-by-get", writes=True, only_asks=True)

        assert [] == received


@pytest.mark.parametrize(("method", "more"), [("GET", {}), ("POST", {"json": {}, "only_asks": True})])
def test_a_request_that_only_asks_goes_out(http: Http, method: str, more: dict[str, object]) -> None:
    with server(answer("200 OK")) as (url, received):
        call = call_to(http, url, harmless=True)
        call.send(method, "/search", writes=False, **more)  # type: ignore[arg-type] # some of the options

    assert 1 == len(received) == len(call.exchanges)


def test_an_access_token_is_fetched(http: Http) -> None:
    token = b'{"access_token": "t", "token_type": "bearer"}'
    keys = {"client_id": "us", "client_secret": "made-up-secret"}
    with server(answer("200 OK", token), answer("200 OK")) as (url, received):
        call = call_to(http, url, harmless=True, credentials=keys)
        call.send("GET", "/payments", writes=False, token=client_credentials("/token"))

    assert [b"POST /token", b"GET /payments"] == [b" ".join(each.split(b" ")[:2]) for each in received]


def test_what_is_withheld_names_its_fields_and_shows_no_value(http: Http) -> None:
    body = {"amount": {"value": 12345}, "to": [{"name": "Canary"}, {"name": "Bird"}], "empty": None}
    with pytest.raises(Withheld) as withheld:
        call_to(http, "http://127.0.0.1:1", harmless=True).send("POST", "/payments", json=body, writes=True)

    assert ("amount.value", "to.name") == withheld.value.names
    assert (("amount.value", "12345"), ("to.name", "Canary"), ("to.name", "Bird")) == withheld.value.leaves
    assert "POST /payments was withheld" == str(withheld.value)
    assert "Canary" not in repr(withheld.value)


def test_the_fields_of_forms_are_named_too(http: Http) -> None:
    call = call_to(http, "http://127.0.0.1:1", harmless=True)
    with pytest.raises(Withheld) as form:
        call.send("POST", "/", form={"card": {"number": "4"}}, writes=True)
    with pytest.raises(Withheld) as parts:
        call.send("POST", "/", parts=[Part("amount", "1.00"), Part("file", b"%PDF", "a.pdf")], writes=True)

    assert ("card.number",) == form.value.names
    assert (("amount", "1.00"),) == parts.value.leaves


def test_what_is_withheld_is_no_failure_of_the_provider() -> None:
    assert not issubclass(Withheld, ProviderError)
