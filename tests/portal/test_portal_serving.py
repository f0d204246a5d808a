"""How the gateway hands the portal out: types, caching, compression, and what it refuses."""

import gzip
import os
import re
from pathlib import Path

import httpx
import pytest

from gateway.portal import Portal
from tests.gateway.calls import problem, raw
from tests.gateway.scripted import Running

PAGE = "/docs/guides/idempotency"


def asset(http: httpx.Client, suffix: str) -> str:
    """The address of an asset, as pages name it."""
    found = re.search(rf'(?:href|src)="(/docs/assets/portal\.[0-9a-f]+\.{suffix})"', http.get("/docs").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/docs", "text/html; charset=utf-8"),
        (PAGE, "text/html; charset=utf-8"),
        ("/docs/search.json", "application/json"),
    ],
)
def test_a_page_comes_with_its_type_and_a_strict_policy(http: httpx.Client, path: str, content_type: str) -> None:
    answer = http.get(path)

    assert (200, content_type) == (answer.status_code, answer.headers["content-type"])
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_a_page_that_has_not_changed_is_not_sent_again(http: httpx.Client) -> None:
    first = http.get(PAGE)
    again = http.get(PAGE, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})

    assert (304, b"") == (again.status_code, again.content)
    assert first.headers["etag"] == again.headers["etag"]
    assert "no-cache" == first.headers["cache-control"]


def test_each_representation_has_a_tag_of_its_own(http: httpx.Client) -> None:
    packed = http.get(PAGE, headers={"Accept-Encoding": "br, gzip"})
    plain = http.get(PAGE, headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert "gzip" == packed.headers["content-encoding"]
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "accept-encoding" == plain.headers["vary"]


def test_what_is_named_by_its_content_is_kept_for_ever(http: httpx.Client) -> None:
    style = http.get(asset(http, "css"))

    assert (200, "text/css; charset=utf-8") == (style.status_code, style.headers["content-type"])
    assert "public, max-age=31536000, immutable" == style.headers["cache-control"]


def test_the_style_of_another_release_is_answered_with_ours_and_not_kept(http: httpx.Client) -> None:
    other = http.get("/docs/assets/portal.000000000000.css")

    assert (200, "no-cache") == (other.status_code, other.headers["cache-control"])
    assert http.get(asset(http, "css")).text == other.text


def test_head_says_what_get_would_send(http: httpx.Client) -> None:
    got, head = http.get(PAGE), http.head(PAGE)

    assert b"" == head.content
    for name in ("etag", "content-type", "content-length", "content-encoding"):
        assert got.headers[name] == head.headers[name]


def test_an_address_with_a_slash_at_its_end_leads_to_the_page(http: httpx.Client) -> None:
    answer = http.get("/docs/")

    assert (308, "/docs") == (answer.status_code, answer.headers["location"])


def test_a_page_that_is_not_there_is_a_404_that_people_can_read(http: httpx.Client) -> None:
    answer = http.get("/docs/guides/nothing", headers={"If-None-Match": "*"})

    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "There is no such page" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../corridor.binpb",
        "/docs/%2e%2e/corridor.binpb",
        "/docs/..%2fcorridor.binpb",
        "/docs//etc/passwd",
        "/docs/assets/../../openapi.json",
        "/docs/index.html/../../providers.md",
        "/docs/404.html%00.css",
    ],
)
def test_no_address_leads_out_of_the_folder(gateway: Running, path: str) -> None:
    answer = raw(gateway.port, f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    assert b"HTTP/1.1 404" == answer[:12]


def test_the_portal_is_for_reading(http: httpx.Client) -> None:
    problem(http.post(PAGE, json={}), 405, "HTTP_METHOD_NOT_ALLOWED")


def test_a_gateway_without_a_portal_says_that_there_is_none(tmp_path: Path) -> None:
    assert not Portal(tmp_path).has("/docs")


def test_a_link_out_of_the_folder_is_not_followed_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>start</p>")
    (tmp_path / "404.html").write_text("<p>missing</p>")
    (tmp_path / "secret.txt").write_text("secret")
    os.mkfifo(tmp_path / "pipe.html")

    found = Portal(tmp_path)

    assert 404 == found.answer("/docs/secret.txt", []).status
    assert 404 == found.answer("/docs/pipe", []).status


def test_compressed_pages_are_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>start</p>" * 100)
    (tmp_path / "404.html").write_text("<p>missing</p>")
    wanted = [(b"accept-encoding", b"gzip")]

    one, two = (Portal(tmp_path).answer("/docs", wanted) for _ in range(2))

    assert one == two
    assert b"<p>start</p>" * 100 == gzip.decompress(one.body)
