"""The header by which a scenario is chosen: heard in the sandbox, refused where it could do nothing, never ignored."""

import pytest
from google.protobuf.message import Message

from corridor.approvals.v1 import approval_pb2
from corridor.payments.v1 import payment_service_pb2 as payments_api
from corridor.payments.v1.payment_pb2 import PaymentState
from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason
from tests.server import people
from tests.server.approvals.office import Office, rule
from tests.server.sandbox.sandbox_scene import Scene, eventually, pay, reaches
from tests.serving import LIVE, Client, Refused

S = PayoutState
CREATE = "PayoutService/CreatePayout"


def refused(client: Client, request: Message, scenario: str, name: str = CREATE) -> Refused:
    """How a call with a scenario is refused."""
    return people.refused(client, name, request, key=people.new_key(), corridor_sandbox_scenario=scenario)


def test_a_payout_does_what_the_header_says(sandbox: Scene) -> None:
    client = sandbox.client()

    payout = pay(client, "decline_funds")

    assert "decline_funds" == payout.sandbox_scenario
    failed = reaches(client, payout, S.PAYOUT_STATE_FAILED)
    assert PayoutReason.PAYOUT_REASON_INSUFFICIENT_FUNDS == failed.reason


def test_a_payment_does_what_the_header_says(sandbox: Scene) -> None:
    client = sandbox.client()
    payment = people.payment(client)
    assert not payment.sandbox_scenario
    request = payments_api.CreatePaymentRequest(amount=payment.amount, payment_method=payment.payment_method)

    declined = client.call(
        "PaymentService/CreatePayment", request, key=people.new_key(), corridor_sandbox_scenario="declined_funds"
    ).payment

    def state() -> int:
        wanted = payments_api.GetPaymentRequest(payment_id=declined.payment_id)
        found: int = client.call("PaymentService/GetPayment", wanted).payment.state
        return found

    eventually(lambda: state() == PaymentState.PAYMENT_STATE_DECLINED, "declined")


def test_an_unknown_scenario_fails_with_its_field(sandbox: Scene) -> None:
    client = sandbox.client()

    failed = reaches(client, pay(client, "no_such_thing"), S.PAYOUT_STATE_FAILED)

    assert PayoutReason.PAYOUT_REASON_INVALID_DETAILS == failed.reason


def test_the_live_environment_refuses_it(sandbox: Scene) -> None:
    client = sandbox.corridor.client(environment=LIVE)

    found = refused(client, people.create("ben_" + "0" * 26), "decline")

    assert ("INVALID_ARGUMENT", ["corridor-sandbox-scenario"]) == (found.reason, found.fields)


def test_a_call_that_makes_nothing_refuses_it(sandbox: Scene) -> None:
    client = sandbox.client()
    payout = pay(client)

    found = refused(
        client, payouts_api.GetPayoutRequest(payout_id=payout.payout_id), "decline", "PayoutService/GetPayout"
    )

    assert ["corridor-sandbox-scenario"] == found.fields


@pytest.mark.parametrize("name", ["Decline", "a-b", "x" * 65, "a b"])
def test_what_can_be_no_name_is_refused(sandbox: Scene, name: str) -> None:
    client = sandbox.client()

    assert ["corridor-sandbox-scenario"] == refused(client, people.create(people.beneficiary(client)), name).fields


def test_the_same_key_with_another_scenario_is_another_request(sandbox: Scene) -> None:
    client = sandbox.client()
    request, key = people.create(people.beneficiary(client)), people.new_key()
    client.call(CREATE, request, key=key, corridor_sandbox_scenario="fail")

    found = people.refused(client, CREATE, request, key=key, corridor_sandbox_scenario="return")

    assert ("IDEMPOTENCY_KEY_REUSED", ["corridor-sandbox-scenario"]) == (found.reason, found.fields)


def test_a_call_that_waited_for_approval_keeps_it(sandbox: Scene) -> None:
    office = Office(sandbox.corridor)
    office.put(rule())
    asked = refused(office.maker, office.payout(), "decline_funds")
    approval_id = asked.metadata["approval_id"]

    office.approve(approval_id)

    done = office.reaches(approval_id, approval_pb2.APPROVAL_STATE_EXECUTED)
    wanted = payouts_api.GetPayoutRequest(payout_id=done.resource_id)
    assert "decline_funds" == office.maker.call("PayoutService/GetPayout", wanted).payout.sandbox_scenario
    office.close()
