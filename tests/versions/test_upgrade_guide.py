"""The guide from one version to the next says what callers have to change, and comes of the contract alone."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.contracts import contracts
from tests.versions.conftest import Installed


@pytest.fixture(scope="module")
def guide(second_version: Installed, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The guide from the first version of payouts to the second."""
    folder = tmp_path_factory.mktemp("guide")
    image, output = folder / "image.binpb", folder / "guide.md"
    image.write_bytes(second_version.image)
    _run("corridor.payouts.v1", "corridor.payouts.v2", "--at", str(image), "-o", str(output))
    return output.read_text()


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(contracts, ["upgrade-guide", *arguments])
    return done.output if done.exit_code == 0 else f"refused: {done.output}"


def _part(guide: str, title: str) -> str:
    return re.split(r"^## ", guide.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("CreatePayout", "| `amount` | `arriving_amount` | Renamed. |"),
        ("CreatePayout", "| `consent_id` | | Gone: leave it out. |"),
        ("CreatePayout", "The old method is deprecated since 2026-11-21 and ends on 2099-12-31."),
        ("CreatePayout", "Requests have to set `statement_text` now"),
        ("CreatePayout", '  "arriving_amount": {'),
        ("Webhooks", 'PATCH /v1/webhook-endpoints/{webhook_endpoint_id}\n\n{"payload_version": "v2"}\n'),
        ("StopPayout", "`POST /v1/payouts/{payout_id}:cancel` becomes `POST /v2/payouts/{payout_id}:stop`."),
        ("ListPayouts", "| | `phases` | New. Only payouts in one of these phases. |"),
        ("`Payout`", "| `reference` | `statement.asked` | Moved. |"),
        ("`Payout`", "| `provider` | | Gone: it is not answered any more. |"),
        ("Webhooks", '"payload_version": "v2"'),
        ("Methods", "New: `GetPayoutReceipt`."),
        ("Methods", "they go on in `corridor.payouts.v1`: `CreateBeneficiary`"),
    ],
)
def test_the_guide_says(guide: str, title: str, line: str) -> None:
    assert line in _part(guide, title)


def test_the_guide_says_nothing_of_what_stays(guide: str) -> None:
    assert "| `beneficiary_id` |" not in _part(guide, "CreatePayout")


def test_a_package_that_is_not_there_is_refused(tmp_path: Path, second_version: Installed) -> None:
    image = tmp_path / "image.binpb"
    image.write_bytes(second_version.image)

    said = _run("corridor.payouts.v1", "corridor.payouts.v3", "--at", str(image))
    assert "has no package corridor.payouts.v3 with methods" in said
