"""The gRPC port with TLS: who gets in, who does not, and how certificates change under calls that run."""

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from server.settings import SettingsError
from tests.server.transport.echo import Authority, Echo, authority, calling, listening_on

GATEWAY = "spiffe://corridor/gateway"


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    return authority(tmp_path / "theirs")


@pytest.fixture
def port(ours: Authority) -> Iterator[Echo]:
    """A port that asks its peers for certificates."""
    stem = ours.issue("server")
    with listening_on(tls_certificate=f"{stem}.pem", tls_key=f"{stem}.key", tls_client_ca=ours.pem) as echo:
        yield echo


@contextlib.contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(grpc.RpcError) as caught:
        yield
    assert grpc.StatusCode.UNAVAILABLE == caught.value.code()


def served_serial(address: str, ca: str, stem: str) -> str:
    """The serial number of the certificate that a new connection gets."""
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(f"{stem}.pem", f"{stem}.key")
    host, _, port = address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), 5) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        assert tls.version() == "TLSv1.3"
        return str((tls.getpeercert() or {})["serialNumber"])


def test_the_gateway_is_believed_about_its_callers(port: Echo, ours: Authority) -> None:
    with calling(port.address, ours.credentials(ours.issue("gateway", GATEWAY))) as call:
        assert "9.9.9.9" == call(x_corridor_client_ip="9.9.9.9")["ip"]


@pytest.mark.parametrize(
    "identity", ["spiffe://corridor/gateway2", "spiffe://corridor/client", "SPIFFE://CORRIDOR/GATEWAY"]
)
def test_others_with_a_certificate_may_call_and_are_not_believed(port: Echo, ours: Authority, identity: str) -> None:
    with calling(port.address, ours.credentials(ours.issue("other", identity))) as call:
        found = call(x_corridor_client_ip="9.9.9.9", x_corridor_client_certificate="forged", x_corridor_http_url="u")

    assert "127.0.0.1" == found["ip"]
    assert not {"x-corridor-client-ip", "x-corridor-http-url"} & found["metadata"].keys()
    assert "forged" != found["metadata"]["x-corridor-client-certificate"]
    assert 43 == len(found["metadata"]["x-corridor-client-certificate"])  # SHA-256 in base64url, RFC 8705, 3.1


def test_an_identity_counts_as_uri_alone(port: Echo, ours: Authority) -> None:
    stem = ours.issue("spelled", "spiffe://corridor/client", hosts=("127.0.0.1", "spiffe.corridor.gateway"))
    with calling(port.address, ours.credentials(stem)) as call:
        assert "127.0.0.1" == call(x_corridor_client_ip="9.9.9.9")["ip"]


def test_without_a_certificate_nobody_gets_in(port: Echo, ours: Authority) -> None:
    with calling(port.address, ours.credentials()) as call, refused():
        call()


def test_a_certificate_of_another_authority_is_refused(port: Echo, ours: Authority, theirs: Authority) -> None:
    mixed = grpc.ssl_channel_credentials(
        Path(ours.pem).read_bytes(),
        *[Path(f"{theirs.issue('gateway', GATEWAY)}.{ending}").read_bytes() for ending in ("key", "pem")],
    )
    with calling(port.address, mixed) as call, refused():
        call()


def test_a_certificate_that_has_ended_is_refused(port: Echo, ours: Authority) -> None:
    with calling(port.address, ours.credentials(ours.issue("gateway", GATEWAY, days=-1))) as call, refused():
        call()


def test_a_client_refuses_a_server_of_another_authority(port: Echo, theirs: Authority) -> None:
    with calling(port.address, theirs.credentials(theirs.issue("gateway", GATEWAY))) as call, refused():
        call()


def test_a_client_refuses_a_server_of_another_name(ours: Authority) -> None:
    stem = ours.issue("server", hosts=("elsewhere.example",))
    with (
        listening_on(tls_certificate=f"{stem}.pem", tls_key=f"{stem}.key") as echo,
        calling(echo.address, ours.credentials()) as call,
        refused(),
    ):
        call()


def test_plain_text_gets_no_answer_from_a_tls_port(port: Echo) -> None:
    with calling(port.address) as call, refused():
        call()


def test_tls_1_1_is_refused(port: Echo, ours: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ours.pem)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    host, _, number = port.address.rpartition(":")
    with socket.create_connection((host, int(number)), 5) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plain, server_hostname=host)


def test_new_connections_get_the_new_certificate_and_calls_in_progress_finish(port: Echo, ours: Authority) -> None:
    gateway = ours.issue("gateway", GATEWAY)
    before = served_serial(port.address, ours.pem, gateway)
    with calling(port.address, ours.credentials(gateway)) as call, ThreadPoolExecutor() as pool:
        port.held.set()
        running = pool.submit(call)
        assert port.began.wait(30.0)
        ours.issue("server")
        after = served_serial(port.address, ours.pem, gateway)
        port.held.clear()

        assert "127.0.0.1" == running.result(30.0)["ip"]
        assert "127.0.0.1" == call()["ip"]  # on the old connection
    assert before != after


def test_an_authority_that_was_withdrawn_admits_nobody_new(port: Echo, ours: Authority, theirs: Authority) -> None:
    old = ours.issue("gateway", GATEWAY)
    new = theirs.issue("gateway", GATEWAY)
    root, mine = Path(ours.pem).read_bytes(), Path(f"{old}.key").read_bytes()
    credentials = [
        grpc.ssl_channel_credentials(root, mine, Path(f"{old}.pem").read_bytes()),
        grpc.ssl_channel_credentials(root, *[Path(f"{new}.{ending}").read_bytes() for ending in ("key", "pem")]),
    ]
    with calling(port.address, credentials[0]) as call:
        assert call()
    other = Path(ours.pem).with_suffix(".new")
    other.write_bytes(Path(theirs.pem).read_bytes())
    other.replace(ours.pem)

    with calling(port.address, credentials[0]) as call, refused():
        call()
    with calling(port.address, credentials[1]) as call:
        assert call()


@pytest.mark.parametrize("broken", [b"", b"-----BEGIN CERTIFICATE-----\nhalf", b"\xff"])
def test_a_file_that_cannot_be_read_leaves_what_was_there(port: Echo, ours: Authority, broken: bytes) -> None:
    gateway = ours.issue("gateway", GATEWAY)
    before = served_serial(port.address, ours.pem, gateway)
    (ours.directory / "server.pem").write_bytes(broken)

    assert before == served_serial(port.address, ours.pem, gateway)


def test_a_key_of_another_certificate_leaves_what_was_there_until_both_match(port: Echo, ours: Authority) -> None:
    gateway = ours.issue("gateway", GATEWAY)
    before = served_serial(port.address, ours.pem, gateway)
    kept = (ours.directory / "server.pem").read_bytes()
    ours.issue("server")
    renewed = (ours.directory / "server.pem").read_bytes()
    (ours.directory / "server.pem").write_bytes(kept)  # the key is new already
    during = served_serial(port.address, ours.pem, gateway)
    (ours.directory / "server.pem").write_bytes(renewed)

    assert before == during != served_serial(port.address, ours.pem, gateway)


def test_a_port_never_opens_with_certificates_that_cannot_be_used(ours: Authority, theirs: Authority) -> None:
    mixed = {"tls_certificate": f"{ours.issue('server')}.pem", "tls_key": f"{theirs.issue('server')}.key"}
    with pytest.raises(SettingsError, match="CORRIDOR_TLS_CERTIFICATE"), listening_on(**mixed):
        pass
    with (
        pytest.raises(SettingsError, match="CORRIDOR_TLS_CERTIFICATE"),
        listening_on(tls_certificate="/no", tls_key="/no"),
    ):
        pass


def test_keys_are_written_for_their_owner_alone(ours: Authority) -> None:
    assert 0o600 == os.stat(f"{ours.issue('server')}.key").st_mode & 0o777
