"""Every scenario of the sandbox, by its amount and by its word, through the adapter over HTTP."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Forged, Rejected, Unavailable, Unknown, Unmapped
from adapters.sandbox import payment_scenarios, scenarios
from adapters.sandbox.scenarios import SCENARIOS, Scenario
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason
from corridor.type.v1.rail_pb2 import Rail
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

S, R = PayoutState, PayoutReason
FAST = 0.005


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = FAST
        yield made


def by_amount(bench: Bench, name: str, rail: "Rail.ValueType" = Rail.RAIL_ACH, currency: str = "USD") -> Payout:
    return bench.payout(rail, currency, scenarios.amount(name, base=1_200_000))


def states(bench: Bench, payout: Payout) -> "list[PayoutState.ValueType]":
    """What genuine webhooks said of a payout, in the order of their arrival."""
    seen = []
    for inbound in list(bench.receiver.inbound):
        if payout.payout_id.encode() in inbound.body:
            bench.adapter.verify_webhook(inbound, [bench.webhook_secret], datetime.now(UTC))
            seen += [each.state for each in bench.adapter.read_webhook(inbound).observations]
    return seen


def settles(bench: Bench, payout: Payout) -> bool:
    bench.wait_until(lambda: bench.look_up(payout).state == S.PAYOUT_STATE_SETTLED)
    return bench.paid(payout) == 1


@pytest.mark.parametrize("chosen", SCENARIOS, ids=lambda each: each.name)
def test_a_scenario_is_chosen_by_amount_in_every_currency_and_by_word(chosen: Scenario) -> None:
    amount = scenarios.amount(chosen.name)

    assert chosen == scenarios.scenario(amount, "")
    assert chosen == scenarios.scenario(amount + 300_000, "Invoice 7")
    assert chosen == scenarios.scenario(5, f"Invoice sandbox:{chosen.name} 7")
    assert chosen == scenarios.scenario(5, f"SANDBOX:{chosen.name.upper().replace('_', '-')}")


def test_a_scenario_that_the_payout_names_goes_before_its_reference_and_amount(bench: Bench) -> None:
    payout = by_amount(bench, "decline")
    payout.reference, payout.sandbox_scenario = "sandbox:reject", "decline_funds"

    assert R.PAYOUT_REASON_INSUFFICIENT_FUNDS == bench.create(payout).reason


def test_a_name_of_no_scenario_is_refused_and_said_to_be_the_payout_s(bench: Bench) -> None:
    payout = bench.payout()
    payout.sandbox_scenario = "step_up"

    with pytest.raises(Rejected) as rejected:
        bench.create(payout)

    assert "sandbox_scenario" == rejected.value.problems[0].field


def test_an_ordinary_amount_is_paid(bench: Bench) -> None:
    payout = bench.payout(amount_minor=98_999)

    bench.create(payout)

    assert settles(bench, payout)
    bench.wait_until(lambda: [S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED] == states(bench, payout))


def test_a_word_that_names_no_scenario_is_refused(bench: Bench) -> None:
    payout = bench.payout()
    payout.reference = "sandbox:nonsense"

    with pytest.raises(Rejected) as rejected:
        bench.create(payout)

    assert "reference" == rejected.value.problems[0].field


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("decline", R.PAYOUT_REASON_DECLINED_BY_PROVIDER),
        ("decline_funds", R.PAYOUT_REASON_INSUFFICIENT_FUNDS),
    ],
)
def test_a_decline_is_an_answer(bench: Bench, name: str, reason: "PayoutReason.ValueType") -> None:
    seen = bench.create(by_amount(bench, name))

    assert (S.PAYOUT_STATE_FAILED, reason) == (seen.state, seen.reason)


def test_a_rejection_names_our_field(bench: Bench) -> None:
    with pytest.raises(Rejected) as rejected:
        bench.create(by_amount(bench, "reject"))

    assert ["beneficiary.bank_account"] == [problem.field for problem in rejected.value.problems]


def test_a_failure_comes_later_with_its_reason(bench: Bench) -> None:
    payout = by_amount(bench, "fail")
    assert S.PAYOUT_STATE_SENT == bench.create(payout).state

    bench.wait_until(lambda: bench.look_up(payout).state == S.PAYOUT_STATE_FAILED)

    assert R.PAYOUT_REASON_ACCOUNT_CLOSED == bench.look_up(payout).reason


@pytest.mark.parametrize(
    ("rail", "currency", "code"),
    [(Rail.RAIL_ACH, "USD", "R03"), (Rail.RAIL_SEPA, "EUR", "AC03"), (Rail.RAIL_SWIFT, "JPY", "AC03")],
)
def test_a_return_carries_the_rail_s_code(bench: Bench, rail: "Rail.ValueType", currency: str, code: str) -> None:
    payout = by_amount(bench, "return", rail, currency)
    bench.create(payout)

    bench.wait_until(lambda: S.PAYOUT_STATE_RETURNED in states(bench, payout))

    seen = bench.look_up(payout)
    assert [S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_RETURNED] == states(bench, payout)
    assert (R.PAYOUT_REASON_ACCOUNT_NOT_FOUND, code) == (seen.reason, seen.provider_reason_code)


def test_a_closed_account_returns_with_its_reason(bench: Bench) -> None:
    payout = by_amount(bench, "return_closed")
    bench.create(payout)

    bench.wait_until(lambda: bench.look_up(payout).reason == R.PAYOUT_REASON_ACCOUNT_CLOSED)


def test_what_never_settles_can_be_cancelled(bench: Bench) -> None:
    payout = by_amount(bench, "never_settles")
    bench.create(payout)
    bench.wait_until(lambda: bench.look_up(payout).state == S.PAYOUT_STATE_PENDING)

    seen = bench.adapter.cancel_payout(bench.call("", operation="cancel_payout"), payout)

    assert (S.PAYOUT_STATE_CANCELLED, R.PAYOUT_REASON_CANCELLED_BY_COMPANY) == (seen.state, seen.reason)


@pytest.mark.parametrize("name", ["lost_answer", "timeout", "error_after", "half_body", "html", "trickle"])
def test_an_answer_that_is_lost_leaves_one_payment_that_is_found(bench: Bench, name: str) -> None:
    payout = by_amount(bench, name)

    with pytest.raises(Unknown):
        bench.create(payout, seconds=0.4)

    assert settles(bench, payout)
    assert payout.payout_id == bench.create(payout).payout_id
    assert 1 == bench.paid(payout)


def test_a_slow_answer_is_waited_for(bench: Bench) -> None:
    payout = by_amount(bench, "slow")

    assert payout.payout_id == bench.create(payout).payout_id
    assert bench.calls[-1].exchanges[-1].duration_seconds >= 1


def test_a_reset_connection_has_done_nothing_and_the_next_try_pays(bench: Bench) -> None:
    payout = by_amount(bench, "reset")

    with pytest.raises(Unknown):
        bench.create(payout)

    assert bench.look_up(payout) is None
    bench.create(payout)
    assert settles(bench, payout)


@pytest.mark.parametrize(("name", "wait"), [("error_before", None), ("rate_limited", 1.0)])
def test_a_refusal_before_acting_is_unavailable_and_the_next_try_pays(
    bench: Bench, name: str, wait: float | None
) -> None:
    payout = by_amount(bench, name)

    with pytest.raises(Unavailable) as refused:
        bench.create(payout)

    assert wait == refused.value.retry_after_seconds
    assert 0 == bench.paid(payout)
    bench.create(payout)
    assert settles(bench, payout)


def test_webhooks_come_twice(bench: Bench) -> None:
    payout = by_amount(bench, "webhook_duplicate")
    bench.create(payout)

    pending, settled = S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED
    bench.wait_until(lambda: [pending, pending, settled, settled] == states(bench, payout))


def test_webhooks_come_in_reverse(bench: Bench) -> None:
    payout = by_amount(bench, "webhook_reversed")
    bench.create(payout)

    bench.wait_until(lambda: [S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_PENDING] == states(bench, payout))


def test_webhooks_are_lost(bench: Bench) -> None:
    payout, after = by_amount(bench, "webhook_lost"), bench.payout()
    bench.create(payout)

    assert settles(bench, payout)
    bench.create(after)
    bench.wait_until(lambda: S.PAYOUT_STATE_SETTLED in states(bench, after))
    assert [] == states(bench, payout)


def test_forged_webhooks_are_refused(bench: Bench) -> None:
    payout = by_amount(bench, "webhook_forged")
    bench.create(payout)
    bench.wait_until(lambda: any(payout.payout_id.encode() in each.body for each in bench.receiver.inbound))

    with pytest.raises(Forged) as forged:
        states(bench, payout)

    assert "wrong_signature" == forged.value.reason


def test_a_conflict_says_paid_and_then_failed(bench: Bench) -> None:
    payout = by_amount(bench, "conflict")
    bench.create(payout)

    bench.wait_until(lambda: [S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_FAILED] == states(bench, payout)[1:])


def test_an_unknown_word_is_loud(bench: Bench) -> None:
    payout = by_amount(bench, "unknown_word")
    bench.create(payout)
    bench.wait_until(lambda: any(b"quarantined" in each.body for each in bench.receiver.inbound))

    with pytest.raises(Unmapped):
        states(bench, payout)


def test_a_wrong_amount_is_told(bench: Bench) -> None:
    payout = by_amount(bench, "wrong_amount")
    bench.create(payout)
    bench.wait_until(lambda: len(states(bench, payout)) > 0)

    told = next(each for each in bench.receiver.inbound if payout.payout_id.encode() in each.body)
    (seen,) = bench.adapter.read_webhook(told).observations
    assert payout.amount.amount_minor + 1 == seen.amount.amount_minor


def test_the_readme_lists_the_scenarios_as_they_are() -> None:
    readme = Path(scenarios.__file__).with_name("README.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"<!-- scenarios: (\w+), [^>]*-->\n(.*?)\n<!-- end -->", readme, re.DOTALL))

    assert payment_scenarios.tables() == written


def test_every_scenario_has_its_own_number_and_name() -> None:
    for rows in (SCENARIOS, payment_scenarios.ALL):
        assert len(rows) == len({each.number for each in rows}) == len({each.name for each in rows})


@pytest.mark.parametrize("chosen", [*SCENARIOS, *payment_scenarios.ALL], ids=lambda each: each.name)
def test_a_scenario_s_name_fits_the_header_that_carries_it(chosen: Scenario) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,64}", chosen.name)
