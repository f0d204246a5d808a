"""A shadow that is slow, broken or held back delays nobody: whatever goes wrong with it is a comparison, or none."""

import pytest

from adapters.kit.simulator import Fault
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from server.kit.context import Caller, Context
from server.platform.providers.invoke import Ended
from server.platform.shadow import trying
from server.platform.shadow.compare import INCOMPARABLE, NONE
from server.store.attempts import Outcome
from tests.server.flows.stage import Stage
from tests.server.shadow.shade import acted, compared, comparisons, shadowed
from tests.serving import LIVE, until


def test_a_shadow_that_hangs_lets_everything_else_go_on(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    shadow.simulator.fault(Fault("slow", seconds=6), "check_transfer", times=10)

    made = [flow.pay() for _ in range(10)]

    for each in made:
        flow.reaches(each, PAYOUT_STATE_SETTLED)
    assert 10 > len(comparisons(flow))  # they are not waited for
    shadow.simulator.clear_faults()
    assert [] == shadow.simulator.books()


def test_a_shadow_whose_answers_have_no_meaning_is_told_as_such(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    shadow.simulator.fault(Fault("html"), "check_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert NONE == found.difference_class
    assert "the check was" in found.shadow.detail


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.UNKNOWN, comparing.SHADOW_OUTCOME_NOT_UNDERSTOOD),  # the adapter broke
        (Outcome.UNMAPPED, comparing.SHADOW_OUTCOME_NOT_UNDERSTOOD),
        (Outcome.UNAVAILABLE, comparing.SHADOW_OUTCOME_NOT_ASKED),
        (Outcome.REJECTED, comparing.SHADOW_OUTCOME_REFUSED),
        (Outcome.MISCONFIGURED, comparing.SHADOW_OUTCOME_REFUSED),
    ],
)
def test_every_end_of_a_try_has_a_meaning(flow: Stage, outcome: Outcome, told: int) -> None:
    domain = flow.corridor.parts.shadowing.domains["payouts"]
    ended = Ended("shadow-po", "conn", "sandbox", "shadow_create_payout", outcome)

    assert told == trying.result(domain, None, ended).outcome


def test_nothing_is_rehearsed_in_the_live_environment_whatever_the_route_says(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    parts = flow.corridor.parts
    live = Context("r", "c", "", caller=Caller(0, "corridor", flow.company_id, LIVE))
    sandbox = Context("r", "c", "", caller=Caller(0, "corridor", flow.company_id, made.environment))
    assert [True, False] == [trying.is_really_sent(each, rehearsal=True) for each in (sandbox, live)]

    payout = parts.payouts.get(sandbox, made.payout_id)
    ended = trying.attempt(
        parts.invoker, sandbox, parts.shadowing.domains["payouts"], payout, shadow.connection_id, "shadow-x",
        rehearsal=False,
    )  # fmt: skip

    assert ended.value.withheld is not None
    assert [] == acted(shadow)


def test_a_shadow_is_tried_once_however_often_its_work_is_done(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    first = compared(flow, made.payout_id)

    with flow.corridor.parts.store.anyone() as connection:
        connection.execute(
            "SELECT corridor.schedule_idle(%s, 1::smallint, 'payouts.shadow', %s, clock_timestamp(), '', '')",
            (flow.company_id, made.payout_id),
        )
        flow.corridor.parts.waker.wake()
        until(
            lambda: (
                not connection.execute(
                    "SELECT 1 FROM corridor.work WHERE kind = 'payouts.shadow' AND company_id = %s", (flow.company_id,)
                ).fetchone()
            )
        )

    assert [first.shadow_comparison_id] == [each.shadow_comparison_id for each in comparisons(flow)]
    assert 1 == len(shadow.simulator.requests)
    assert INCOMPARABLE != first.difference_class
