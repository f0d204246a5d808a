"""What is done with something that a provider has goes to that provider, and its decision says so and is kept."""

import contextlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from google.protobuf.message import Message

from corridor.payments.v1 import dispute_service_pb2 as disputes
from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1.payment_pb2 import PAYMENT_STATE_REQUIRES_ACTION
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.routing.v1.route_decision_pb2 import ROUTE_CHOICE_FOLLOW, ROUTE_CHOICE_SEND
from corridor.type.v1.timeline_pb2 import TimelineEntry
from server.cli.routes import routes
from server.kit import ids
from tests.server import people
from tests.server.domains.payments.counter import Counter
from tests.server.domains.payments.court import ACCEPTED, LOST, UNDER_REVIEW
from tests.server.domains.payments.test_dispute_sending import LATER, Case
from tests.server.flows.stage import Stage, Vendor
from tests.server.flows.test_flow_cancelling import cancel
from tests.server.flows.test_flow_decisions import decisions, explained
from tests.serving import Refused, until


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done, with what, and where that is."""

    resource_id: str
    operation: str
    owner_id: str
    """Of whom the timeline tells of it."""
    connection_id: str


def captured(flow: Stage, vendor: Vendor) -> Followed:
    counter = Counter(flow)
    payment = counter.authorised()
    step = counter.act(payment, "Capture")
    counter.ends(payment, step)
    return Followed(step.payment_action_id, "capture", payment.payment_id, vendor.connection_id)


def voided(flow: Stage, vendor: Vendor) -> Followed:
    counter = Counter(flow)
    payment = counter.authorised()
    step = counter.act(payment, "Void")
    counter.ends(payment, step)
    return Followed(step.payment_action_id, "void", payment.payment_id, vendor.connection_id)


def refunded(flow: Stage, vendor: Vendor) -> Followed:
    counter = Counter(flow)
    payment = counter.captured()
    refund = counter.refund(payment)
    counter.ends(payment, refund)
    return Followed(refund.refund_id, "create_refund", payment.payment_id, vendor.connection_id)


def continued(flow: Stage, vendor: Vendor) -> Followed:
    counter = Counter(flow)
    payment = counter.pay("tok_step_up", return_url="https://shop.example/back")
    counter.reaches(payment, PAYMENT_STATE_REQUIRES_ACTION)
    request = payments.ContinuePaymentRequest(payment_id=payment.payment_id, details={"result": "wrong"})
    with contextlib.suppress(Refused):  # the provider's answer is of no matter here
        flow.client.call("PaymentService/ContinuePayment", request, key=people.new_key())
    return Followed(payment.payment_id, "continue_payment", payment.payment_id, vendor.connection_id)


def cancelled(flow: Stage, vendor: Vendor) -> Followed:
    slow = flow.vendor(step_seconds=3600.0)
    flow.route(slow)
    made = flow.pay()
    until(lambda: flow.now(made).provider_reference, what="sent")
    flow.route(vendor)
    cancel(flow, made)
    return Followed(made.payout_id, "cancel_payout", made.payout_id, slow.connection_id)


def answered(flow: Stage, vendor: Vendor) -> Followed:
    case = Case(flow, vendor, Counter(flow))
    dispute = case.gathered(LATER)
    case.respond(dispute)
    case.reaches(dispute, UNDER_REVIEW)
    return Followed(dispute.dispute_id, "submit_evidence", dispute.dispute_id, vendor.connection_id)


def given_in(flow: Stage, vendor: Vendor) -> Followed:
    case = Case(flow, vendor, Counter(flow))
    dispute = case.disputed()
    case.respond(dispute, "AcceptDispute")
    until(lambda: case.now(dispute).state in (ACCEPTED, LOST), what="accepted")
    return Followed(dispute.dispute_id, "accept_dispute", dispute.dispute_id, vendor.connection_id)


DONE: Sequence[Callable[[Stage, Vendor], Followed]] = (
    captured, voided, refunded, continued, cancelled, answered, given_in,
)  # fmt: skip


@pytest.fixture
def vendor(flow: Stage) -> Vendor:
    """The company's provider of payouts and payments."""
    made = flow.vendor()
    flow.route(made)
    Counter(flow).route(made)
    return made


@pytest.mark.parametrize("done", DONE, ids=lambda each: each.__name__)
def test_what_is_done_with_something_is_decided_to_go_where_it_is(
    flow: Stage, vendor: Vendor, done: Callable[[Stage, Vendor], Followed]
) -> None:
    found = done(flow, vendor)

    (made,) = [each for each in decisions(flow, found.resource_id) if each.operation == found.operation]

    assert (ROUTE_CHOICE_FOLLOW, found.connection_id) == (made.choice, made.connection_id)
    assert ([made.attempt_id], True) == (attempts(flow, found), explained(flow, made).same)


@pytest.mark.parametrize("done", DONE, ids=lambda each: each.__name__)
def test_a_decision_stands_right_before_its_attempt_in_the_timeline(
    flow: Stage, vendor: Vendor, done: Callable[[Stage, Vendor], Followed]
) -> None:
    found = done(flow, vendor)

    told = [each.record_id for each in timeline(flow, found.owner_id)]

    made = decisions(flow, found.resource_id)
    assert made
    for each in made:
        assert each.attempt_id == told[told.index(each.route_decision_id) + 1]


def test_every_decision_of_something_is_explained_on_the_command_line(flow: Stage, vendor: Vendor) -> None:
    found = cancelled(flow, vendor)
    made = decisions(flow, found.resource_id)

    printed = run(flow, "explain", found.resource_id)

    assert [ROUTE_CHOICE_SEND, ROUTE_CHOICE_FOLLOW] == [each.choice for each in made]
    assert 2 == printed.count("Decided again, it comes out the same.")
    assert found.connection_id in printed
    assert printed.startswith(run(flow, "explain", made[0].route_decision_id))
    assert json.loads(run(flow, "explain", made[0].route_decision_id, "--json"))["same"]


def test_of_what_was_never_routed_nothing_is_explained(flow: Stage) -> None:
    payout_id = ids.new("po")

    done = CliRunner().invoke(routes, ["explain", payout_id, *where(flow)])

    assert (1, True) == (done.exit_code, f"no decision is recorded of {payout_id}" in done.output)


def attempts(flow: Stage, found: Followed) -> list[str]:
    """The ids of the attempts, in order."""
    with people.rows(flow.corridor, flow.client) as connection:
        rows = connection.execute(
            "SELECT attempt_id FROM corridor.attempts WHERE resource_id = %s AND operation = %s ORDER BY attempt_id",
            (found.resource_id, found.operation),
        ).fetchall()
    return [row[0] for row in rows]


def timeline(flow: Stage, resource_id: str) -> Sequence[TimelineEntry]:
    """The timeline of a payout, payment or dispute."""
    request: Message
    match resource_id.partition("_")[0]:
        case "po":
            name, request = "PayoutService/GetPayoutTimeline", payouts.GetPayoutTimelineRequest(payout_id=resource_id)
        case "pay":
            name = "PaymentService/GetPaymentTimeline"
            request = payments.GetPaymentTimelineRequest(payment_id=resource_id)
        case _:
            name = "DisputeService/GetDisputeTimeline"
            request = disputes.GetDisputeTimelineRequest(dispute_id=resource_id)
    return list(flow.client.call(name, request).entries)


def where(flow: Stage) -> list[str]:
    """The options by which a command finds the server."""
    return ["--address", flow.corridor.address, "--key", flow.client.key]


_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[")


def run(flow: Stage, *words: str) -> str:
    """What `corridor routes` prints. Beside it the server and the worker of this process write their log."""
    done = CliRunner().invoke(routes, [*words, *where(flow)], catch_exceptions=False)
    assert 0 == done.exit_code, done.output
    return "".join(line for line in done.output.splitlines(keepends=True) if not _LOGGED.match(line))
