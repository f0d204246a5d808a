"""Signing in on the tour: a person lets a program act for them, and signs out. What their browser sends is kept.

Rule: only what goes in is an example. What comes out is a page or a redirect, and the standard names it.
"""

from urllib.parse import parse_qsl, urlencode

import httpx

from tests.journeys.tour.tour import Tour
from tests.server.sign_in.sign_in_scene import Browser

BACK = "https://books.example/callback"


def sign_in(tour: Tour) -> None:
    """A clerk lets the bookkeeping program read payouts, and leaves."""
    settings = {
        "title": "Bookkeeping", "grant_types": ["GRANT_TYPE_AUTHORIZATION_CODE"], "scopes": ["payouts:read"],
        "redirect_uris": [BACK], "authentication": "CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC",
    }  # fmt: skip
    client = tour.ask("CreateOAuthClient", settings=settings)["oauth_client"]["oauth_client_id"]
    asked = {
        "response_type": "code", "client_id": client, "redirect_uri": BACK, "scope": "payouts:read",
        "state": "desk-4", "code_challenge_method": "S256",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    }  # fmt: skip
    browser = Browser(tour.url)
    browser.http.event_hooks["request"].append(lambda request: passed(tour, request))
    browser.http.post("/oauth/authorize", data=asked)
    browser.go("/oauth/authorize?" + urlencode(asked)).send("operator").send("allow")
    assert "desk-4" == browser.told["state"]
    browser.go("/oauth/logout")


def passed(tour: Tour, request: httpx.Request) -> None:
    """Keep what a browser sends to an operation, if anything."""
    for name, found in tour.operations.items():
        if (found.verb, found.path) == (request.method, request.url.path):
            query, form = dict(request.url.params), dict(parse_qsl(request.content.decode()))
            if query or form:
                tour.keep(name, None, {}, {"parameters": query} if query else {}, form or None)
