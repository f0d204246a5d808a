"""HTTPS outwards and mTLS to the server: whose certificate counts, and what a change of files does."""

import base64
import contextlib
import hashlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import replace
from pathlib import Path

import grpc
import httpx
import pytest

from corridor.payouts.v1 import payout_service_pb2
from gateway.settings import Settings
from gateway.tls import warn
from server import settings
from server.platform.transport import listening
from tests.gateway.calls import GET_PAYOUT, ID, PAYOUT
from tests.gateway.sample import sample_contract
from tests.gateway.scripted import Running, Start, Upstream, wait_for_port
from tests.server.transport.echo import Authority, authority
from tests.serving import until

ROUTE = f"/v1/payouts/{ID}"
TOKEN = "/sample.v1.SampleService/M0"
REPLY = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    return authority(tmp_path / "theirs")


@pytest.fixture
def https(start: Start, upstream: Upstream, ours: Authority) -> Running:
    """A gateway that asks callers for certificates and takes them without too."""
    stem = ours.issue("gateway")
    rules = 'post: "/token" body: "raw" response_body: "answer"'
    return start(
        sample_contract(rules), upstream=upstream.target,
        tls_certificate=f"{stem}.pem", tls_key=f"{stem}.key", tls_client_ca=ours.pem,
    )  # fmt: skip


def trusting(ca: Authority, stem: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca.pem)
    if stem:
        context.load_cert_chain(f"{stem}.pem", f"{stem}.key")
    return context


def serial(port: int, context: ssl.SSLContext) -> str:
    """The serial number of the certificate that a new connection gets."""
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        return str((tls.getpeercert() or {})["serialNumber"])


def test_a_call_over_https_needs_no_certificate(https: Running, upstream: Upstream, ours: Authority) -> None:
    upstream.replies[GET_PAYOUT] = REPLY

    found = httpx.get(https.url + ROUTE, verify=trusting(ours), headers={"DPoP": "a"})

    assert 200 == found.status_code
    assert "x-corridor-client-certificate" not in upstream.seen[-1].metadata
    assert f"{https.url}{ROUTE}" == upstream.seen[-1].metadata["x-corridor-http-url"]


def test_the_server_learns_whose_certificate_it_is(https: Running, upstream: Upstream, ours: Authority) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    stem = ours.issue("client")
    der = ssl.PEM_cert_to_DER_cert(Path(f"{stem}.pem").read_text())

    httpx.get(https.url + ROUTE, verify=trusting(ours, stem), headers={"X-Corridor-Client-Certificate": "forged"})

    expected = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()  # RFC 8705, 3.1
    assert expected == upstream.seen[-1].metadata["x-corridor-client-certificate"]
    assert "x-corridor-client-certificate-der" not in upstream.seen[-1].metadata


def test_a_raw_exchange_gets_the_certificate_itself(https: Running, upstream: Upstream, ours: Authority) -> None:
    upstream.replies[TOKEN] = lambda *_: b"\xca\x01\x03\x08\xc8\x01"  # answer: status 200
    stem = ours.issue("client")

    found = httpx.post(https.url + "/token", content=b"a=b", verify=trusting(ours, stem))

    der = ssl.PEM_cert_to_DER_cert(Path(f"{stem}.pem").read_text())
    assert 200 == found.status_code
    assert der == base64.b64decode(upstream.seen[-1].metadata["x-corridor-client-certificate-der"])


@pytest.mark.parametrize("days", [30, -1])
def test_a_certificate_that_does_not_hold_ends_the_connection(
    https: Running, upstream: Upstream, ours: Authority, theirs: Authority, days: int
) -> None:
    stem = (ours if days < 0 else theirs).issue("client", days=days)

    with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError)):
        httpx.get(https.url + ROUTE, verify=trusting(ours, stem))
    assert [] == upstream.seen


def test_plain_http_gets_no_answer_from_an_https_port(https: Running) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{https.port}{ROUTE}")


def test_tls_1_3_is_preferred_and_1_2_still_taken(https: Running, ours: Authority) -> None:
    versions = []
    for highest in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        context = trusting(ours)
        context.maximum_version = highest
        with (
            socket.create_connection(("127.0.0.1", https.port), 5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
        ):
            versions.append(tls.version())

    assert ["TLSv1.3", "TLSv1.2"] == versions


def test_new_connections_get_the_new_certificate_and_old_ones_go_on(
    https: Running, upstream: Upstream, ours: Authority
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    before = serial(https.port, trusting(ours))
    with httpx.Client(verify=trusting(ours)) as kept:
        assert 200 == kept.get(https.url + ROUTE).status_code
        ours.issue("gateway")
        until(lambda: serial(https.port, trusting(ours)) != before)

        assert 200 == kept.get(https.url + ROUTE).status_code


def test_an_authority_of_callers_that_was_withdrawn_admits_nobody_new(
    https: Running, upstream: Upstream, ours: Authority, theirs: Authority
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    trust, stem = Path(ours.pem).read_bytes(), ours.issue("client")
    client = ssl.create_default_context(cadata=trust.decode())
    client.load_cert_chain(f"{stem}.pem", f"{stem}.key")
    assert 200 == httpx.get(https.url + ROUTE, verify=client).status_code
    Path(ours.pem).write_bytes(Path(theirs.pem).read_bytes())

    def admitted() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(https.url + ROUTE, verify=client).status_code == 200
        return False

    until(lambda: not admitted())


@pytest.mark.parametrize(
    "options",
    [
        ("--tls-certificate=/no", "--tls-key=/no"),
        ("--tls-certificate=/no",),
        ("--tls-client-ca=/no",),
        ("--upstream-ca=/no",),
        ("--upstream-certificate=/no",),
        ("--upstream-certificate=/no", "--upstream-key=/no"),
    ],
)
def test_tls_settings_that_cannot_be_used_are_one_line_and_exit_code_1(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "gateway", "--port", "0", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (1, 1) == (ended.returncode, len(ended.stderr.splitlines())), ended.stderr


Serve = Callable[..., str]


@pytest.fixture
def serve(upstream: Upstream, ours: Authority) -> Iterator[Serve]:
    """Serves the scripted server with mTLS."""
    servers: list[grpc.Server] = []

    def serving(**changes: str) -> str:
        stem = ours.issue("server")
        chosen = {"tls_certificate": f"{stem}.pem", "tls_key": f"{stem}.key", "tls_client_ca": ours.pem} | changes
        server = grpc.server(futures.ThreadPoolExecutor(4))
        server.add_generic_rpc_handlers((upstream,))
        port = listening.add_port(server, "127.0.0.1:0", replace(settings.from_environment(), **chosen))  # type: ignore[arg-type]  # all are texts
        server.start()
        servers.append(server)
        wait_for_port(port)
        return f"127.0.0.1:{port}"

    yield serving
    for server in servers:
        server.stop(None).wait()


def options(ca: Authority, stem: str) -> dict[str, str]:
    return {"upstream_ca": ca.pem, "upstream_certificate": f"{stem}.pem", "upstream_key": f"{stem}.key"}


def test_the_gateway_shows_its_certificate_to_the_server(
    start: Start, serve: Serve, upstream: Upstream, ours: Authority
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    gateway = start(upstream=serve(), **options(ours, ours.issue("gateway")))

    assert 200 == httpx.get(gateway.url + ROUTE).status_code
    assert 200 == httpx.get(gateway.url + "/readyz").status_code


def test_a_server_that_does_not_prove_itself_gets_nothing(
    start: Start, serve: Serve, upstream: Upstream, ours: Authority, theirs: Authority
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    gateway = start(upstream=serve(), **options(theirs, ours.issue("gateway")))

    assert 503 == httpx.get(gateway.url + ROUTE, headers={"Authorization": "Bearer secret"}).status_code
    assert [] == upstream.seen


def test_a_gateway_without_a_certificate_gets_nothing(
    start: Start, serve: Serve, upstream: Upstream, ours: Authority
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    gateway = start(upstream=serve(), upstream_ca=ours.pem)

    assert 503 == httpx.get(gateway.url + ROUTE).status_code
    assert [] == upstream.seen


def test_a_renewed_certificate_is_shown_by_new_calls_while_old_ones_finish(
    start: Start, serve: Serve, upstream: Upstream, ours: Authority
) -> None:
    stem = ours.issue("gateway")
    gateway = start(upstream=serve(), **options(ours, stem))
    began, go, shown = threading.Event(), threading.Event(), []

    def slow(_: bytes, context: grpc.ServicerContext) -> bytes:
        shown.append(context.auth_context()["x509_pem_cert"])
        if len(shown) == 1:
            began.set()
            assert go.wait(20)
        return REPLY.SerializeToString()

    upstream.replies[GET_PAYOUT] = slow
    with futures.ThreadPoolExecutor() as pool:
        running = pool.submit(httpx.get, gateway.url + ROUTE, timeout=20)
        assert began.wait(10)
        ours.issue("gateway")
        until(lambda: httpx.get(gateway.url + ROUTE).status_code == 200 and shown[-1] != shown[0])
        go.set()

        assert 200 == running.result(20).status_code


def test_a_broken_file_leaves_the_channel_as_it_was(
    start: Start, serve: Serve, upstream: Upstream, ours: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.replies[GET_PAYOUT] = REPLY
    stem = ours.issue("gateway")
    gateway = start(upstream=serve(), **options(ours, stem))
    Path(f"{stem}.pem").write_bytes(b"half a fi")
    until(lambda: "stay as they were" in caplog.text)

    assert 200 == httpx.get(gateway.url + ROUTE).status_code


@pytest.mark.parametrize(("days", "level"), [(20, "30 days"), (5, "7 days"), (0.5, "1 days"), (-1, "expired")])
def test_a_certificate_that_ends_soon_is_in_the_log(
    ours: Authority, caplog: pytest.LogCaptureFixture, days: float, level: str
) -> None:
    stem = ours.issue("gateway", days=days)

    warn(Settings(tls_certificate=f"{stem}.pem"))

    assert f"level={level}" in caplog.text


def test_a_certificate_that_holds_is_not_in_the_log(ours: Authority, caplog: pytest.LogCaptureFixture) -> None:
    warn(Settings(tls_certificate=f"{ours.issue('gateway', days=31)}.pem", tls_client_ca=ours.pem))

    assert "" == caplog.text
