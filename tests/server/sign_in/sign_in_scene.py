"""The stage of sign-in: a server and a gateway that know each other, and browsers without JavaScript."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import uvloop

from gateway.app import Gateway
from gateway.contract import Contract
from gateway.serve import listen, serve
from gateway.settings import Settings, contract_image
from tests.server.oauth import oauth_client
from tests.server.oauth.oauth_client import OAuthClient
from tests.server.sign_in.lying_provider import Liar
from tests.serving import Client, Running, running, until

CLIENT_HOST = "client.example"


@dataclass
class Scene:
    """What runs."""

    running: Running
    url: str

    def client(self, owner: Client, **changes: Any) -> OAuthClient:
        """An OAuth client of the owner's company."""
        return oauth_client.make(self.running, owner, **changes)

    def browser(self) -> "Browser":
        """A browser with an empty cookie jar."""
        return Browser(self.url)

    def authorize_url(self, client: OAuthClient, **changes: str) -> str:
        """Where the client sends its people."""
        return f"{self.url}/oauth/authorize?{urlencode(client.asks(**changes))}"


@contextlib.contextmanager
def scene(database_url: str, directory: Path, **changes: Any) -> Iterator[Scene]:
    """A server, and a gateway in front of it at the address that is the issuer."""
    sock = listen(Settings(port=0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    with running(database_url, directory, issuer=url, **{"test_provider": True, **changes}) as server:
        gateway = Gateway(Contract.load(contract_image()), Settings(upstream=server.address, drain_seconds=2))
        loop, stop = uvloop.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(serve(gateway, sock, stop)), daemon=True)
        thread.start()
        until(lambda: _answers(url), what="the gateway listens")
        try:
            yield Scene(server, url)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/nothing").status_code == 404
    except httpx.TransportError:
        return False


class Forms(HTMLParser):
    """The forms, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._link = ""
        self.feed(page)

    @property
    def text(self) -> str:
        """What is to be read."""
        return " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what can be sent and followed."""
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            self.action = found["action"]
        elif tag == "input" and (found["type"] != "checkbox" or "checked" in found):
            self.fields.append((found["name"], found["value"]))
        elif tag == "button":
            self.buttons.append((found["name"], found["value"]))
        elif tag == "a":
            self._link = found["href"]

    def handle_data(self, data: str) -> None:
        """Note what is to be read."""
        if self.tags and self.tags[-1] != "style":
            self.texts.append(data)
        if self._link and data.strip():
            self.links[data.strip()] = self._link
            self._link = ""


class Browser:
    """Follows redirects as browsers do, keeps cookies, runs no script, and stops where the client's site begins."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=15)
        self.answer: httpx.Response
        self.left = ""  # where it went when it left for the client or a provider elsewhere
        self._here = urlsplit(url).netloc

    def go(self, url: str) -> "Browser":
        """Open an address."""
        self._follow(self.http.get(urljoin(str(self.http.base_url), url)))
        return self

    def send(self, button: str, *, without: tuple[str, ...] = (), headers: Mapping[str, str] | None = None,
             **changes: str) -> "Browser":  # fmt: skip
        """Press a button of the page's form. `without` are values of fields that are not sent."""
        page = self.page
        name = next(name for name, value in page.buttons if value == button)
        kept = [(n, v) for n, v in page.fields if n not in changes and v not in without]
        body = urlencode([*kept, *changes.items(), (name, button)])
        said = {"content-type": "application/x-www-form-urlencoded", "origin": str(self.http.base_url).rstrip("/"),
                "sec-fetch-site": "same-origin", **(headers or {})}  # fmt: skip
        self._follow(self.http.post(page.action, content=body, headers=said))
        return self

    @property
    def page(self) -> Forms:
        """The page that it shows."""
        return Forms(self.answer.text)

    @property
    def told(self) -> dict[str, str]:
        """What the address says to which it left."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.left).query).items()}

    def cookie(self, part: str = "") -> str:
        """The value of the cookie whose name has the part in it."""
        return next(cookie.value or "" for cookie in self.http.cookies.jar if part in cookie.name)

    def _follow(self, answer: httpx.Response) -> None:
        self.left = ""
        for _ in range(10):
            self.answer = answer
            if answer.status_code != 303:
                return
            target = urljoin(str(answer.url), answer.headers["location"])
            if urlsplit(target).netloc != self._here:
                self.left = target
                return
            answer = self.http.get(target)
        raise AssertionError("too many redirects")


def signed_in(stage: Scene, client: OAuthClient, user: str = "viewer", **changes: str) -> Browser:
    """A browser before the consent page, signed in at the test provider."""
    return stage.browser().go(stage.authorize_url(client, **changes)).send(user)


def at_provider(stage: Scene, client: OAuthClient, liar: Liar, **changes: str) -> tuple[Browser, dict[str, str]]:
    """A browser that has been sent to the provider, and what it was told to say there."""
    browser = stage.browser().go(stage.authorize_url(client, **changes))
    assert browser.left.startswith(liar.url), browser.answer.text
    liar.nonce = browser.told["nonce"]
    return browser, browser.told
