"""What the company's operators do in a run: routes, rules and their way back, wrong credentials and good ones.

Rule: in the end both vendors can be used again, so that whatever still waits has somewhere to go.
"""

from typing import TYPE_CHECKING

from corridor.providers.v1 import route_pb2
from corridor.routing.v1 import routing_policy_pb2 as policies
from corridor.routing.v1 import routing_service_pb2 as api
from tests.chaos.simulation.vendors import Vendor
from tests.serving import Refused

if TYPE_CHECKING:
    from tests.chaos.simulation.run import Run

ON, QUEUE = route_pb2.ROUTE_MODE_ON, route_pb2.ROUTE_MODE_QUEUE
_VERSION = "SELECT coalesce(max(version), 0) FROM corridor.routing_policies WHERE company_id = %s"
_ACTS = ("route", "route", "hold", "rules", "rules", "rollback", "lock out", "let in")


def act(run: "Run") -> None:
    """Do one thing."""
    first, second = run.dice.sample(run.vendors, 2)
    match run.dice.choice(_ACTS):
        case "route":
            alone = run.dice.falls(0.3)
            run.dice.note(f"operator: {first.name}{'' if alone else ', then ' + second.name}")
            run.company.route(first, None if alone else second, ON)
        case "hold":
            run.dice.note("operator: the route is off")
            run.company.route(first, second, QUEUE)
        case "rules":
            _rules(run, first, second)
        case "rollback":
            _rollback(run)
        case "lock out" if run.wire.rough:
            run.dice.note(f"operator: wrong credentials for {first.name}")
            run.company.rotate(first, good=False)
        case _:
            run.dice.note(f"operator: good credentials for {first.name}")
            run.company.rotate(first, good=True)


def heal(run: "Run") -> None:
    """Let both vendors be used."""
    for vendor in run.vendors:
        if vendor.locked_out:
            run.company.rotate(vendor, good=True)
    first, second = run.vendors
    run.company.route(first, second, ON)
    if _version(run):
        _publish(run, _sent(first, second))


def _rules(run: "Run", first: Vendor, second: Vendor) -> None:
    """New rules: a split, the cheaper one, one after the other, or larger amounts off."""
    send = _sent(first, second)
    match run.dice.choice(("split", "cheapest", "in order", "off")):
        case "split":
            share = run.dice.choice((10, 50, 90))
            send.send.preference = policies.ROUTING_PREFERENCE_SPLIT
            send.send.candidates[0].percent, send.send.candidates[1].percent = share, 100 - share
        case "cheapest":
            send.send.preference = policies.ROUTING_PREFERENCE_CHEAPEST
            send.send.candidates[0].cost.fixed_minor, send.send.candidates[1].cost.fixed_minor = 25, 10
        case "off":
            send = policies.RoutingRule(name="off", off=policies.RoutingOff(mode=QUEUE))
    run.dice.note(f"operator: rules {send.name} {first.name}")
    _publish(run, send)


def _sent(first: Vendor, second: Vendor) -> policies.RoutingRule:
    rule = policies.RoutingRule(name="all")
    for vendor in (first, second):
        rule.send.candidates.add(connection_id=vendor.connection_id)
    return rule


def _publish(run: "Run", rule: policies.RoutingRule) -> None:
    request = api.CreateRoutingPolicyRequest(domain=run.domain, rules=[rule], base_version=_version(run))
    run.company.ask("RoutingService/CreateRoutingPolicy", request)


def _rollback(run: "Run") -> None:
    """Back to the rules before, where there are any."""
    if not _version(run):
        return
    run.dice.note("operator: rollback")
    try:
        run.company.ask("RoutingService/RollbackRoutingPolicy", api.RollbackRoutingPolicyRequest(domain=run.domain))
    except Refused as refused:  # there may be nothing to go back to
        run.dice.note(f"    {refused.code.name} {refused.reason}")


def _version(run: "Run") -> int:
    return int(run.rows(_VERSION)[0][0])
