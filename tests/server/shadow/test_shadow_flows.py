"""Things that go over one connection are tried at another: nothing is there afterwards, and nothing is other here."""

import pytest

from adapters.kit.simulator import Fault
from corridor.payments.v1.payment_pb2 import PAYMENT_STATE_AUTHORISED
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_SETTLED
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from server.platform.shadow.compare import INCOMPARABLE, NONE, OUTCOME
from server.store.attempts import Outcome
from tests.chaos.world import free_port
from tests.server.flows.stage import ON, Stage
from tests.server.shadow.shade import acted, charge, compared, comparisons, parities, shadowed

ACCEPTED = comparing.SHADOW_OUTCOME_ACCEPTED
REFUSED = comparing.SHADOW_OUTCOME_REFUSED
WOULD_SEND = comparing.SHADOW_OUTCOME_WOULD_SEND
NOT_ASKED = comparing.SHADOW_OUTCOME_NOT_ASKED


def test_a_payout_is_tried_without_a_trace_and_comes_out_the_same(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)

    made = flow.pay(reference="Invoice 2026-117")
    found = compared(flow, made.payout_id)

    assert (ACCEPTED, WOULD_SEND) == (found.primary.outcome, found.shadow.outcome)
    assert NONE == found.difference_class, found.differences
    assert (made.amount, made.rail, "Invoice 2026-117") == (
        found.shadow.amount, found.shadow.rail, found.shadow.statement_text
    )  # fmt: skip
    assert (primary.connection_id, shadow.connection_id) == (found.primary_connection_id, found.connection_id)
    assert (1, []) == (len(primary.paid(made)), shadow.simulator.books())
    assert [] == acted(shadow)
    assert ["POST"] == [each.method for each in found.exchanges]  # the check; the transfer itself was withheld


def test_it_leaves_no_attempt_and_no_work_item_and_changes_nothing_of_the_payout(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    compared(flow, made.payout_id)

    assert [(primary.connection_id, Outcome.ANSWERED)] == flow.attempts(made)
    assert [] == flow.items(made.payout_id)
    assert made == flow.now(made)


def test_a_payment_is_tried_without_a_trace_and_comes_out_the_same(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow, domain="payments")

    made = charge(flow)
    found = compared(flow, made.payment_id)

    assert (ACCEPTED, WOULD_SEND) == (found.primary.outcome, found.shadow.outcome)
    assert NONE == found.difference_class, found.differences
    assert made.amount == found.shadow.amount
    assert ([made.payment_id], []) == ([each.reference for each in primary.simulator.books()], shadow.simulator.books())
    assert [] == acted(shadow)


def test_what_both_decline_is_the_same(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)

    made = flow.reaches(flow.pay(99_002), PAYOUT_STATE_FAILED)
    found = compared(flow, made.payout_id)

    assert REFUSED == found.primary.outcome == found.shadow.outcome
    assert "INSUFFICIENT_FUNDS" == found.primary.reason == found.shadow.reason
    assert NONE == found.difference_class


def test_what_fails_later_is_compared_by_its_end(flow: Stage) -> None:
    primary, shadow = flow.vendor(step_seconds=3600), flow.vendor()
    shadowed(flow, primary, shadow)
    made = flow.pay()

    before = compared(flow, made.payout_id, final=False)
    primary.simulator.move(made.payout_id, "failed")
    after = compared(flow, made.payout_id)

    assert (ACCEPTED, NONE, False) == (before.primary.outcome, before.difference_class, before.primary_final)
    assert (REFUSED, INCOMPARABLE, True) == (after.primary.outcome, after.difference_class, after.primary_final)
    assert before.shadow_comparison_id == after.shadow_comparison_id
    assert before.shadow == after.shadow


def test_a_shadow_that_is_away_changes_nothing(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor(base_url=f"http://127.0.0.1:{free_port()}")
    shadowed(flow, primary, shadow)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert (WOULD_SEND, NONE) == (found.shadow.outcome, found.difference_class)  # the withheld request said enough
    assert "the check was Unavailable" in found.shadow.detail
    assert [ON] == flow.modes()


def test_a_shadow_with_wrong_credentials_changes_nothing(flow: Stage) -> None:
    primary = flow.vendor()
    shadow = flow.vendor(credentials={"api_key": "wrong"})
    shadowed(flow, primary, shadow)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    compared(flow, made.payout_id)

    assert [ON] == flow.modes()
    assert [] == flow.items(made.payout_id)
    assert [] == shadow.simulator.books()


def test_a_primary_that_did_nothing_at_first_is_compared_by_what_came_of_it(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    primary.simulator.fault(Fault("refuse"), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert [Outcome.UNAVAILABLE, Outcome.ANSWERED] == flow.outcomes(made)
    assert (ACCEPTED, NONE) == (found.primary.outcome, found.difference_class)
    assert 1 == len(comparisons(flow, resource_id=made.payout_id))


def test_what_may_have_acted_is_tried_as_well(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    primary.simulator.fault(Fault("lost_answer"), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert (ACCEPTED, NONE) == (found.primary.outcome, found.difference_class)
    assert (1, []) == (len(primary.paid(made)), shadow.simulator.books())


def test_a_rehearsal_is_really_sent_under_a_key_of_its_own(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow, rehearsal=True)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    name = f"shadow-{made.payout_id}"
    assert (True, ACCEPTED, ACCEPTED) == (found.rehearsal, found.primary.outcome, found.shadow.outcome)
    assert [name] == [entry.reference for entry in shadow.simulator.books()]
    assert [name] == [headers["idempotency-key"] for headers in shadow.calls()]
    assert 1 == len(primary.paid(made))
    assert [] == flow.items()


def test_a_payment_is_rehearsed(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow, domain="payments", rehearsal=True)

    made = charge(flow)
    found = compared(flow, made.payment_id)

    assert (ACCEPTED, ACCEPTED) == (found.primary.outcome, found.shadow.outcome)
    assert [f"shadow-{made.payment_id}"] == [entry.reference for entry in shadow.simulator.books()]
    assert [] == flow.items()
    request = {"payment_id": made.payment_id}
    assert PAYMENT_STATE_AUTHORISED == flow.client.call("PaymentService/GetPayment", _get(request)).payment.state


def test_a_rehearsal_that_ends_otherwise_is_told(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow, rehearsal=True)
    shadow.simulator.fault(Fault("refuse"), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)
    found = compared(flow, made.payout_id)

    assert (NOT_ASKED, INCOMPARABLE) == (found.shadow.outcome, found.difference_class)
    assert [] == shadow.simulator.books()


def test_parity_counts_by_class_and_names_the_fields_that_differ(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    same = [compared(flow, flow.pay().payout_id) for _ in range(2)]
    odd = compared(flow, flow.pay(99_005).payout_id)

    parity = parities(flow, connection_id=shadow.connection_id)[0]

    assert (3, "payouts", "") == (parity.compared_count, parity.domain, parity.rule_name)
    assert comparing.SHADOW_VERDICT_TOO_FEW == parity.verdict
    assert [NONE, NONE] == [each.difference_class for each in same]
    assert odd.difference_class in (INCOMPARABLE, NONE)
    assert [] == parities(flow, connection_id=primary.connection_id)
    assert 0 == len(comparisons(flow, difference_class=OUTCOME))


@pytest.mark.parametrize("wanted", [{"page_size": 1}, {"difference_class": NONE}])
def test_comparisons_are_listed_without_their_requests(flow: Stage, wanted: dict[str, int]) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    whole = compared(flow, flow.pay().payout_id)

    listed = comparisons(flow, **wanted)

    assert [whole.shadow_comparison_id] == [each.shadow_comparison_id for each in listed]
    assert whole.exchanges
    assert not listed[0].exchanges


def _get(request: dict[str, str]) -> object:
    from corridor.payments.v1.payment_service_pb2 import GetPaymentRequest

    return GetPaymentRequest(**request)
