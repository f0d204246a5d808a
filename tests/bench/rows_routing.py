"""What routing costs a call, by CPU of the thread: 200 rules matched, candidates gathered, the decision made.

The one query before it was there without rules as well, and is not counted.
"""

import time
from collections.abc import Sequence
from random import Random

import grpc

from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import payout_service_pb2
from corridor.providers.v1 import connection_service_pb2
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.route_decision_pb2 import ROUTE_CHOICE_SEND, RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCandidate, RoutingCondition, RoutingRule, RoutingSend
from corridor.type.v1.environment_pb2 import ENVIRONMENT_SANDBOX
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.rail_pb2 import RAIL_SEPA
from server.kit import context as contexts
from server.kit.context import Caller, Context
from server.parts import Parts
from server.platform.routing import basis as bases
from tests.bench import database
from tests.bench.calls import Calls, call, recorded
from tests.bench.database import Database
from tests.bench.rows_invoke import parts_on
from tests.bench.run import ReconcileError, Run, rounds
from tests.bench.table import Row, spread

RULES = 200
_PROVIDER = "sandbox"
_CONNECT = "/corridor.providers.v1.ConnectionService/CreateConnection"
_MAKE = "/corridor.routing.v1.RoutingService/CreateRoutingPolicy"
_GET = "/corridor.payouts.v1.PayoutService/ListPayouts"
_AT_ONCE = 200


def costs(run: Run) -> Sequence[Row]:
    """A decision besides its query, with 200 rules and two candidates, against what a small call costs its caller."""
    server = run.server()
    tenant = database.with_company(run.database)
    calls = recorded(tenant, server.address)
    with grpc.insecure_channel(server.address) as channel, parts_on(run, tenant) as here:
        _with_rules(channel, calls)
        found = rounds(
            run.scale,
            {
                "decide": lambda seconds: _decisions(here, tenant, seconds),
                "list": lambda seconds: _listed(channel, calls, seconds),
            },
        )
    shares = [mine / other for mine, other in zip(found["decide"], found["list"], strict=True)]
    return [
        Row(f"decision with {RULES} rules (match, gather, decide) / caller's side of ListPayouts, by CPU",
            spread(shares), sides={"decision µs": spread(found["decide"]), "ListPayouts µs": spread(found["list"])},
            note="aim: at most 50 µs of a decision"),
    ]  # fmt: skip


def _decisions(here: Parts, tenant: Database, seconds: float) -> float:
    caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", tenant.company_id, ENVIRONMENT_SANDBOX)
    context, random = Context("request", "bench", caller=caller), Random(7)
    router, used, count = here.routing.router, 0.0, 0
    with contexts.bound(context), here.store.of(caller.company_id, caller.environment) as connection:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            records = [_record(random) for _ in range(_AT_ONCE)]
            basis = bases.read(connection, context, records[0].facts, here.clock.now())
            began = time.thread_time()
            for record in records:
                decided = router.decide_on(connection, context, basis, record)
            used += time.thread_time() - began
            count += _AT_ONCE
            if decided.record.choice != ROUTE_CHOICE_SEND or not decided.record.rule_number:
                raise ReconcileError(f"no rule has sent it: {decided.record.why}")
    return 1e6 * used / count


def _record(random: Random) -> RouteDecision:
    facts = RoutingFacts(
        domain="payouts",
        resource_id=f"po_{random.randrange(10**12):026}",
        amount=Money(currency_code="EUR", amount_minor=random.randrange(1, 2_000_000)),
        country_code="DE",
        rail=RAIL_SEPA,
        segment=f"segment-{random.randrange(20)}",
        risk_score=random.randrange(100),
        customer_id=f"customer-{random.randrange(10**6)}",
    )
    facts.time.FromNanoseconds(time.time_ns())
    record = RouteDecision(resource_id=facts.resource_id, facts=facts, operation="create_payout", tries=1)
    record.create_time.CopyFrom(facts.time)
    return record


def _listed(channel: grpc.Channel, calls: Calls, seconds: float) -> float:
    """What a caller's own side of a small call costs: a yardstick of this machine, at this moment."""
    used, count, ends = 0.0, 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.thread_time()
        call(channel, calls.key, _GET, payout_service_pb2.ListPayoutsRequest(page_size=1))
        used += time.thread_time() - began
        count += 1
    return 1e6 * used / count


def _with_rules(channel: grpc.Channel, calls: Calls) -> None:
    """Two connections, and 200 rules of which the last one holds for everything."""
    connection_ids = []
    for title in ("First", "Second"):
        request = connection_service_pb2.CreateConnectionRequest(
            provider=_PROVIDER, title=title, credentials={"api_key": "sk_bench", "webhook_secret": "whsec_YmVuY2g="}
        )
        made = call(channel, calls.key, _CONNECT, request, f"routing-{title}")
        connection_ids.append(made.connection.connection_id)
    send = RoutingSend(candidates=[RoutingCandidate(connection_id=each) for each in connection_ids])
    rules = [RoutingRule(name=f"rule-{number}", when=_condition(number), send=send) for number in range(RULES - 1)]
    request = api.CreateRoutingPolicyRequest(domain="payouts", rules=[*rules, RoutingRule(name="all", send=send)])
    call(channel, calls.key, _MAKE, request, "routing-rules")


def _condition(number: int) -> RoutingCondition:
    """Conditions over every part, each true of few payouts."""
    return RoutingCondition(
        currency_codes=["EUR"],
        amount_at_least_minor=number * 10_000,
        amount_below_minor=number * 10_000 + 5_000,
        country_codes=["DE", "FR"],
        segments=[f"segment-{number % 20}"],
        risk_below=50 if number % 2 else None,
        customer_ids=[f"customer-{each}" for each in range(number, number + 10)] if number % 3 == 0 else [],
    )
