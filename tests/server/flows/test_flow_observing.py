"""What providers say of payouts, in any order and however often: one effect, and a person where it cannot be true."""

from collections.abc import Collection

import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Fault
from adapters.kit.simulator_webhooks import Mode
from adapters.sandbox import scenarios
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_CONFLICT, WORK_ITEM_KIND_UNMAPPED
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    Payout,
)
from corridor.payouts.v1.payout_reason_pb2 import (
    PAYOUT_REASON_ACCOUNT_CLOSED,
    PAYOUT_REASON_ACCOUNT_NOT_FOUND,
    PAYOUT_REASON_DECLINED_BY_PROVIDER,
    PAYOUT_REASON_INVALID_DETAILS,
    PAYOUT_REASON_OTHER,
)
from corridor.type.v1.rail_pb2 import RAIL_ACH
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_DUPLICATE,
    INBOUND_DELIVERY_STATE_FAILED,
    INBOUND_DELIVERY_STATE_PROCESSED,
)
from server.kit.lifecycle import Verdict
from server.store.attempts import Outcome
from server.store.observations import Source
from tests.server import people
from tests.server.flows.stage import Stage
from tests.serving import until


def rails(provider: str) -> Collection[int]:
    """The rails by which a provider pays out."""
    covered = providers()[provider].manifest.coverage.get("payouts")
    return covered.rails if covered else ()


def sources(flow: Stage, payout: Payout) -> list[tuple[Source, Verdict]]:
    """How each observation of a payout came in, and what it meant, in order."""
    with people.rows(flow.corridor, flow.client) as connection:
        rows = connection.execute(
            "SELECT source, verdict FROM corridor.observations WHERE resource_id = %s ORDER BY observation_id",
            (payout.payout_id,),
        ).fetchall()
    return [(Source(row[0]), Verdict(row[1])) for row in rows]


def test_webhooks_that_overtake_the_response_count_and_the_response_is_stale(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.fault(Fault("slow", seconds=0.8), "create_transfer")

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED, hurry=False)
    until(lambda: [Outcome.ANSWERED] == flow.outcomes(made))

    seen = sources(flow, made)
    assert (Source.WEBHOOK, Verdict.ADVANCES) == seen[0]
    assert (Source.RESPONSE, Verdict.STALE) in seen
    assert PAYOUT_STATE_SETTLED == flow.now(made).state


@pytest.mark.parametrize("scenario", ["webhook_duplicate", "webhook_reversed"])
def test_webhooks_doubled_or_reversed_end_in_the_same_state(flow: Stage, scenario: str) -> None:
    vendor = flow.vendor()
    flow.route(vendor)

    made = flow.reaches(flow.pay(scenarios.amount(scenario)), PAYOUT_STATE_SETTLED, hurry=False)

    states = flow.read(4 if scenario == "webhook_duplicate" else 2)
    # Two copies that come at the same moment may both be processed: the second then repeats, and changes nothing.
    assert {INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_DUPLICATE} >= set(states)
    assert (made, []) == (flow.now(made), flow.items())
    advances = [verdict for _, verdict in sources(flow, made)].count(Verdict.ADVANCES)
    assert made.revision == 1 + advances


def test_every_webhook_ever_sent_again_changes_nothing(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED, hurry=False)
    before = len(flow.read(2))
    settled = flow.now(made)

    again = vendor.simulator.outbox.replay(seed=7)

    states = flow.read(before + again)
    assert [INBOUND_DELIVERY_STATE_DUPLICATE] * again == states[before:]
    assert settled == flow.now(made)


def test_a_failure_after_settlement_is_for_a_person_and_changes_nothing(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=1.0)  # far apart, so that the webhooks are read in their order
    flow.route(vendor)
    made = flow.pay(scenarios.amount("conflict"))

    said = flow.asked_for(made, WORK_ITEM_KIND_CONFLICT)

    assert "PAYOUT_STATE_FAILED of a payout that is PAYOUT_STATE_SETTLED" in said
    assert PAYOUT_STATE_SETTLED == flow.now(made).state


def test_another_amount_is_for_a_person_and_changes_nothing(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=60)
    flow.route(vendor)
    made = flow.reaches(flow.pay(scenarios.amount("wrong_amount")), PAYOUT_STATE_SENT, hurry=False)

    vendor.simulator.move(made.payout_id, "paid")

    assert "another amount or currency" in flow.asked_for(made, WORK_ITEM_KIND_CONFLICT)


def test_a_webhook_at_another_connection_is_for_a_person_and_changes_nothing(flow: Stage) -> None:
    vendor, other = flow.vendor(step_seconds=60, webhooks=False), flow.vendor()
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False)
    flow.listen(vendor, other.connection_id)

    vendor.simulator.move(made.payout_id, "failed")

    said = flow.asked_for(made, WORK_ITEM_KIND_CONFLICT, hurry=False)
    assert other.connection_id in said
    assert PAYOUT_STATE_SENT == flow.now(made).state


def test_an_unknown_word_is_loud_and_changes_nothing(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    made = flow.pay(scenarios.amount("unknown_word"))

    said = flow.asked_for(made, WORK_ITEM_KIND_UNMAPPED)
    states = flow.read(2)

    assert "quarantined" in said
    assert PAYOUT_STATE_PENDING == flow.now(made).state
    assert [INBOUND_DELIVERY_STATE_PROCESSED, INBOUND_DELIVERY_STATE_FAILED] == states


def test_an_answer_about_another_amount_counts_as_sent_and_is_for_a_person(flow: Stage) -> None:
    vendor, standby = flow.vendor(webhooks=False), flow.vendor()
    flow.route(vendor, standby)
    original = vendor.simulator.create_transfer  # type: ignore[attr-defined] # the sandbox's

    def dearer(request: object) -> object:
        answer = original(request)
        return type(answer)(answer.status, answer.body | {"amount": answer.body["amount"] + 1}, answer.headers)

    vendor.simulator.create_transfer = dearer  # type: ignore[attr-defined] # a vendor that errs
    made = flow.pay()

    said = flow.asked_for(made, WORK_ITEM_KIND_CONFLICT)
    settled = flow.reaches(made, PAYOUT_STATE_SETTLED)  # for the vendor's books have the right amount

    assert "another amount or currency" in said
    assert ([Outcome.ANSWERED], 1, []) == (flow.outcomes(settled), len(vendor.paid(made)), standby.paid(made))


def test_an_unknown_word_in_the_response_does_not_send_the_payout_again(flow: Stage) -> None:
    vendor, standby = flow.vendor(step_seconds=60, webhooks=False), flow.vendor()
    flow.route(vendor, standby)
    vendor.simulator.fault(Fault("refuse", status=418), "list_transfers", times=3)
    original = vendor.simulator.create_transfer  # type: ignore[attr-defined] # the sandbox's

    def renamed(request: object) -> object:
        answer = original(request)
        return type(answer)(answer.status, answer.body | {"status": "quarantined"}, answer.headers)

    vendor.simulator.create_transfer = renamed  # type: ignore[attr-defined] # a vendor that has learnt a new word
    made = flow.pay()

    said = flow.asked_for(made, WORK_ITEM_KIND_UNMAPPED)
    vendor.simulator.move(made.payout_id, "paid")

    assert "quarantined" in said
    assert PAYOUT_STATE_SETTLED == flow.reaches(made, PAYOUT_STATE_SETTLED).state
    assert (1, []) == (len(vendor.paid(made)), standby.paid(made))


@pytest.mark.parametrize(
    ("scenario", "code", "reason"),
    [("return", "AC03", PAYOUT_REASON_ACCOUNT_NOT_FOUND), ("return_closed", "AC04", PAYOUT_REASON_ACCOUNT_CLOSED)],
)
def test_a_return_after_settlement_has_the_rails_code_and_our_reason(
    flow: Stage, scenario: str, code: str, reason: int
) -> None:
    vendor = flow.vendor()
    flow.route(vendor)

    returned = flow.reaches(flow.pay(scenarios.amount(scenario)), PAYOUT_STATE_RETURNED, hurry=False)

    assert (code, reason) == (returned.provider_reason_code, returned.reason)


@pytest.mark.parametrize("provider", [each for each in providers() if RAIL_ACH in rails(each)])
def test_an_ach_return_has_the_code_as_it_was_told_and_our_reason(flow: Stage, provider: str) -> None:
    vendor = flow.vendor(provider)
    flow.route(vendor)
    made = flow.reaches(flow.pay(account=people.us_account(), rail=RAIL_ACH), PAYOUT_STATE_SETTLED)

    vendor.move(made, PAYOUT_STATE_RETURNED)
    returned = flow.reaches(made, PAYOUT_STATE_RETURNED)

    told = vendor.fixtures.return_code
    assert told == returned.provider_reason_code
    # A provider that tells no code has a reason all the same.
    assert (PAYOUT_REASON_ACCOUNT_NOT_FOUND if told else PAYOUT_REASON_OTHER) == returned.reason
    assert [] == flow.items()


def test_lost_webhooks_are_made_up_for_by_asking(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)
    vendor.simulator.outbox.mode = Mode(drop=1.0)

    made = flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert [] == flow.inbound()
    assert (Source.POLL, Verdict.ADVANCES) == sources(flow, made)[-1]


def test_a_decline_is_an_answer(flow: Stage) -> None:
    vendor = flow.vendor()
    flow.route(vendor)

    made = flow.reaches(flow.pay(scenarios.amount("decline")), PAYOUT_STATE_FAILED, hurry=False)

    assert ("risk", PAYOUT_REASON_DECLINED_BY_PROVIDER) == (made.provider_reason_code, made.reason)
    assert [Outcome.ANSWERED] == flow.outcomes(made)


def test_refused_details_end_the_payout_and_say_which_they_were(flow: Stage) -> None:
    vendor, standby = flow.vendor(), flow.vendor()
    flow.route(vendor, standby)

    made = flow.reaches(flow.pay(scenarios.amount("reject")), PAYOUT_STATE_FAILED, hurry=False)

    assert (PAYOUT_REASON_INVALID_DETAILS, "invalid_request") == (made.reason, made.provider_reason_code)
    assert [Outcome.REJECTED] == flow.outcomes(made)
    (attempt,) = [entry for entry in flow.timeline(made) if entry.outcome == "rejected"]
    assert "beneficiary.bank_account" in attempt.details["detail"]
    assert [] == standby.paid(made)
