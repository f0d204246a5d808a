"""What strangers try with other people's sign-ins: states, cookies, forms, addresses, frames and names."""

import re
from urllib.parse import urlencode

import httpx
import pytest

from server.platform.access.oauth.pages import plain
from server.platform.access.oauth.sign_in_http import Cookies
from tests.server.people import company_of
from tests.server.sign_in.lying_provider import Liar, trust
from tests.server.sign_in.sign_in_scene import Browser, Scene, at_provider, signed_in
from tests.serving import Client


@pytest.fixture
def owner(stage: Scene) -> Client:
    """A company."""
    return stage.running.client()


def came_back(browser: Browser, told: dict[str, str], **changes: str) -> Browser:
    """Come back from the provider with a code."""
    return browser.go("/oauth/callback?" + urlencode({"code": "code-1", "state": told["state"], **changes}))


@pytest.mark.parametrize("state", ["", "x", "0" * 52, "é", "a" * 5000])
def test_a_wrong_state_redeems_nothing(stage: Scene, owner: Client, liar: Liar, state: str) -> None:
    trust(owner, liar)
    browser, told = at_provider(stage, stage.client(owner), liar)

    came_back(browser, told, state=state)

    assert 400 == browser.answer.status_code
    assert "This sign-in cannot go on here" in browser.page.text
    assert "/token" not in liar.paths


def test_a_callback_counts_once(stage: Scene, owner: Client, liar: Liar) -> None:
    trust(owner, liar)
    browser, told = at_provider(stage, stage.client(owner), liar)
    assert 200 == came_back(browser, told).answer.status_code

    came_back(browser, told)

    assert 400 == browser.answer.status_code
    assert 1 == liar.paths.count("/token")


def test_a_callback_in_another_browser_does_nothing_and_uses_nothing_up(
    stage: Scene, owner: Client, liar: Liar
) -> None:
    """A stranger cannot make somebody else's browser sign in as the stranger (login CSRF, RFC 6749, 10.12)."""
    trust(owner, liar)
    browser, told = at_provider(stage, stage.client(owner), liar)

    assert 400 == came_back(stage.browser(), told).answer.status_code
    assert "/token" not in liar.paths
    assert 200 == came_back(browser, told).answer.status_code


def test_a_cookie_from_before_the_sign_in_opens_nothing_after_it(stage: Scene, owner: Client) -> None:
    """Whoever planted or saw it is out: the value changes with each step (session fixation)."""
    browser = stage.browser().go(stage.authorize_url(stage.client(owner)))
    thief = stage.browser()
    thief.http.cookies.update(browser.http.cookies)
    browser.send("viewer")

    thief.go(str(browser.answer.url))

    assert 400 == thief.answer.status_code
    assert 200 == browser.go(str(browser.answer.url)).answer.status_code


def test_a_cookie_opens_its_own_sign_in_only(stage: Scene, owner: Client) -> None:
    victim, thief = signed_in(stage, stage.client(owner), "admin"), signed_in(stage, stage.client(owner))
    wanted = dict(victim.page.fields)["sign_in"]
    thief.http.cookies.set(f"corridor-{wanted[-12:]}", thief.cookie())

    assert 400 == thief.go(f"/oauth/consent?sign_in={wanted}").answer.status_code


def test_a_cookie_that_comes_twice_is_no_cookie(stage: Scene, owner: Client) -> None:
    browser = signed_in(stage, stage.client(owner))
    name = next(cookie.name for cookie in browser.http.cookies.jar)
    header = {"cookie": f"{name}={browser.cookie()}; {name}=other"}

    assert 400 == httpx.get(str(browser.answer.url), headers=header).status_code


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ({}, {"token": ""}),
        ({}, {"token": "0" * 64}),
        ({}, {"token": "é"}),
        ({"origin": "https://evil.example"}, {}),
        ({"origin": "null"}, {}),
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"sec-fetch-site": "same-site"}, {}),
    ],
)
def test_a_form_of_another_site_is_not_taken(
    stage: Scene, owner: Client, headers: dict[str, str], changes: dict[str, str]
) -> None:
    browser = signed_in(stage, stage.client(owner))
    page = browser.answer

    browser.send("allow", headers=headers, **changes)

    assert (403, "") == (browser.answer.status_code, browser.left)
    browser.answer = page
    assert "code" in browser.send("allow").told


def test_the_token_of_another_sign_in_is_not_taken(stage: Scene, owner: Client) -> None:
    first, second = signed_in(stage, stage.client(owner)), signed_in(stage, stage.client(owner))

    first.send("allow", token=dict(second.page.fields)["token"])

    assert 403 == first.answer.status_code


def test_a_form_counts_once(stage: Scene, owner: Client) -> None:
    browser = signed_in(stage, stage.client(owner))
    page = browser.answer
    assert "code" in browser.send("allow").told
    browser.answer = page

    assert 400 == browser.send("allow").answer.status_code


def test_a_scope_that_was_not_offered_is_not_granted(stage: Scene, owner: Client) -> None:
    client = stage.client(owner)
    browser = signed_in(stage, client, "viewer", scope="payouts:read payouts:create")

    browser.send("allow", scope="payouts:create")

    assert "access_denied" == browser.told["error"]


def test_an_expired_sign_in_says_so(stage: Scene, owner: Client) -> None:
    browser = signed_in(stage, stage.client(owner))
    with stage.running.parts.store.of(company_of(stage.running, owner), 1) as connection:
        connection.execute("UPDATE corridor.sign_ins SET expire_time = now() - interval '1 second'")

    browser.send("allow")

    assert 400 == browser.answer.status_code
    assert "This sign-in has expired" in browser.page.text


@pytest.mark.parametrize(
    "path",
    [
        "/oauth/logout?post_logout_redirect_uri=https://evil.example",
        "/oauth/test-provider/logout?post_logout_redirect_uri=https://evil.example",
        "/oauth/test-provider/authorize?response_type=code&client_id=co_1&redirect_uri=https://evil.example",
        "/oauth/sign-in?sign_in=//evil.example",
        "/oauth/consent?sign_in=https://evil.example",
        "/oauth/callback?state=x&code=y&redirect_uri=https://evil.example",
        "/oauth/callback?state=x&error=access_denied",
    ],
)
def test_no_address_sends_anybody_elsewhere(stage: Scene, path: str) -> None:
    answer = httpx.get(stage.url + path)

    assert answer.status_code in {200, 400}
    assert "location" not in answer.headers
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "path", ["/oauth/sign-in?sign_in=1&sign_in=2", "/oauth/callback?" + "a=1&" * 101, "/oauth/consent?a=%ff"]
)
def test_a_query_that_browsers_do_not_send_is_told_on_a_page(stage: Scene, path: str) -> None:
    answer = httpx.get(stage.url + path)

    assert 400 == answer.status_code
    assert "<h1>" in answer.text


def test_no_page_can_be_framed_scripted_or_kept(stage: Scene, owner: Client) -> None:
    browser = stage.browser().go(stage.authorize_url(stage.client(owner)))
    answers = [browser.answer, browser.send("viewer").answer, httpx.get(stage.url + "/oauth/callback")]

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert ("DENY", "nosniff") == (answer.headers["x-frame-options"], answer.headers["x-content-type-options"])
        assert "no-store" in answer.headers["cache-control"]
        assert "<script" not in answer.text


def test_the_policy_lets_the_form_go_on_to_the_client_and_nowhere_else(stage: Scene, owner: Client) -> None:
    policy = signed_in(stage, stage.client(owner)).answer.headers["content-security-policy"]

    assert "form-action 'self' https://client.example;" in policy


def test_cookies_are_unseen_by_scripts_and_bound_to_the_host(stage: Scene, owner: Client) -> None:
    answer = httpx.get(stage.authorize_url(stage.client(owner)))

    assert re.fullmatch(
        r"corridor-[0-9a-z]{12}=[0-9a-z]{52}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax", answer.headers["set-cookie"]
    )
    secure = Cookies(secure=True).set("x", "v", 5).value.decode()
    assert secure.startswith("__Host-corridor-x=v; Path=/;")
    assert secure.endswith("; Secure")


def test_names_are_shown_as_text(stage: Scene, liar: Liar) -> None:
    wild = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    owner = stage.running.client(stage.running.company(wild))
    trust(owner, liar)
    liar.claims = {"name": wild}
    browser, told = at_provider(stage, stage.client(owner, title=wild), liar)

    text = came_back(browser, told).answer.text

    assert not {"script", "img"} & set(browser.page.tags)
    assert 4 <= text.count("&lt;script&gt;")


def test_a_name_cannot_turn_the_sentence_round() -> None:
    assert "Bank yldneirf" == plain("Bank \u202eyldneirf\u200b")


def test_what_a_sign_in_knows_is_sealed(stage: Scene, owner: Client, liar: Liar) -> None:
    trust(owner, liar)
    browser, told = at_provider(stage, stage.client(owner), liar)

    with stage.running.parts.store.of(company_of(stage.running, owner), 1) as connection:
        rows = connection.execute("SELECT s::text FROM corridor.sign_ins s")
        stored = " ".join(row[0] for row in rows.fetchall())

    for secret in (told["state"], told["nonce"], browser.cookie(), "Test client"):
        assert secret not in stored
        assert secret.encode().hex() not in stored


def test_every_way_to_the_provider_has_its_own_secrets(stage: Scene, owner: Client, liar: Liar) -> None:
    """OpenID Connect Core 1.0, 3.1.2.1; RFC 7636, 4.1."""
    trust(owner, liar)
    browser, first = at_provider(stage, stage.client(owner), liar)
    browser.go(str(browser.answer.url))
    second = browser.told

    assert "S256" == first["code_challenge_method"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
    assert f"{stage.url}/oauth/callback" == first["redirect_uri"]
    assert 400 == came_back(browser, first).answer.status_code
