"""What the stand-in promises besides the vendor's document: its magic values, its words, and its memory."""

from pathlib import Path

import httpx
import pytest

from adapters.lithic import mapping, simulator_scripts
from adapters.lithic.simulator import LithicSimulator
from tests.adapters.lithic import samples
from tests.adapters.lithic.vendor_document import DOCUMENT

README = Path(simulator_scripts.__file__).parent / "README.md"


def pay(url: str, authorization: str = samples.CREDENTIALS["api_key"]) -> httpx.Response:
    with httpx.Client(base_url=url, headers={"Authorization": authorization}) as person:
        account = person.post("/v1/external_bank_accounts", json=samples.account_body()).json()
        to = account.get("token") or account["context"]["existing_token"]
        return person.post("/v1/payments", json={**samples.payment_body(), "external_bank_account_token": to})


@pytest.mark.parametrize("amount", [*simulator_scripts.SCRIPTS, *simulator_scripts.DECLINED_AT_ONCE])
def test_every_magic_amount_stands_in_the_readme(amount: int) -> None:
    assert f"…{amount}" in README.read_text()


def test_it_uses_the_vendors_words_alone() -> None:
    words = {word.partition(":")[0] for script in simulator_scripts.SCRIPTS.values() for word in script}
    statuses = set(simulator_scripts.STATUSES.values())

    assert words <= set(simulator_scripts.STATUSES) <= set(DOCUMENT.enumeration("payment_event", "type"))
    assert statuses <= set(DOCUMENT.enumeration("payment-transaction", "status"))
    assert set(simulator_scripts.DECLINED_AT_ONCE.values()) <= set(mapping.DETAILS)
    assert simulator_scripts.SIMULATED <= set(DOCUMENT.enumeration("simulate_action_request", "event_type"))


def test_what_the_sandbox_cannot_simulate_is_refused() -> None:
    with LithicSimulator(step_seconds=3600) as simulator:
        token = pay(simulator.url).json()["token"]
        answer = httpx.post(
            f"{simulator.url}/v1/simulate/payments/{token}/action",
            json={"event_type": "ACH_ORIGINATION_CANCELLED"},
            headers=samples.AUTHORIZATION,
        )

    assert 400 == answer.status_code


def test_a_restarted_vendor_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    with LithicSimulator(state=state, step_seconds=3600) as before:
        first = pay(before.url).json()

    with LithicSimulator(state=state, step_seconds=0.001) as after:
        again = pay(after.url).json()
        (entry,) = after.books()

    assert first["token"] == again["token"] == entry.provider_reference


def test_another_key_sees_nothing_of_it_and_cannot_take_its_token() -> None:
    stranger = {"Authorization": "key-other"}
    with LithicSimulator(step_seconds=3600) as simulator:
        made = pay(simulator.url).json()
        seen = httpx.get(f"{simulator.url}/v1/payments/{made['token']}", headers=stranger)
        listed = httpx.get(f"{simulator.url}/v1/payments", headers=stranger).json()
        taken = pay(simulator.url, "key-other")

    assert (404, [], 400) == (seen.status_code, listed["data"], taken.status_code)
