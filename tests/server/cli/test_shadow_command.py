"""`corridor shadow` against a real server: parity, comparisons, one of them with its values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from server.cli.shadow import shadow
from server.kit import ids
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.flows.stage import Stage, bridged, stage
from tests.server.shadow.shade import compared, shadowed
from tests.serving import Running, running


@dataclass(frozen=True, slots=True)
class Tried:
    """A company with a connection in the shadow of another, and a payout that was tried there."""

    flow: Stage
    connection_id: str
    payout_id: str


@pytest.fixture(scope="module")
def busy(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a worker."""
    url = fresh_database(postgres, f"shadow_command_{worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("shadow"), work=True, threads=8) as found:
        yield found


@pytest.fixture(scope="module")
def tried(busy: Running) -> Iterator[Tried]:
    """What the commands tell of. The worker has ended by then: it logs where the commands print."""
    with bridged(busy) as url:
        flow = stage(busy, url)
        primary, other = flow.vendor(), flow.vendor()
        shadowed(flow, primary, other)
        made = flow.pay(reference="Invoice 2026-117")
        compared(flow, made.payout_id)
        assert busy.worker is not None
        busy.worker.stop()
        yield Tried(flow, other.connection_id, made.payout_id)
        flow.close()


def run(flow: Stage, *words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(
        shadow, [*words, "--address", flow.corridor.address, "--key", flow.client.key], catch_exceptions=False
    )
    assert 0 == done.exit_code, done.output
    return str(done.output)


def test_without_a_shadow_there_is_nothing_to_tell(tried: Tried) -> None:
    other = stage(tried.flow.corridor, "")

    assert "Nothing was tried in the shadow of anything.\n" == run(other, "parity")
    assert "" == run(other, "list")


def test_parity_tells_how_far_a_connection_does_what_the_other_does(tried: Tried) -> None:
    told = run(tried.flow, "parity", tried.connection_id, "--domain", "payouts", "--days", "7")
    (as_json,) = json.loads(run(tried.flow, "parity", "--json"))["parities"]

    assert f"{tried.connection_id}, payouts, the route" in told
    assert "1 of 1 the same, 100.00 % of those that could be told" in told
    assert (tried.connection_id, "1") == (as_json["connection_id"], str(as_json["same_count"]))


def test_comparisons_are_listed_and_chosen_by_what_they_are(tried: Tried) -> None:
    chosen = ("--connection", tried.connection_id, "--resource", tried.payout_id)

    (line,) = run(tried.flow, "list", *chosen).splitlines()

    assert ("same", tried.payout_id) == (line.split()[4], line.split()[3])
    assert line == run(tried.flow, "list", "--class", "none").strip()
    assert "" == run(tried.flow, "list", "--class", "outcome")


def test_one_comparison_is_shown_with_its_values(tried: Tried) -> None:
    (found,) = json.loads(run(tried.flow, "list", "--json"))["shadow_comparisons"]
    name = found["shadow_comparison_id"]

    told = run(tried.flow, "show", name)

    assert f"create_payout of {tried.payout_id}" in told
    assert f"was tried at sandbox ({tried.connection_id})" in told
    assert "POST /v1/transfers was withheld" in told
    as_json = json.loads(run(tried.flow, "show", name, "--json"))["shadow_comparison"]
    assert (name, tried.payout_id) == (as_json["shadow_comparison_id"], as_json["resource_id"])


def test_a_comparison_that_there_is_not_is_told_in_a_line(tried: Tried) -> None:
    at = ["--address", tried.flow.corridor.address, "--key", tried.flow.client.key]

    done = CliRunner().invoke(shadow, ["show", ids.new("shc"), *at])

    assert (1, True) == (done.exit_code, "There is no such comparison" in done.output)
