"""Calls that present a certificate, to a vendor that demands one over real TLS."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpcore
import pytest
from cryptography.hazmat.primitives import serialization

from adapters.kit.client_certificates import CertificateClients, certificate_problem, fits, key_problem
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable
from adapters.kit.http import Http
from tests.adapters.kit.tls import Authority, Vendor, vendor
from tests.adapters.kit.wire import call_to

OURS = Authority("ours")
OTHERS = Authority("others")
ALICE = OURS.certificate("alice")
BOB = OURS.certificate("bob")


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vendor]:
    """A vendor that demands a certificate."""
    with vendor(OURS, tmp_path, newest=request.param) as found:
        yield found


@contextmanager
def clients(at_most: int = 8) -> Iterator[CertificateClients]:
    made = CertificateClients(at_most=at_most, ssl_context=OURS.trusting)
    try:
        yield made
    finally:
        made.close()


def post(http: Http, url: str) -> None:
    call_to(http, url).send("POST", "/v1/pay", json={}, writes=True)


def ended(http: Http, url: str) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        post(http, url)
    assert raised.value.__context__ is None
    return raised.value


def test_a_call_presents_its_certificate(strict: Vendor) -> None:
    with clients() as made:
        for certificate in (ALICE, BOB, ALICE):
            with made.presenting(*certificate) as http:
                post(http, strict.url)

    assert ["alice", "bob", "alice"] == strict.callers
    assert 2 == strict.opened  # the first connection was used again, and by nobody else


@pytest.mark.parametrize(
    "wrong",
    [OTHERS.certificate("alice"), OURS.certificate("alice", -timedelta(days=1))],
    ids=["of another authority", "ended"],
)
def test_a_certificate_that_the_vendor_refuses_is_misconfigured(strict: Vendor, wrong: tuple[str, str]) -> None:
    with clients() as made, made.presenting(*wrong) as http:
        failure = ended(http, strict.url)

    assert isinstance(failure, Misconfigured)
    assert failure.credentials
    assert not strict.callers


def test_a_call_without_a_certificate_did_nothing(strict: Vendor) -> None:
    plain = Http(ssl_context=OURS.trusting())
    failure = ended(plain, strict.url)
    plain.close()

    assert isinstance(failure, Misconfigured | Unavailable)
    assert not strict.callers


def test_a_vendor_whom_we_do_not_trust_is_unavailable(tmp_path: Path) -> None:
    with vendor(OTHERS, tmp_path) as found, clients() as made, made.presenting(*ALICE) as http:
        assert isinstance(ended(http, found.url), Unavailable)

    assert not found.callers


@pytest.mark.parametrize("pair", [(ALICE[0], BOB[1]), ("no PEM", ALICE[1]), (ALICE[0], "no PEM")])
def test_a_certificate_that_cannot_be_presented_is_misconfigured(pair: tuple[str, str]) -> None:
    with clients() as made, pytest.raises(Misconfigured) as raised, made.presenting(*pair):
        pass

    assert raised.value.credentials


def test_an_encrypted_key_is_never_asked_about() -> None:
    with clients() as made, pytest.raises(Misconfigured), made.presenting(ALICE[0], encrypted(ALICE[1])):
        pass


def test_a_client_that_gave_way_is_closed_when_its_calls_are_done(tmp_path: Path) -> None:
    with vendor(OURS, tmp_path) as found, clients(at_most=1) as made:
        found.answering.clear()
        with made.presenting(*ALICE) as http:
            calling = threading.Thread(target=post, args=(http, found.url))
            calling.start()
            assert found.asked.wait(10)
            with made.presenting(*BOB):
                found.answering.set()
                calling.join(10)
            post(http, found.url)  # the client is there for as long as it is held
        assert ["alice", "alice"] == found.callers
        with made.presenting(*ALICE) as again:
            assert again is not http


def test_an_address_that_is_refused_is_refused_with_a_certificate_too(tmp_path: Path) -> None:
    def refuse(host: str, port: int, seconds: float) -> list[str]:
        raise httpcore.ConnectError("resolves to an address that is not public")

    guarded = CertificateClients(addresses=refuse, ssl_context=OURS.trusting)
    with vendor(OURS, tmp_path) as found, guarded.presenting(*ALICE) as http:
        assert isinstance(ended(http, found.url), Unavailable)
    guarded.close()

    assert not found.opened


def test_no_key_stands_in_a_repr() -> None:
    with clients() as made, made.presenting(*ALICE) as http:
        assert "PRIVATE" not in f"{made!r} {http!r} {vars(made)!r}"


def encrypted(key: str) -> str:
    private = serialization.load_pem_private_key(key.encode(), password=None)
    how = serialization.BestAvailableEncryption(b"passphrase")
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ALICE[0], ""),
        (ALICE[0] + OURS.pem, ""),
        ("hunter2", "is not a certificate in PEM"),
        (ALICE[1], "is not a certificate in PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "is not a certificate in PEM"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(text: str, problem: str) -> None:
    assert problem == certificate_problem(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ALICE[1], ""),
        ("hunter2", "is not a private key in PEM"),
        (ALICE[0], "is not a private key in PEM"),
        (encrypted(ALICE[1]), "is encrypted; give it without a passphrase"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(text: str, problem: str) -> None:
    assert problem == key_problem(text)


def test_a_key_fits_its_own_certificate() -> None:
    assert fits(*ALICE)
    assert not fits(ALICE[0], BOB[1])
