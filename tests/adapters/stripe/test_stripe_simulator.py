"""What the stand-in promises besides the vendor's document: its magic values, its memory, and its accounts."""

from pathlib import Path

import httpx
import pytest

from adapters.stripe import simulator_cards
from adapters.stripe.simulator import StripeSimulator
from adapters.stripe.wire import API_VERSION
from tests.adapters.stripe import samples

README = Path(simulator_cards.__file__).parent / "README.md"
HEADERS = {"authorization": f"Bearer {samples.CREDENTIALS['secret_key']}", "stripe-version": API_VERSION}
PAYMENT = {
    "amount": "1000", "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa",
    "metadata[corridor_payment_id]": "pay_1",
}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        *simulator_cards.CARDS, simulator_cards.OWN_DECLINE, *simulator_cards.FAILING_ACCOUNTS,
        *simulator_cards.VERDICTS, f"…{simulator_cards.SHORT_BALANCE}", f"…{simulator_cards.SOMEBODY_ELSES}",
    ],
)  # fmt: skip
def test_every_magic_value_stands_in_the_readme(value: str) -> None:
    assert value in README.read_text()


def post(simulator: StripeSimulator, path: str, form: dict[str, str], key: str = "") -> httpx.Response:
    return httpx.post(f"{simulator.url}{path}", data=form, headers={**HEADERS, "idempotency-key": key})


def test_a_restarted_vendor_knows_its_books_and_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    details = {"country": "US", "currency": "usd", "account_number": "000123456789", "routing_number": "110000000"}
    with StripeSimulator(state=state, step_seconds=3600) as before:
        first = post(before, "/v1/payment_intents", PAYMENT, "key-1").json()
        post(before, "/v1/tokens", {f"bank_account[{name}]": value for name, value in details.items()})
        own = httpx.get(f"{before.url}/v1/accounts/acct_1/external_accounts", headers=HEADERS).json()["data"][0]
        post(before, "/v1/payouts", {"amount": "5", "currency": "usd", "destination": own["id"]})

    with StripeSimulator(state=state, step_seconds=0.001) as after:
        again = post(after, "/v1/payment_intents", PAYMENT, "key-1").json()
        paid = post(after, "/v1/payouts", {"amount": "5", "currency": "usd", "destination": own["id"]})
        kinds = [entry.kind for entry in after.books()]

    assert first["id"] == again["id"]
    assert 200 == paid.status_code
    assert ["payment", "capture", "payout", "payout"] == kinds


def test_the_same_key_with_another_form_is_an_error_and_pays_nothing() -> None:
    with StripeSimulator() as simulator:
        post(simulator, "/v1/payment_intents", PAYMENT, "key-1")
        refused = post(simulator, "/v1/payment_intents", {**PAYMENT, "amount": "2000"}, "key-1")

        assert (400, "idempotency_error") == (refused.status_code, refused.json()["error"]["type"])
        assert [1_000] == [entry.amount_minor for entry in simulator.books() if entry.kind == "capture"]


def test_another_account_sees_nothing_of_it() -> None:
    other = {**HEADERS, "authorization": "Bearer sk_test_51AnotherAccount"}
    with StripeSimulator() as simulator:
        made = post(simulator, "/v1/payment_intents", PAYMENT).json()
        stranger = httpx.get(f"{simulator.url}/v1/payment_intents/{made['id']}", headers=other)
        listed = httpx.get(f"{simulator.url}/v1/payment_intents", headers=other)

    assert (404, []) == (stranger.status_code, listed.json()["data"])


@pytest.mark.parametrize(("result", "status"), [("", "requires_confirmation"), ("fail", "requires_payment_method")])
def test_the_customer_s_bank_has_a_page_that_sends_the_browser_back(result: str, status: str) -> None:
    back = {"return_url": "https://shop.example/back?basket=1", "payment_method": "pm_card_authenticationRequired"}
    with StripeSimulator() as simulator:
        made = post(simulator, "/v1/payment_intents", {**PAYMENT, **back, "confirmation_method": "manual"}).json()
        url = made["next_action"]["redirect_to_url"]["url"]
        page = httpx.get(url, params={"result": result} if result else {})
        after = httpx.get(f"{simulator.url}/v1/payment_intents/{made['id']}", headers=HEADERS).json()

    assert 302 == page.status_code
    assert page.headers["location"].startswith(f"https://shop.example/back?basket=1&payment_intent={made['id']}")
    assert status == after["status"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/v1/payment_intents", {"amount": "5124", "currency": "kwd"}),
        ("/v1/payment_intents", {"amount": "501", "currency": "isk"}),
        ("/v1/payment_intents", {"amount": "0", "currency": "usd"}),
        ("/v1/payouts", {"amount": "1", "currency": "usd", "destination": "ba_nobody"}),
        ("/v1/refunds", {"payment_intent": "pi_nobody"}),
    ],
)
def test_what_the_vendor_would_refuse_is_refused(path: str, form: dict[str, str]) -> None:
    with StripeSimulator() as simulator:
        assert 400 == post(simulator, path, form).status_code
