"""Posting: bounded in time and bytes, by the name's certificate, whatever the other side does."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.kit.clock import SystemClock
from server.platform.webhooks.guard import Guard
from server.platform.webhooks.post import Poster
from tests.server.webhooks.receiver import Receiver, Reply, receiver

NAME = "hooks.example.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for `NAME`, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pair.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    """A receiver that speaks TLS as `NAME`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiver(context) as found:
        yield found


def poster(*, seconds: float = 5.0, trusted: Path | None = None) -> Poster:
    """A poster for which every name is on this machine."""
    context = ssl.create_default_context(cafile=str(trusted)) if trusted else None
    guard = Guard(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])
    return Poster(guard, SystemClock(), timeout_seconds=seconds, ssl_context=context)


def drip(wire: Any) -> None:
    """One byte at a time, for longer than anybody waits."""
    for _ in range(200):
        wire.write(b"x")
        wire.flush()
        time.sleep(0.1)


def flood(wire: Any) -> None:
    """More than anybody reads."""
    for _ in range(10_000):
        wire.write(b"y" * 65_536)


def test_the_certificate_is_that_of_the_name(secure: Receiver, certificate: Path) -> None:
    answer = poster(trusted=certificate).post(f"https://{NAME}:{secure.port}/", {}, b"{}")

    assert (200, "") == (answer.status, answer.error)


@pytest.mark.parametrize("name", ["other.example.com", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(secure: Receiver, certificate: Path, name: str) -> None:
    answer = poster(trusted=certificate).post(f"https://{name}:{secure.port}/", {}, b"{}")

    assert (0, "TLS certificate not valid") == (answer.status, answer.error)
    assert [] == secure.received


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Receiver) -> None:
    assert "TLS certificate not valid" == poster().post(f"https://{NAME}:{secure.port}/", {}, b"{}").error


def test_an_answer_that_trickles_in_is_cut_off(hook: Receiver) -> None:
    hook.script = [Reply(write=drip)]

    began = time.monotonic()
    answer = poster(seconds=0.3).post(hook.url, {}, b"{}")

    assert 200 == answer.status  # it had answered; only its body was slow
    assert time.monotonic() - began < 10.0


def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = poster(seconds=0.2).post(f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, b"{}")

    assert (0, "timed out") == (answer.status, answer.error)


def test_an_endless_answer_is_read_for_a_kilobyte(hook: Receiver) -> None:
    hook.script = [Reply(500, write=flood)]

    answer = poster().post(hook.url, {}, b"{}")

    assert (500, "y" * 1024) == (answer.status, answer.excerpt)


def test_an_excerpt_in_another_encoding_is_still_text(hook: Receiver) -> None:
    hook.script = [Reply(500, body=b"\xff\x00" * 1000)]

    answer = poster().post(hook.url, {}, b"{}")

    assert len(answer.excerpt.encode()) <= 1024
    assert "\x00" not in answer.excerpt


def test_what_is_not_http_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
            connection.close()

        threading.Thread(target=talk, daemon=True).start()
        answer = poster().post(f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"{}")

    assert (0, "no HTTP answer") == (answer.status, answer.error)


def test_connections_are_used_again(hook: Receiver) -> None:
    sender = poster()

    answers = [sender.post(hook.url, {}, b"{}").status for _ in range(3)]

    assert [200, 200, 200] == answers
