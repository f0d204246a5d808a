"""Access tokens: fetched once, kept while they are good, never met by other credentials, never shown."""

import base64
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.kit import forms, tokens
from adapters.kit.auth import CachedToken, Token, bearer, client_credentials
from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unknown
from adapters.kit.http import Http
from adapters.kit.tokens import TokenCache
from tests.adapters.kit.wire import SECRET, answer, call_to, server

TOKEN = "canary-token-55c2"
CLIENT = {"client_id": "client-1", "client_secret": SECRET}
OAUTH = client_credentials("/token")
KEY = tokens.key("oauth", "https://a.example", CLIENT)


def issued(token: str = TOKEN, **changes: Any) -> bytes:
    return answer("200 OK", json.dumps({"access_token": token, "token_type": "Bearer", **changes}).encode())


def oauth_call(http: Http, url: str, cache: TokenCache | None = None, **changes: Any) -> Call:
    return call_to(http, url, **{"credentials": CLIENT, "tokens": cache or TokenCache(), **changes})


def bearers(received: list[bytes]) -> list[str]:
    """The bearer tokens that came, in order."""
    lines = [line for request in received for line in request.decode().split("\r\n")]
    return [line.rpartition(" ")[2] for line in lines if line.startswith("Authorization: Bearer ")]


def test_a_bearer_token_is_a_header() -> None:
    assert {"Authorization": "Bearer abc"} == bearer("abc")


def test_a_token_is_fetched_by_client_credentials_and_kept(http: Http) -> None:
    cache = TokenCache()
    with server(issued(expires_in=3600), answer("200 OK"), answer("200 OK")) as (url, received):
        for _ in range(2):
            oauth_call(http, url, cache).send("GET", "/v1/things", writes=False, token=OAUTH)

    asked = received[0].decode()
    assert asked.startswith("POST /token HTTP/1.1\r\n")
    assert f"Basic {base64.b64encode(f'client-1:{SECRET}'.encode()).decode()}" in asked
    assert {"grant_type": "client_credentials"} == forms.decode(asked.partition("\r\n\r\n")[2])
    assert [TOKEN, TOKEN] == bearers(received)


def test_the_client_may_stand_in_the_body(http: Http) -> None:
    with server(issued(), answer("200 OK")) as (url, received):
        source = client_credentials("/token", scope="a b", style="body")
        oauth_call(http, url).send("GET", "/", writes=False, token=source)

    asked = received[0].decode()
    assert {"grant_type": "client_credentials", "scope": "a b", **CLIENT} == forms.decode(
        asked.partition("\r\n\r\n")[2]
    )
    assert "Authorization" not in asked


def test_user_and_password_are_form_encoded_first(http: Http) -> None:
    credentials = {"client_id": "a:b", "client_secret": "c d%"}
    with server(issued(), answer("200 OK")) as (url, received):
        oauth_call(http, url, credentials=credentials).send("GET", "/", writes=False, token=OAUTH)

    assert base64.b64encode(b"a%3Ab:c+d%25").decode() in received[0].decode()


def test_a_token_may_go_in_another_header(http: Http) -> None:
    source = CachedToken("own", lambda call: Token("t-1"), header="X-Auth-Token", prefix="")
    with server(answer("200 OK")) as (url, received):
        oauth_call(http, url).send("GET", "/", writes=False, token=source)

    assert b"\r\nX-Auth-Token: t-1\r\n" in received[0]


def test_a_kept_token_that_is_refused_is_replaced_and_the_request_sent_once_more(http: Http) -> None:
    cache = TokenCache()
    replies = [issued("old"), answer("200 OK"), answer("401 No"), issued("new"), answer("200 OK", b'{"a": 1}')]
    with server(*replies) as (url, received):
        oauth_call(http, url, cache).send("GET", "/", writes=False, token=OAUTH)
        again = oauth_call(http, url, cache)
        got = again.send("POST", "/", json={"b": 2}, writes=True, token=OAUTH)

    assert {"a": 1} == got
    assert ["old", "old", "new"] == bearers(received)
    assert [401, 200, 200] == [exchange.status for exchange in again.exchanges]
    assert [b'{"b":2}'] * 2 == [received[number].partition(b"\r\n\r\n")[2] for number in (2, 4)]


def test_a_fresh_token_that_is_refused_is_misconfigured_and_nothing_is_repeated(http: Http) -> None:
    with server(issued(), answer("401 No")) as (url, received), pytest.raises(Misconfigured) as raised:
        oauth_call(http, url).send("POST", "/", json={}, writes=True, token=OAUTH)

    assert raised.value.credentials
    assert 2 == len(received)


def test_a_second_refusal_is_misconfigured(http: Http) -> None:
    cache = TokenCache()
    replies = [issued("old"), answer("200 OK"), answer("401 No"), issued("new"), answer("401 No")]
    with server(*replies) as (url, received):
        oauth_call(http, url, cache).send("GET", "/", writes=False, token=OAUTH)
        with pytest.raises(Misconfigured):
            oauth_call(http, url, cache).send("POST", "/", json={}, writes=True, token=OAUTH)

    assert 5 == len(received)


FAILED_FETCHES: Mapping[str, tuple[bytes, type[ProviderError], bool]] = {
    "lost": (b"", Unavailable, False),
    "500": (answer("500 Oops"), Unavailable, False),
    "429": (answer("429 Slow"), Unavailable, False),
    "HTML": (answer("200 OK", b"<html>"), Unavailable, False),
    "no token": (answer("200 OK", b'{"token_type": "Bearer"}'), Unavailable, False),
    "another kind": (answer("200 OK", b'{"access_token": "a", "token_type": "mac"}'), Misconfigured, False),
    "401": (answer("401 No", b'{"error": "invalid_client"}'), Misconfigured, True),
    "400 about the client": (answer("400 Bad", b'{"error": "invalid_client"}'), Misconfigured, True),
    "400 about the scope": (answer("400 Bad", b'{"error": "invalid_scope"}'), Misconfigured, False),
    "400 in HTML": (answer("400 Bad", b"<html>"), Misconfigured, False),
}


@pytest.mark.parametrize("name", FAILED_FETCHES)
def test_a_token_that_does_not_come_means_that_nothing_was_acted(http: Http, name: str) -> None:
    reply, kind, credentials = FAILED_FETCHES[name]
    with server(reply) as (url, received):
        call = oauth_call(http, url)
        with pytest.raises(kind) as raised:
            call.send("POST", "/v1/pay", json={}, writes=True, token=OAUTH)

    assert credentials == getattr(raised.value, "credentials", False)
    assert 1 == len(received)
    assert [f"{url}/token"] == [exchange.url for exchange in call.exchanges]


def test_a_lost_answer_after_a_token_is_still_unknown(http: Http) -> None:
    with server(issued(), b"") as (url, _), pytest.raises(Unknown):
        oauth_call(http, url).send("POST", "/v1/pay", json={}, writes=True, token=OAUTH)


def test_neither_token_nor_secret_is_kept_or_shown(http: Http) -> None:
    cache, safe = TokenCache(), frozenset({"access_token", "echo"})
    echo = answer("200 OK", json.dumps({"echo": f"x{TOKEN}"}).encode())
    with server(issued(), echo) as (url, _):
        call = oauth_call(http, url, cache)
        call.send("POST", "/", json={"echo": TOKEN}, writes=True, token=OAUTH, safe=safe)

    shown = f"{call!r} {call.exchanges!r} {cache!r} {OAUTH!r} {Token(TOKEN)!r} {OAUTH.present(call)!r}"
    assert SECRET not in shown
    assert TOKEN not in shown
    assert 2 == len(call.exchanges)


@pytest.mark.parametrize(
    ("expires_in", "good_at", "over_at"), [(3600.0, 3569.0, 3571.0), (100.0, 89.0, 91.0), (None, 269.0, 271.0)]
)
def test_a_token_is_renewed_before_it_ends(expires_in: float | None, good_at: float, over_at: float) -> None:
    now = 0.0
    cache = TokenCache(monotonic=lambda: now)

    def get() -> tuple[str, bool]:
        return cache.get(KEY, lambda: Token("t", expires_in), 1.0)

    assert ("t", True) == get()
    now = good_at
    assert ("t", False) == get()
    now = over_at
    assert ("t", True) == get()


def test_a_token_that_ends_at_once_is_used_once() -> None:
    cache = TokenCache()

    assert [True, True] == [cache.get(KEY, lambda: Token("t", 0), 1.0)[1] for _ in range(2)]


def test_many_who_want_a_token_fetch_it_once() -> None:
    cache, started, fetched = TokenCache(), threading.Event(), []

    def fetch() -> Token:
        fetched.append(1)
        assert started.wait(10)
        return Token("t", 60)

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(cache.get, KEY, fetch, 10.0) for _ in range(8)]
        started.set()
        found = [each.result() for each in waiting]

    assert [1] == fetched
    assert {"t"} == {value for value, _ in found}
    assert 1 == sum(fresh for _, fresh in found)


def test_who_cannot_wait_for_anothers_fetch_is_unavailable() -> None:
    cache, inside, leave = TokenCache(), threading.Event(), threading.Event()

    def fetch() -> Token:
        inside.set()
        assert leave.wait(10)
        return Token("t", 60)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.get, KEY, fetch, 10.0)
        assert inside.wait(10)
        with pytest.raises(Unavailable):
            cache.get(KEY, fetch, 0.01)
        leave.set()
        assert ("t", True) == first.result()


def test_after_a_fetch_that_failed_the_next_one_tries_again() -> None:
    cache = TokenCache()

    def broken() -> Token:
        raise Unavailable("no token")

    with pytest.raises(Unavailable):
        cache.get(KEY, broken, 1.0)

    assert ("t", True) == cache.get(KEY, lambda: Token("t", 60), 1.0)


@pytest.mark.parametrize(
    "other",
    [
        tokens.key("oauth", "https://a.example", {**CLIENT, "client_secret": "rotated"}),
        tokens.key("oauth", "https://a.example", {**CLIENT, "client_id": "other"}),
        tokens.key("oauth", "https://b.example", CLIENT),
        tokens.key("other scope", "https://a.example", CLIENT),
    ],
)
def test_other_credentials_never_meet_a_token(other: tokens.Key) -> None:
    cache = TokenCache()
    cache.get(KEY, lambda: Token("first", 60), 1.0)

    assert ("second", True) == cache.get(other, lambda: Token("second", 60), 1.0)
    assert SECRET not in repr(other)


def test_forgetting_a_token_leaves_the_one_that_took_its_place() -> None:
    cache = TokenCache()
    cache.get(KEY, lambda: Token("old", 60), 1.0)
    cache.forget(KEY, "old")
    cache.get(KEY, lambda: Token("new", 60), 1.0)

    cache.forget(KEY, "old")

    assert ("new", False) == cache.get(KEY, _never, 1.0)


def test_only_so_many_tokens_are_kept() -> None:
    cache = TokenCache(at_most=2)
    keys = [tokens.key("t", f"https://{number}.example", {}) for number in range(3)]
    for key in keys:
        cache.get(key, lambda: Token("t", 60), 1.0)

    assert [True, False] == [cache.get(key, lambda: Token("t", 60), 1.0)[1] for key in (keys[0], keys[2])]


def _never() -> Token:
    raise AssertionError("there is a token already")
