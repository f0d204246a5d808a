"""What is known of the certificates in use: their names, their end, and how urgent it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from cryptography import x509
from prometheus_client import CollectorRegistry, generate_latest

from corridor.access.v1 import credential_pb2
from server.cli.certificates import certificates as command
from server.platform.transport import certificates, issue
from server.settings import Settings, from_environment
from tests.gateway.scripted import Start
from tests.gateway.scripted import contract as contract  # which the one before needs
from tests.gateway.scripted import start as start  # a fixture
from tests.server.transport.echo import Authority, authority


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path / "ours")


def using(**changes: object) -> Settings:
    return replace(from_environment(), **changes)  # type: ignore[arg-type]  # as the test says


@pytest.mark.parametrize(
    ("days", "level"),
    [(-1, "EXPIRED"), (0.5, "ONE_DAY"), (6.5, "SEVEN_DAYS"), (29.5, "THIRTY_DAYS"), (31, "UNSPECIFIED")],
)
def test_the_inventory_of_credentials_has_the_servers_certificate(ours: Authority, days: float, level: str) -> None:
    stem = ours.issue("server", days=days)

    (found,) = certificates.expiring(using(tls_certificate=f"{stem}.pem"))

    assert credential_pb2.CREDENTIAL_KIND_TLS_CERTIFICATE == found.kind
    assert f"EXPIRY_LEVEL_{level}" == credential_pb2.ExpiryLevel.Name(found.level(datetime.now(UTC)))


def test_every_certificate_of_a_chain_and_of_a_directory_is_listed(ours: Authority) -> None:
    stem = ours.issue("server")
    chain = Path(f"{stem}.pem")
    chain.write_bytes(chain.read_bytes() + Path(ours.pem).read_bytes())

    found = certificates.read([str(ours.directory)])

    assert ["CN=server", "CN=Test authority", "CN=Test authority"] == [each.subject for each in found]
    assert [False, True, True] == [each.issues for each in found]
    assert ("spiffe://x/server", "127.0.0.1") == tuple(sorted(found[0].names, reverse=True))


def test_a_file_that_cannot_be_read_hides_no_other(ours: Authority) -> None:
    stem = ours.issue("server")

    found = list(certificates.expiring(using(tls_certificate=f"{stem}.pem", certificates=("/nowhere", f"{stem}.key"))))

    assert 1 == len(found)


def test_the_gauge_tells_the_seconds_that_are_left(ours: Authority) -> None:
    registry = CollectorRegistry()
    registry.register(certificates.Ages(using(tls_certificate=f"{ours.issue('server', days=2)}.pem")))

    (line,) = [line for line in generate_latest(registry).decode().splitlines() if line.startswith("corridor_cert")]

    assert timedelta(days=2).total_seconds() == pytest.approx(float(line.rpartition(" ")[2]), abs=120)


def test_the_gateway_tells_the_seconds_that_are_left(start: Start, ours: Authority) -> None:
    stem = ours.issue("gateway", days=2)
    options = {"upstream_ca": ours.pem, "upstream_certificate": f"{stem}.pem", "upstream_key": f"{stem}.key"}
    running = start(upstream="127.0.0.1:1", **options)

    told = httpx.get(running.url + "/metrics").text

    (line,) = [
        line
        for line in told.splitlines()
        if line.startswith(f'corridor_certificate_left_seconds{{file="{Path(stem).name}')
    ]
    assert timedelta(days=2).total_seconds() == pytest.approx(float(line.rpartition(" ")[2]), abs=120)


def test_the_command_issues_what_the_next_start_uses_and_lists_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = CliRunner().invoke(command, ["issue", "--dir", str(tmp_path), "--days", "5", "--host", "corridor.internal"])
    for line in (tmp_path / "env").read_text().splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, value.strip("'"))
    listed = CliRunner().invoke(command)

    assert (0, 0) == (made.exit_code, listed.exit_code), (made.output, listed.output)
    assert ["7 days", "7 days"] == [line[18:26].strip() for line in listed.output.splitlines() if "CN=" in line][:2]
    assert "corridor.internal" in listed.output


def test_issuing_again_renews_under_the_same_authority(tmp_path: Path) -> None:
    issue.issue(tmp_path, 5)
    before = {name: (tmp_path / f"{name}.pem").read_bytes() for name in ("ca", "server")}
    issue.issue(tmp_path, 5)
    after = {name: (tmp_path / f"{name}.pem").read_bytes() for name in ("ca", "server")}

    assert before["ca"] == after["ca"]
    assert before["server"] != after["server"]
    x509.load_pem_x509_certificate(after["server"]).verify_directly_issued_by(
        x509.load_pem_x509_certificate(after["ca"])
    )


def test_an_authority_of_development_issues_no_other_authorities() -> None:
    certificate, _ = issue.authority("Test")

    assert 0 == certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
