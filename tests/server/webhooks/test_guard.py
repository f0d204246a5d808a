"""The guard: which addresses may be called, and that what was judged is what is dialled."""

import threading
from collections.abc import Sequence

import pytest

from server.kit.clock import SystemClock
from server.platform.webhooks.guard import Guard, Refused, Resolver
from server.platform.webhooks.post import Poster
from tests.server.webhooks.receiver import Receiver

PUBLIC = "93.184.215.14"


def resolver(*addresses: str) -> Resolver:
    """A resolver that gives the same addresses for every name."""
    return lambda host, port: addresses


PUBLICLY = resolver(PUBLIC)


def nothing(host: str, port: int) -> Sequence[str]:
    """A resolver that knows no name."""
    raise OSError("no such name")


def why(url: str, resolve: Resolver = PUBLICLY, *, allow_private: bool = False) -> str:
    """Why an address is refused; empty if it is not."""
    try:
        Guard(allow_private=allow_private, resolve=resolve).check(url)
    except Refused as refused:
        return refused.why
    return ""


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/corridor?x=1",
        "https://hooks.example.com:8443/",
        "https://HOOKS.Example.com.",
        f"https://{PUBLIC}/",
        "https://xn--bcher-kva.example/",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_public_addresses_are_admitted(url: str) -> None:
    assert "" == why(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user:password@hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://hooks.example.com#fragment",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:443x/",
        "https://hooks.example.com\\@evil.example/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nx",
        "https://hooks.exam\tple.com/",
        "https://bücher.example/",
        "https://hooks_.-.example/",
        "https://localhost/",
        "https://localhost./",
        "https://app.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://134744072/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.88.99.1/",
        "https://198.18.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:1::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[fc00::1]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1%25eth0]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[::1",
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    assert why(url)


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:192.168.0.1",),
        (PUBLIC, "10.0.0.1"),
        ("fe80::1%eth0",),
        (),
    ],
)
def test_a_name_with_any_address_that_is_not_public_is_refused(addresses: tuple[str, ...]) -> None:
    assert why("https://hooks.example.com/", resolver(*addresses))


def test_a_name_that_does_not_resolve_is_refused() -> None:
    assert "does not resolve" == why("https://hooks.example.com/", nothing)


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    never = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        never.wait(5.0)
        return [PUBLIC]

    with pytest.raises(Refused, match="in time"):
        Guard(resolve=slow).check("https://hooks.example.com/", timeout_seconds=0.05)
    never.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://localhost:80/", "https://[::1]:1/"])
def test_private_addresses_are_admitted_in_development(url: str) -> None:
    assert "" == why(url, resolver("127.0.0.1"), allow_private=True)


@pytest.mark.parametrize("url", ["http://user@127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:0/"])
def test_development_admits_no_malformed_address(url: str) -> None:
    assert why(url, allow_private=True)


def test_a_name_that_changes_after_it_was_checked_is_not_called(hook: Receiver) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    guard = Guard(resolve=lambda host, port: answers.pop(0))
    url = f"https://hooks.example.com:{hook.port}/"
    guard.check(url)
    poster = Poster(guard, SystemClock())

    answer = poster.post(url, {}, b"{}")
    poster.close()

    assert (0, "address refused: it resolves to an address that is not public") == (answer.status, answer.error)
    assert ([], []) == (answers, hook.received)


def test_a_name_is_resolved_once_for_a_connection_and_the_result_is_dialled(hook: Receiver) -> None:
    asked: list[str] = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    poster = Poster(Guard(allow_private=True, resolve=once), SystemClock())
    answer = poster.post(f"http://hooks.invalid:{hook.port}/x", {}, b"{}")
    poster.close()

    assert (200, ["hooks.invalid"]) == (answer.status, asked)
    assert f"hooks.invalid:{hook.port}" == hook.received[0].headers["host"]
