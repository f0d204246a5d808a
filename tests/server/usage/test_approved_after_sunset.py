"""A call that was put under approval before a sunset is not lost by it: it runs once approved, and its key answers."""

from datetime import timedelta

import httpx
import pytest

from corridor.approvals.v1.approval_pb2 import APPROVAL_STATE_EXECUTED, APPROVAL_STATE_EXPIRED
from corridor.approvals.v1.approval_policy_pb2 import ApprovalPolicy
from server.kit import ids
from server.kit.context import Caller as Who
from server.kit.context import Context
from server.platform.approvals import waiting
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.executing import Executing
from server.store.work import Done, Job
from tests.server import people
from tests.server.approvals.office import Office, rule, seconds
from tests.server.usage import trials
from tests.server.usage.conftest import Caller
from tests.server.usage.trials import SERVICE, SUNSET, Served
from tests.serving import SANDBOX, Running, until

LATER = SUNSET + timedelta(hours=1)
METHOD = pytest.mark.parametrize(
    ("name", "path", "body", "refusal"),
    [
        ("MakeTrial", "/v1/old-trials", {"title": "a"}, "METHOD_SUNSET"),
        ("CreateTrial", "/v1/trials", {"name": "a"}, "FIELD_SUNSET"),
    ],
    ids=["method", "field"],
)


@pytest.fixture
def office(corridor: Running, caller: Caller) -> Office:
    """The caller's company, with others who approve."""
    found = Office(corridor)
    found.company_id = people.company_of(corridor, caller.client)
    found.maker, found.checker = caller.client, corridor.client(found.company_id)
    return found


def context(office: Office) -> Context:
    """A worker's context for the company."""
    return Context(ids.request_id(), "c", caller=Who(0, "corridor", office.company_id, SANDBOX))


def put(office: Office, name: str, **changes: object) -> None:
    """Put a method of the trials under approval: the shipped contract, by which rules are checked, has none of them."""
    parts, by = office.corridor.parts, context(office)
    with parts.store.transaction(office.company_id, SANDBOX) as connection:
        policy = ApprovalPolicy(rules=[rule(f"{SERVICE}.{name}", **changes)], revision=1)
        parts.approval_policies.put(connection, by, policy)
    parts.approval_policies.forget(by.who)


def run(office: Office, served: Served, approval: str) -> None:
    """Do the work of an approved call, as a worker does."""
    parts = office.corridor.parts
    secret = parts.keyring.derived("fingerprints")
    executing = Executing(parts.store, Deciding(parts.clock), {SERVICE: served.trials}, secret, trials.methods())
    now = parts.clock.now()
    job = Job(office.company_id, SANDBOX, 0, "approvals.execute", "", approval, 1, "c", "", now, now)
    assert Done() == executing.execute(context(office), job)


def post(caller: Caller, path: str, body: object, key: str) -> httpx.Response:
    """The answer to a call with a key."""
    return caller.http.post(path, json=body, headers={"idempotency-key": key})


@METHOD
def test_what_waited_at_the_sunset_runs_once_and_its_key_answers(
    office: Office, caller: Caller, served: Served, name: str, path: str, body: object, refusal: str
) -> None:
    put(office, name)
    asked = post(caller, path, body, "k")
    approval = asked.headers["location"].rpartition("/")[2]
    served.clock.time = LATER

    waits = post(caller, path, body, "k")
    assert (202, "APPROVAL_PENDING", asked.headers["location"]) == (
        waits.status_code, waits.json()["reason"], waits.headers["location"],
    )  # fmt: skip
    assert refusal == post(caller, path, body, "other").json()["reason"]

    office.approve(approval)
    run(office, served, approval)
    run(office, served, approval)
    done = [post(caller, path, body, "k") for _ in range(2)]

    assert APPROVAL_STATE_EXECUTED == office.now(approval).state
    assert [(200, "true")] * 2 == [(each.status_code, each.headers["idempotent-replayed"]) for each in done]
    assert {office.now(approval).resource_id} == {each.json()["trial_id"] for each in done}
    assert 1 == len(served.trials.made)


@METHOD
def test_what_nobody_approved_is_told_as_that_and_not_as_ended(
    office: Office, caller: Caller, served: Served, name: str, path: str, body: object, refusal: str
) -> None:
    put(office, name, expire_after=seconds(1))
    asked = post(caller, path, body, "k")
    approval = asked.headers["location"].rpartition("/")[2]
    served.clock.time = LATER
    parts = office.corridor.parts

    def expired() -> bool:
        waiting.look_after(parts.store, Deciding(parts.clock))
        return office.now(approval).state == APPROVAL_STATE_EXPIRED

    until(expired)

    assert "APPROVAL_EXPIRED" == post(caller, path, body, "k").json()["reason"]
    assert [] == served.trials.made
