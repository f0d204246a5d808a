"""A person's way from the client to the company's provider and back, over HTTP and without JavaScript."""

from urllib.parse import urlencode, urlsplit

import pytest

from corridor.access.v1 import consent_service_pb2 as consents
from corridor.access.v1 import member_pb2
from corridor.access.v1 import member_service_pb2 as members
from corridor.audit.v1 import audit_service_pb2 as audit
from server.kit import contract
from server.platform.access.oauth.pages_words import WORDS
from tests.server.sign_in.sign_in_scene import Scene, signed_in


def test_a_member_signs_in_allows_and_the_client_gets_a_token(stage: Scene) -> None:
    owner = stage.running.client()
    client = stage.client(owner)

    browser = signed_in(stage, client, "operator").send("allow")

    assert "https://client.example/callback" == browser.left.partition("?")[0]
    assert ("1", "of-the-client", stage.url) == tuple(browser.told[name] for name in ("keep", "state", "iss"))
    tokens = client.exchange(browser.told["code"])
    assert "payouts:read" == tokens.body["scope"]
    assert tokens.token


def test_a_test_user_is_a_member_by_their_group(stage: Scene) -> None:
    owner = stage.running.client()

    signed_in(stage, stage.client(owner), "viewer")

    (member,) = owner.call("MemberService/ListMembers", members.ListMembersRequest()).members
    assert ("Test Viewer", "viewer@example.com") == (member.title, member.email)
    assert (member_pb2.MEMBER_STATE_ACTIVE, 1) == (member.state, len(member.group_roles))
    assert member.HasField("sign_in_time")


def test_the_page_says_who_asks_what_for_and_for_how_long(stage: Scene) -> None:
    owner = stage.running.client(stage.running.company("Example Bank"))
    client = stage.client(owner, title="Ledger Helper")

    text = signed_in(stage, client, "operator", scope="payouts:read payouts:create").page.text

    for said in ("Ledger Helper", "Example Bank", "Test Operator", "Send payouts", "See payouts and their status",
                 "90 days", "client.example"):  # fmt: skip
        assert said in text


def test_what_is_unticked_is_not_granted(stage: Scene) -> None:
    client = stage.client(stage.running.client())
    browser = signed_in(stage, client, "operator", scope="payouts:read payouts:create")

    browser.send("allow", without=("payouts:create",))

    assert "payouts:read" == client.exchange(browser.told["code"]).body["scope"]


def test_allowing_nothing_is_a_refusal(stage: Scene) -> None:
    browser = signed_in(stage, stage.client(stage.running.client()))

    browser.send("allow", without=("payouts:read",))

    assert "access_denied" == browser.told["error"]


def test_a_refusal_goes_back_to_the_client_as_access_denied(stage: Scene) -> None:
    """RFC 6749, 4.1.2.1."""
    browser = signed_in(stage, stage.client(stage.running.client())).send("refuse")

    assert ("access_denied", "of-the-client") == (browser.told["error"], browser.told["state"])
    assert "code" not in browser.told


def test_a_member_gives_no_more_than_their_roles(stage: Scene) -> None:
    client = stage.client(stage.running.client())

    browser = signed_in(stage, client, "viewer", scope="payouts:read payouts:create")

    assert [("scope", "payouts:read")] == [pair for pair in browser.page.fields if pair[0] == "scope"]


def test_a_member_whose_roles_allow_nothing_of_it_steps_back(stage: Scene) -> None:
    client = stage.client(stage.running.client())

    browser = signed_in(stage, client, "viewer", scope="payouts:create")

    assert "access_denied" == browser.told["error"]


def test_an_end_user_gives_a_consent_that_the_token_rests_on(stage: Scene) -> None:
    owner = stage.running.client()
    client = stage.client(owner, title="Budget App")

    browser = signed_in(stage, client, "end-user").send("allow")

    (consent,) = owner.call("ConsentService/ListConsents", consents.ListConsentsRequest()).consents
    assert ["payouts:read"] == list(consent.data_scopes)
    assert "Budget App" in consent.purpose
    assert consent.subject.subject_id.startswith("eu_")
    assert consent.HasField("expire_time")
    assert client.exchange(browser.told["code"]).token


def test_the_same_end_user_is_known_again(stage: Scene) -> None:
    owner = stage.running.client()
    client = stage.client(owner)
    for _ in range(2):
        signed_in(stage, client, "end-user", scope="payouts:read").send("allow")

    found = owner.call("ConsentService/ListConsents", consents.ListConsentsRequest()).consents

    assert 1 == len({consent.subject.subject_id for consent in found})


def test_two_tabs_sign_in_at_the_same_time(stage: Scene) -> None:
    client = stage.client(stage.running.client())
    browser = stage.browser()
    first = browser.go(stage.authorize_url(client, state="first")).page
    browser.go(stage.authorize_url(client, state="second")).send("viewer").send("allow")
    assert "second" == browser.told["state"]

    body = dict(first.fields) | {"user": "viewer"}
    browser._follow(browser.http.post(first.action, data=body))

    assert "first" == browser.send("allow").told["state"]


def test_signing_out_ends_the_session_here_and_at_the_provider(stage: Scene) -> None:
    """OpenID Connect RP-Initiated Logout 1.0, section 2."""
    browser = signed_in(stage, stage.client(stage.running.client())).send("allow")
    kept = browser.cookie("session")

    answer = browser.http.get("/oauth/logout")

    assert "/oauth/test-provider/logout" == urlsplit(answer.headers["location"]).path
    assert "id_token_hint=" in answer.headers["location"]
    browser._follow(answer)
    assert "You are signed out" in browser.page.text
    assert kept not in {cookie.value for cookie in browser.http.cookies.jar}
    again = stage.browser()
    again.http.cookies.set("corridor-session", kept)
    assert 200 == again.go("/oauth/logout").answer.status_code


def test_somebody_else_can_sign_in_instead(stage: Scene) -> None:
    browser = signed_in(stage, stage.client(stage.running.client()))

    browser.go(browser.page.links["Not you?"])

    assert "You are signed out" in browser.page.text
    assert 400 == browser.go(str(browser.http.base_url) + "/oauth/consent").answer.status_code


@pytest.mark.parametrize("state", ["", "of the client"])
def test_signing_out_leads_back_to_an_address_that_the_client_has_registered(stage: Scene, state: str) -> None:
    """OpenID Connect RP-Initiated Logout 1.0, section 3."""
    back = "https://client.example/bye"
    client = stage.client(stage.running.client(), post_logout_redirect_uris=[back])
    browser = signed_in(stage, client).send("allow")
    asked = {"client_id": client.client_id, "post_logout_redirect_uri": back, "state": state}

    browser.go("/oauth/logout?" + urlencode(asked))

    assert (back, state) == (browser.left.partition("?")[0], browser.told.get("state", ""))


def test_signing_out_leads_to_no_other_address(stage: Scene) -> None:
    client = stage.client(stage.running.client(), post_logout_redirect_uris=["https://client.example/bye"])
    browser = signed_in(stage, client).send("allow")
    asked = {"client_id": client.client_id, "post_logout_redirect_uri": "https://client.example/bye?x=1"}

    browser.go("/oauth/logout?" + urlencode(asked))

    assert ("", 200) == (browser.left, browser.answer.status_code)


def test_many_sign_ins_that_were_left_do_not_fill_the_cookie_jar(stage: Scene) -> None:
    client = stage.client(stage.running.client())
    browser = stage.browser()

    for _ in range(20):
        browser.go(stage.authorize_url(client))

    assert 9 >= len(browser.http.cookies.jar)
    assert "code" in browser.send("viewer").send("allow").told


def test_a_scope_is_shown_in_words() -> None:
    assert set() == set(contract.scopes()) - WORDS.keys()


def test_the_steps_stand_in_the_audit_trail_under_the_person(stage: Scene) -> None:
    owner = stage.running.client()
    signed_in(stage, stage.client(owner)).send("allow")
    (member,) = owner.call("MemberService/ListMembers", members.ListMembersRequest()).members

    entries = owner.call("AuditService/ListAuditEntries", audit.ListAuditEntriesRequest()).audit_entries

    done = [entry.action for entry in entries if entry.resource_id == member.member_id]
    assert ["sign_in.decide", "sign_in.finish"] == done
