"""The pages in a real browser with JavaScript switched off, at the width of a desk and of a phone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.server.sign_in.chromium import Chromium, chromium
from tests.server.sign_in.sign_in_scene import Scene
from tests.serving import until

SCOPES = "payouts:read payouts:create beneficiaries:read"


@pytest.fixture(scope="module")
def tab() -> Iterator[Chromium]:
    """A browser."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def client_site() -> Iterator[str]:
    """The client's own page, to which people come back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>Client</title><p id=back>Back at the client</p>"
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/callback"
    server.shutdown()
    server.server_close()


def consent_page(stage: Scene, tab: Chromium, back: str, user: str = "operator") -> None:
    """Bring the browser before the consent page, by clicks alone."""
    owner = stage.running.client(stage.running.company("Example Bank"))
    client = stage.client(owner, title="Ledger Helper", redirect_uris=[back], scopes=SCOPES.split())
    tab.go(stage.authorize_url(client, redirect_uri=back, scope=SCOPES))
    tab.click(f"button[value={user}]")
    tab.find("button[value=allow]")


@pytest.mark.parametrize(("width", "height", "mobile"), [(1280, 900, False), (390, 844, True)])
def test_a_person_allows_without_javascript(
    stage: Scene, tab: Chromium, client_site: str, tmp_path: Path, width: int, height: int, mobile: bool
) -> None:
    tab.size(width, height, mobile=mobile)
    consent_page(stage, tab, client_site)
    picture = tab.screenshot(tmp_path / f"consent-{width}.png")
    content, screen = tab.overflow()

    tab.click("button[value=allow]")
    tab.find("#back")

    assert picture.startswith(b"\x89PNG")
    assert content <= screen, "the page is wider than the screen"
    assert "code" in parse_qs(urlsplit(tab.url).query)


def test_a_person_refuses(stage: Scene, tab: Chromium, client_site: str) -> None:
    consent_page(stage, tab, client_site)

    tab.click("button[value=refuse]")
    tab.find("#back")

    assert ["access_denied"] == parse_qs(urlsplit(tab.url).query)["error"]


def test_unticking_works_by_mouse(stage: Scene, tab: Chromium, client_site: str) -> None:
    consent_page(stage, tab, client_site)
    tab.click('input[value="payouts:create"]')

    tab.click("button[value=allow]")
    tab.find("#back")

    assert "code" in parse_qs(urlsplit(tab.url).query)


def test_the_way_back_from_the_consent_page_ends_at_a_page_that_explains(
    stage: Scene, tab: Chromium, client_site: str
) -> None:
    consent_page(stage, tab, client_site)
    page = tab.url
    tab.click("button[value=refuse]")
    tab.find("#back")

    tab.go(page)

    until(lambda: "This sign-in has expired" in tab.text(), what="the page that explains")
