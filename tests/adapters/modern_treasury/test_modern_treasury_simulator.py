"""What the stand-in promises besides the vendor's document: its magic values, and its memory."""

from pathlib import Path

import httpx
import pytest

from adapters.modern_treasury import simulator_scripts
from adapters.modern_treasury.simulator import ModernTreasurySimulator
from tests.adapters.modern_treasury import samples

README = Path(simulator_scripts.__file__).parent / "README.md"
PERSON = ("org_example", "test-7Rk2pQ")


@pytest.mark.parametrize("amount", simulator_scripts.SCRIPTS)
def test_every_magic_amount_stands_in_the_readme(amount: int) -> None:
    assert f"…{amount}" in README.read_text()


def test_magic_account_numbers_are_those_of_the_vendors_sandbox() -> None:
    def script(number: str) -> tuple[str, ...]:
        return simulator_scripts.chosen(
            {"amount": 1, "receiving_account": {"account_details": [{"account_number": number}]}}
        )

    assert "returned:R23" == script("10023")[-1]
    assert "failed" == script("111111110")[-1]
    assert simulator_scripts.SETTLES == script("123456789")


def test_a_restarted_vendor_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    body = samples.create_body()
    headers = {"Idempotency-Key": "key-1"}
    with ModernTreasurySimulator(state=state, step_seconds=3600) as before:
        first = httpx.post(f"{before.url}/api/payment_orders", json=body, headers=headers, auth=PERSON).json()

    with ModernTreasurySimulator(state=state, step_seconds=0.001) as after:
        again = httpx.post(f"{after.url}/api/payment_orders", json=body, headers=headers, auth=PERSON).json()
        (entry,) = after.books()

    assert first["id"] == again["id"] == entry.provider_reference


def test_another_organization_sees_nothing_of_it() -> None:
    body = samples.create_body()
    with ModernTreasurySimulator(step_seconds=3600) as simulator:
        made = httpx.post(f"{simulator.url}/api/payment_orders", json=body, auth=PERSON).json()
        stranger = httpx.get(f"{simulator.url}/api/payment_orders/{made['id']}", auth=("org_other", "test-other"))
        listed = httpx.get(f"{simulator.url}/api/payment_orders", auth=("org_other", "test-other"))

    assert (404, []) == (stranger.status_code, listed.json())
