"""What happens at once: deciders, the clock, dying workers, callers who repeat themselves. Never two payouts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from corridor.approvals.v1 import approval_pb2 as pb
from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import Payout
from server import servicers
from server.kit.context import Caller, Context
from server.platform.approvals import waiting
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.executing import Executing
from server.store.work import Done, Job
from tests.server import people
from tests.server.approvals.office import Office, reason, rule, seconds
from tests.server.flows.stage import Stage
from tests.serving import SANDBOX, Client, Refused, until

CREATE = "PayoutService/CreatePayout"


def at_once(*calls: Any) -> list[Any]:
    """What calls gave or how they were refused, all begun at the same moment."""
    gate = threading.Barrier(len(calls))

    def run(call: Any) -> Any:
        gate.wait()
        try:
            return call()
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize("number", range(5))
def test_two_people_who_approve_at_once_make_one_payout(office: Office, number: int) -> None:
    office.put(rule())
    approval = office.asked(office.payout(), key=f"key-{number}")

    answers = at_once(lambda: office.approve(approval), lambda: office.approve(approval, office.third))
    office.reaches(approval, pb.APPROVAL_STATE_EXECUTED)

    assert ["TRANSITION_NOT_ALLOWED"] == [answer for answer in answers if isinstance(answer, str)]
    assert 1 == len(office.payouts())


@pytest.mark.parametrize("number", range(5))
def test_yes_and_no_at_once_end_as_one_of_them(office: Office, number: int) -> None:
    office.put(rule())
    approval = office.asked(office.payout(), key=f"key-{number}")

    answers = at_once(lambda: office.approve(approval), lambda: office.reject(approval, office.third))
    assert ["TRANSITION_NOT_ALLOWED"] == [answer for answer in answers if isinstance(answer, str)]
    ended = until(lambda: office.now(approval).state != pb.APPROVAL_STATE_APPROVED and office.now(approval))

    assert ended.state in (pb.APPROVAL_STATE_EXECUTED, pb.APPROVAL_STATE_REJECTED)
    assert (1 if ended.state == pb.APPROVAL_STATE_EXECUTED else 0) == len(office.payouts())


def test_what_has_expired_is_not_approved_whether_the_chore_has_come_or_not(office: Office) -> None:
    office.put(rule(expire_after=seconds(1)))
    request = office.payout()
    approval = office.asked(request, key="one")

    until(lambda: reason(office.maker, CREATE, request, key="one") == "APPROVAL_EXPIRED")
    named = api.ApproveApprovalRequest(approval_id=approval, reason="fine")
    assert "APPROVAL_EXPIRED" == reason(office.checker, "ApprovalService/ApproveApproval", named)
    office.reaches(approval, pb.APPROVAL_STATE_EXPIRED)

    assert ["approval.requested", "approval.expired"] == office.events(approval)
    assert "APPROVAL_EXPIRED" == reason(office.checker, "ApprovalService/ApproveApproval", named)
    assert [] == office.payouts()


def test_what_waits_for_long_is_brought_before_more_people(office: Office) -> None:
    office.put(rule(expire_after=seconds(60), escalate_after=seconds(1)))
    approval = office.asked(office.payout(), key="one")

    until(lambda: "approval.escalated" in office.events(approval))
    office.approve(approval)

    assert not office.reaches(approval, pb.APPROVAL_STATE_EXECUTED).HasField("escalate_time")


def test_a_yes_and_the_expiry_at_once_end_as_one_of_them(office: Office) -> None:
    office.put(rule(expire_after=seconds(1)))
    approvals = [office.asked(office.payout(), key=f"key-{number}") for number in range(6)]
    parts = office.corridor.parts

    def expire() -> None:
        waiting.look_after(parts.store, Deciding(parts.clock))

    until(lambda: office.now(approvals[0]).expire_time.ToNanoseconds() < parts.clock.now().timestamp() * 1e9 + 3e7)
    for approval in approvals:
        at_once(lambda: office.approve(approval), expire)  # noqa: B023 - called at once
    ends = [
        until(lambda: office.now(each).state not in (1, 2) and office.now(each).state)  # noqa: B023 - called at once
        for each in approvals
    ]

    assert set(ends) <= {pb.APPROVAL_STATE_EXECUTED, pb.APPROVAL_STATE_EXPIRED}
    assert ends.count(pb.APPROVAL_STATE_EXECUTED) == len(office.payouts())


def test_the_same_key_sent_while_it_runs_makes_one_payout(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    approval = office.asked(request, key="one")
    stop = threading.Event()
    answers: list[str] = []

    def repeat() -> None:
        client = Client(office.corridor.address, office.maker.key)
        while not stop.is_set():
            try:
                answers.append(client.call(CREATE, request, key="one").payout.payout_id)
            except Refused as refused:
                answers.append(refused.reason)

    with ThreadPoolExecutor(4) as pool:
        repeating = [pool.submit(repeat) for _ in range(4)]
        office.approve(approval)
        until(lambda: answers and answers[-1].startswith("po_"))
        stop.set()
        for each in repeating:
            each.result()

    (made,) = office.payouts()
    assert {"APPROVAL_PENDING", made.payout_id} >= set(answers)


def test_the_same_call_sent_at_once_waits_once(office: Office) -> None:
    office.put(rule())
    request = office.payout()
    clients = [Client(office.corridor.address, office.maker.key) for _ in range(4)]
    office.corridor.parts.approval_policies.of(Caller(1, "", office.company_id, SANDBOX))

    answers = at_once(*(lambda client=client: client.call(CREATE, request, key="one") for client in clients))
    listed = office.checker.call("ApprovalService/ListApprovals", api.ListApprovalsRequest()).approvals

    assert (["APPROVAL_PENDING"] * 4, 1) == (answers, len(listed))


def job(office: Office, approval: str) -> Job:
    """The work of an approved call, as a worker holds it."""
    now = office.corridor.parts.clock.now()
    return Job(office.company_id, SANDBOX, 0, "approvals.execute", "", approval, 1, "c", "", now, now)


def test_two_workers_that_run_an_approved_call_at_once_make_one_payout(office: Office) -> None:
    office.put(rule())
    approval = office.asked(office.payout(), key="one")
    parts = office.corridor.parts
    executing = Executing(
        parts.store, Deciding(parts.clock), servicers.all_of(parts), parts.keyring.derived("fingerprints")
    )

    def run() -> Any:
        context = Context(request_id="r", correlation_id="c", caller=Caller(0, "corridor", office.company_id, SANDBOX))
        return executing.execute(context, job(office, approval))

    office.approve(approval)
    assert 3 == len(at_once(run, run, run))
    ran = office.reaches(approval, pb.APPROVAL_STATE_EXECUTED)

    assert [ran.resource_id] == [payout.payout_id for payout in office.payouts()]
    assert Done() == run()
    assert ["approval.requested", "approval.approved", "approval.executed"] == office.events(approval)


def test_an_approved_payout_is_sent_once(flow: Stage) -> None:
    office = Office(flow.corridor)
    office.company_id, office.maker = flow.company_id, flow.client
    office.checker = flow.corridor.client(flow.company_id)
    vendor = flow.vendor()
    flow.route(vendor)
    office.put(rule())

    approval = office.asked(office.payout(), key="one")
    office.approve(approval)
    ran = office.reaches(approval, pb.APPROVAL_STATE_EXECUTED)

    made = flow.reaches(Payout(payout_id=ran.resource_id), 5)
    assert [(12_50, "EUR")] == vendor.paid(made)


def test_a_decision_with_a_key_is_made_once(office: Office) -> None:
    office.put(rule())
    approval = office.asked(office.payout(), key="one")
    key = people.new_key()

    assert office.approve(approval, key=key) == office.approve(approval, key=key)
