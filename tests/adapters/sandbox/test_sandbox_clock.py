"""The sandbox's own time: what takes days happens at once when an account's clock is put forward, and only there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Misconfigured
from adapters.kit.ports import Clocks
from adapters.sandbox import scenarios
from adapters.sandbox.simulator import SandboxSimulator
from corridor.payments.v1.payment_observation_pb2 import PaymentStep, PaymentStepState
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

S = PayoutState
DAY = 86_400
OTHER = {"api_key": "sbx_another_account"}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = 0.005
        yield made


def advance(bench: Bench, seconds: int, key: str = "", **changes: Any) -> None:
    assert isinstance(bench.adapter, Clocks)
    bench.adapter.advance_clock(bench.call(key, operation="advance_clock", **changes), seconds)


def settling(bench: Bench, name: str, **changes: Any) -> Payout:
    """A payout that is processed, and waits for its day."""
    payout = bench.payout(amount_minor=scenarios.amount(name))
    bench.create(payout, **changes)
    ready = scenarios.BY_NAME[name].path[-2:-1] or ("processing",)
    kept = bench.simulator.store.all("transfer")[-1]
    bench.wait_until(lambda: kept["data"]["status"] == ready[0])
    return payout


def state(bench: Bench, payout: Payout, **changes: Any) -> "PayoutState.ValueType":
    found: PayoutState.ValueType = bench.look_up(payout, **changes).state
    return found


@pytest.mark.parametrize(("name", "days"), [("settles_in_1_day", 1), ("settles_in_3_days", 3)])
def test_a_transfer_settles_when_its_days_are_over_and_not_before(bench: Bench, name: str, days: int) -> None:
    payout = settling(bench, name)

    advance(bench, days * DAY - 60)
    assert S.PAYOUT_STATE_PENDING == state(bench, payout)
    advance(bench, 60)

    assert S.PAYOUT_STATE_SETTLED == state(bench, payout)


def test_a_return_comes_60_days_after_the_payment(bench: Bench) -> None:
    payout = settling(bench, "return_in_60_days")

    advance(bench, 61 * DAY)

    assert S.PAYOUT_STATE_RETURNED == state(bench, payout)


def test_what_is_due_happens_in_order_and_at_its_own_time(bench: Bench) -> None:
    later, sooner = settling(bench, "settles_in_3_days"), settling(bench, "settles_in_1_day")
    started = datetime.now(UTC)

    advance(bench, 10 * DAY)

    settled = {each["data"]["reference"]: each["data"]["updated_at"] for each in bench.simulator.store.all("transfer")}
    after = {days: settled[payout.payout_id] for days, payout in ((1, sooner), (3, later))}
    for days, at_time in after.items():
        assert abs(datetime.fromisoformat(at_time) - started - timedelta(days=days)) < timedelta(seconds=30)
    bench.wait_until(lambda: len([each for each in bench.receiver.inbound if b'"paid"' in each.body]) == 2)


def test_another_account_s_time_stands_as_it_was(bench: Bench) -> None:
    payout = settling(bench, "settles_in_1_day", credentials=OTHER)

    advance(bench, 2 * DAY)

    assert S.PAYOUT_STATE_PENDING == state(bench, payout, credentials=OTHER)
    advance(bench, 2 * DAY, credentials=OTHER)
    assert S.PAYOUT_STATE_SETTLED == state(bench, payout, credentials=OTHER)


def test_the_same_key_moves_the_time_once(bench: Bench) -> None:
    payout = settling(bench, "settles_in_3_days")

    for _ in range(3):
        advance(bench, DAY, key="advance-1")

    assert S.PAYOUT_STATE_PENDING == state(bench, payout)


def test_two_advances_add_up(bench: Bench) -> None:
    payout = settling(bench, "settles_in_3_days")

    for number in range(3):
        advance(bench, DAY, key=f"advance-{number}")

    assert S.PAYOUT_STATE_SETTLED == state(bench, payout)


@pytest.mark.parametrize("seconds", [0, -1, 401 * DAY])
def test_time_moves_forward_only_and_not_too_far(bench: Bench, seconds: int) -> None:
    with pytest.raises(Misconfigured):
        advance(bench, seconds)


def test_an_authorisation_ends_after_seven_days_as_a_void_that_expired(bench: Bench) -> None:
    payment = at.authorised(bench)

    advance(bench, 7 * DAY + 60)

    bench.wait_until(lambda: bool(at.about(bench, payment, PaymentStep.PAYMENT_STEP_VOID)))
    (seen,) = at.about(bench, payment, PaymentStep.PAYMENT_STEP_VOID)
    assert (PaymentStepState.PAYMENT_STEP_STATE_EXPIRED, "") == (seen.state, seen.step_id)
    assert 12_340 == seen.amount.amount_minor


def test_what_was_captured_does_not_end(bench: Bench) -> None:
    payment = at.captured(bench)

    advance(bench, 30 * DAY)

    assert [] == at.about(bench, payment, PaymentStep.PAYMENT_STEP_VOID)
    assert 12_340 == at.booked(bench, "payment", payment.payment_id)


def test_an_idempotency_key_is_forgotten_by_the_account_s_time(bench: Bench) -> None:
    first = bench.payout()
    bench.create(first, key="once")
    with pytest.raises(Misconfigured):
        bench.create(bench.payout(), key="once")

    advance(bench, 25 * 3600)

    bench.create(bench.payout(), key="once")


def test_a_sandbox_goes_on_with_the_file_of_one_that_knew_transfers_alone(tmp_path: Path) -> None:
    transfer = {"id": "tr_1", "reference": "po_1", "amount": 5, "currency": "USD", "rail": "ach", "reason": None,
                "status": "received", "scenario": "normal", "created_at": "", "updated_at": ""}  # fmt: skip
    kept = {"transfer": transfer, "account": "0123456789ab", "ahead": ["processing", "paid"]}
    state_file = tmp_path / "sandbox.jsonl"
    state_file.write_text(json.dumps({"kind": "transfer", "key": "tr_1", "value": kept}) + "\n", encoding="utf-8")

    with running(providers()["sandbox"], FIXTURES) as bench, SandboxSimulator(state=state_file) as simulator:
        bench.wait_until(lambda: ["paid"] == [entry.state for entry in simulator.books()])


def test_a_restarted_sandbox_knows_its_accounts_times_and_what_is_to_come(tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.jsonl"
    with running(providers()["sandbox"], FIXTURES) as bench:
        first = SandboxSimulator(state=state_file, step_seconds=0.005)
        first.start()
        payout = bench.payout(amount_minor=scenarios.amount("settles_in_3_days"))
        bench.create(payout, base_url=first.url)
        bench.wait_until(lambda: first.store.all("transfer")[-1]["data"]["status"] == "processing")
        advance(bench, 2 * DAY, base_url=first.url)
        first.stop()

        with SandboxSimulator(state=state_file, step_seconds=0.005) as second:
            assert S.PAYOUT_STATE_PENDING == state(bench, payout, base_url=second.url)
            advance(bench, DAY, base_url=second.url)

            assert S.PAYOUT_STATE_SETTLED == state(bench, payout, base_url=second.url)


def test_a_restarted_sandbox_still_ends_authorisations(tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.jsonl"
    with running(providers()["sandbox"], FIXTURES) as bench:
        payment = at.payment(bench)
        with SandboxSimulator(state=state_file) as first:
            at.authorise(bench, payment, base_url=first.url)

        with SandboxSimulator(state=state_file) as second:
            advance(bench, 8 * DAY, base_url=second.url)

            assert ["expired"] == [kept["data"]["status"] for kept in second.store.all("action")]
            assert ["released"] == [entry.state for entry in second.books()]
