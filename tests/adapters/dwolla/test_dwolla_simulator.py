"""What the stand-in promises besides the vendor's document: its magic values, and its memory."""

from pathlib import Path

import pytest

from adapters.dwolla import simulator_scripts
from adapters.dwolla.adapter import ADAPTER
from adapters.dwolla.simulator import DwollaSimulator
from adapters.kit.call import Call, Http
from tests.adapters.dwolla import samples

README = Path(simulator_scripts.__file__).parent / "README.md"


@pytest.mark.parametrize("amount", [*simulator_scripts.SCRIPTS, *simulator_scripts.REFUSED])
def test_every_magic_amount_stands_in_the_readme(amount: int) -> None:
    assert f"…{amount}" in README.read_text()


def test_a_name_that_is_a_return_code_is_magic_as_in_the_vendors_sandbox() -> None:
    assert "failed:R03" == simulator_scripts.chosen(1, {"name": "R03"})[-1]
    assert simulator_scripts.SETTLES == simulator_scripts.chosen(1, {"name": "Ada Sample"})


def call(simulator: DwollaSimulator, http: Http, **changes: str) -> Call:
    return Call(
        http=http, base_url=simulator.url, credentials={**samples.CREDENTIALS, **changes}, environment="sandbox",
        idempotency_key="key-1", deadline_seconds=10, correlation_id="", request_id="", traceparent="",
        operation="test",
    )  # fmt: skip


def test_a_restarted_vendor_goes_on_where_it_was(tmp_path: Path) -> None:
    state, http = tmp_path / "state.jsonl", Http()
    with DwollaSimulator(state=state, step_seconds=3600) as before:
        first = ADAPTER.create_payout(call(before, http), samples.payout(), samples.beneficiary())

    with DwollaSimulator(state=state, step_seconds=0.001) as after:
        again = ADAPTER.create_payout(call(after, http), samples.payout(), samples.beneficiary())
        (entry,) = after.books()
    http.close()

    assert first.provider_reference == again.provider_reference == entry.provider_reference


def test_another_account_sees_nothing_of_it() -> None:
    http = Http()
    with DwollaSimulator(step_seconds=3600) as simulator:
        payout = samples.payout()
        payout.provider_reference = ADAPTER.create_payout(
            call(simulator, http), payout, samples.beneficiary()
        ).provider_reference
        stranger = ADAPTER.look_up_payout(call(simulator, http, client_id="another"), payout)
    http.close()

    assert stranger is None
