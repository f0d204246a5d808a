"""Allowances and deadlines: counted per caller and class, and whichever deadline is the shorter."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from corridor.payouts.v1 import payout_service_pb2 as api
from server.interceptors.limits import Limits
from server.kit import contract, ids
from server.kit.allowances import DEFAULTS, OF_CALLER, OF_COMPANY, Allowance
from server.kit.context import Context, bound, current
from server.kit.errors import Failure
from server.platform.limits.counting import Counting
from tests.server import bench_server, people
from tests.serving import Client, Refused, Running, until

LIST, GET = "PayoutService/ListPayouts", "PayoutService/GetPayout"


def limited(corridor: Running, calls: int, seconds: int = 60) -> list[Any]:
    """The chain with so many reads allowed to each caller."""
    limits = Limits(Counting(corridor.parts.store, {"read": Allowance("read", calls, seconds)}), slow_calls=1)
    return [limits if isinstance(each, Limits) else each for each in bench_server.chain(corridor)]


def test_every_class_of_the_contract_has_an_allowance() -> None:
    classes = {method.policy.rate_class for method in contract.methods().values()}

    assert classes <= set(OF_CALLER)
    assert classes <= set(OF_COMPANY)
    assert {*OF_CALLER.values(), *OF_COMPANY.values()} < set(DEFAULTS)


def test_calls_beyond_the_allowance_are_refused_and_told_when_to_come_back(corridor: Running) -> None:
    with bench_server.serving(corridor, limited(corridor, 2)) as (address, _):
        client = Client(address, corridor.client().key)
        left = []
        for _ in range(2):
            client.call(LIST, api.ListPayoutsRequest())
            left.append(client.trailers["ratelimit"])

        found = people.refused(client, LIST, api.ListPayoutsRequest())

    assert ["r=1", "r=0"] == [text.split(";")[1] for text in left]
    assert ("RATE_LIMITED", grpc.StatusCode.RESOURCE_EXHAUSTED) == (found.reason, found.code)
    assert '"read";q=2;w=60, "company-read";q=30000;w=60' == found.trailers["ratelimit-policy"]
    assert 1 <= int(found.trailers["retry-after"]) <= 30


def test_an_allowance_comes_back_with_time(corridor: Running) -> None:
    with bench_server.serving(corridor, limited(corridor, 1, 3)) as (address, _):
        client = Client(address, corridor.client().key)
        client.call(LIST, api.ListPayoutsRequest())
        assert "RATE_LIMITED" == people.refused(client, LIST, api.ListPayoutsRequest()).reason

        assert until(lambda: _admitted(client))


def _admitted(client: Client) -> bool:
    try:
        client.call(LIST, api.ListPayoutsRequest())
    except Refused:
        return False
    return True


def test_callers_and_classes_are_counted_apart(corridor: Running) -> None:
    with bench_server.serving(corridor, limited(corridor, 1)) as (address, _):
        company = corridor.company()
        one, other = (Client(address, corridor.client(company).key) for _ in range(2))
        one.call(LIST, api.ListPayoutsRequest())

        assert "RATE_LIMITED" == people.refused(one, LIST, api.ListPayoutsRequest()).reason
        other.call(LIST, api.ListPayoutsRequest())
        people.beneficiary(one)  # a write


def test_refusals_for_too_many_calls_do_not_fill_the_audit(corridor: Running) -> None:
    with bench_server.serving(corridor, limited(corridor, 0)) as (address, _):
        client = Client(address, corridor.client().key)
        for _ in range(20):
            people.refused(client, LIST, api.ListPayoutsRequest())

    with people.rows(corridor, client) as connection:
        rows = connection.execute("SELECT reason FROM corridor.audit WHERE outcome = 2").fetchall()
    assert {("RATE_LIMITED",)} == set(rows)
    assert len(rows) < 10


@pytest.mark.parametrize(("timeout", "most"), [(60.0, 5.0), (1.0, 1.0)])
def test_the_shorter_deadline_counts(corridor: Running, timeout: float, most: float) -> None:
    left: list[float] = []

    def look(request: object, context: object) -> api.GetPayoutResponse:
        left.append(current().seconds_left())
        return api.GetPayoutResponse()

    with bench_server.serving(corridor, GetPayout=look) as (address, _):
        client = Client(address, corridor.client().key)
        client.call(GET, api.GetPayoutRequest(payout_id=ids.new("po")), timeout=timeout)

    assert most - 0.9 < left[0] <= most


def test_without_a_deadline_that_of_the_policy_counts(corridor: Running) -> None:
    left: list[float] = []

    def look(request: object, context: object) -> api.GetPayoutResponse:
        left.append(current().seconds_left())
        return api.GetPayoutResponse()

    with bench_server.serving(corridor, GetPayout=look) as (address, _):
        client = Client(address, corridor.client().key)
        client.call(GET, api.GetPayoutRequest(payout_id=ids.new("po")), timeout=None)  # type: ignore[arg-type] # no deadline is what it tests

    assert 4.0 < left[0] <= 5.0


def test_a_call_whose_deadline_has_passed_is_refused() -> None:
    method = next(iter(contract.methods().values()))

    with bound(Context("r", "c", method=method, deadline=0.0)), pytest.raises(Failure, match="DEADLINE_EXCEEDED"):
        Limits(None, slow_calls=1).intercept(lambda *_: None, None, None, method.path)  # type: ignore[arg-type] # not looked at


def test_a_call_that_waited_beyond_its_deadline_does_nothing(corridor: Running) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait(request: object, context: object) -> api.GetPayoutResponse:
        inside.set()
        go_on.wait(30.0)
        return api.GetPayoutResponse()

    mine = corridor.client()
    request = people.create(people.beneficiary(mine))
    with bench_server.serving(corridor, threads=1, GetPayout=wait) as (address, _), ThreadPoolExecutor(1) as pool:
        client = Client(address, mine.key)
        first = pool.submit(client.call, GET, api.GetPayoutRequest(payout_id=ids.new("po")))
        assert inside.wait(30.0)
        found = people.refused(client, "PayoutService/CreatePayout", request, key="late", timeout=0.2)
        go_on.set()
        first.result(30.0)
        listed = client.call(LIST, api.ListPayoutsRequest())  # the one thread comes to it last

    assert grpc.StatusCode.DEADLINE_EXCEEDED == found.code
    assert [] == list(listed.payouts)


def test_calls_that_wait_for_others_never_take_every_thread() -> None:
    limits = Limits(None, slow_calls=1)
    slow = contract.methods()["/corridor.payouts.v1.PayoutService/CancelPayout"]
    call = Context("request", "correlation", method=slow)
    nobody: Any = None  # the interceptor does not look at gRPC's context

    def waiting(_request: object, _context: object) -> str:
        with pytest.raises(Failure) as second:
            limits.intercept(lambda *_: "answer", b"", nobody, slow.path)
        return second.value.name

    with bound(call):
        assert "UNAVAILABLE" == limits.intercept(waiting, b"", nobody, slow.path)
        assert "answer" == limits.intercept(lambda *_: "answer", b"", nobody, slow.path)
