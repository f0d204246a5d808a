"""Who may speak for others without mTLS, by address; and how addresses are read."""

from pathlib import Path

import pytest

from server.kit import peers
from server.settings import SettingsError, from_environment
from tests.server.transport.echo import calling, listening_on

FORGED = {"x_corridor_client_ip": "9.9.9.9", "x_corridor_http_url": "https://x", "x_corridor_client_certificate": "x"}


def test_a_peer_on_loopback_is_believed_in_plain_text() -> None:
    with listening_on() as echo, calling(echo.address) as call:
        assert "9.9.9.9" == call(**FORGED)["ip"]


def test_a_direct_caller_has_the_address_of_its_connection() -> None:
    with listening_on() as echo, calling(echo.address) as call:
        assert "127.0.0.1" == call()["ip"]


def test_a_peer_elsewhere_is_believed_in_nothing_that_a_gateway_says() -> None:
    with listening_on(trusted_peers="10.0.0.0/8") as echo, calling(echo.address) as call:
        found = call(**FORGED, x_corridor_new_name="x", x_corridor_environment="live", x_company_id="co_1")

    assert "127.0.0.1" == found["ip"]
    assert ["x-corridor-environment"] == [name for name in found["metadata"] if name.startswith("x-corridor-")]
    assert "co_1" == found["metadata"]["x-company-id"]


@pytest.mark.parametrize(("trusted", "ip"), [("unix", "9.9.9.9"), ("127.0.0.1", "")])
def test_a_unix_socket_is_trusted_where_it_is_named(tmp_path: Path, trusted: str, ip: str) -> None:
    with listening_on(f"unix:{tmp_path / 's'}", trusted_peers=trusted) as echo, calling(echo.address) as call:
        assert ip == call(**FORGED)["ip"]


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:127.0.0.1:5000", "127.0.0.1"),
        ("ipv6:%5B::1%5D:5000", "::1"),
        ("ipv6:[::1]:5000", "::1"),
        ("ipv6:%5B::ffff:10.0.0.1%5D:5000", "10.0.0.1"),
        ("ipv6:%5B::FFFF:0a00:0001%5D:5000", "10.0.0.1"),
        ("ipv6:%5Bfe80::1%25eth0%5D:5000", "fe80::1"),
        ("unix:", ""),
        ("unix:/run/s", ""),
        ("unix-abstract:s", ""),
        ("ipv4:nonsense:1", ""),
        ("", ""),
    ],
)
def test_a_peer_has_one_address(peer: str, address: str) -> None:
    assert address == peers.address(peer)


@pytest.mark.parametrize("value", ["nonsense", "10.0.0.1/8", "10.0.0.0/33", "localhost"])
def test_trusted_peers_that_mean_nothing_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CORRIDOR_TRUSTED_PEERS", value)

    with pytest.raises(SettingsError, match="CORRIDOR_TRUSTED_PEERS"):
        from_environment()


@pytest.mark.parametrize("names", [["CERTIFICATE"], ["KEY"], ["CLIENT_CA"], ["KEY", "CLIENT_CA"]])
def test_half_of_the_tls_settings_is_refused(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    for name in names:
        monkeypatch.setenv(f"CORRIDOR_TLS_{name}", "/x")

    with pytest.raises(SettingsError, match="CORRIDOR_TLS_CERTIFICATE"):
        from_environment()
