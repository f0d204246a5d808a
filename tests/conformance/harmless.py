"""The promise of calls that must have no effect: whatever is tried in one, the provider is as it was before.

Rule: a request that may leave something behind does not go out, whichever operation of whichever port makes it.
"""

import contextlib
import copy
from collections.abc import Callable, Mapping
from typing import Any

from adapters.kit.errors import Withheld
from tests.conformance import dispute_bench, payment_bench
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import AUTHORISE, CAPTURE, INCREMENT, REFUND, REVERSE, VOID, needs
from tests.conformance.trials import trial

Act = Callable[[], Any]


def _create_payout(bench: Bench) -> Act:
    payout = bench.payout()
    return lambda: bench.create(payout, harmless=True)


def _create_payout_again(bench: Bench) -> Act:
    """To somebody whom the provider knows already: what is set up on the way is there."""
    bench.create(bench.payout())
    return _create_payout(bench)


def _cancel_payout(bench: Bench) -> Act:
    payout = bench.payout()
    payout.provider_reference = bench.create(payout).provider_reference
    call = bench.call("cancel", operation="cancel_payout", harmless=True)
    return lambda: bench.adapter.cancel_payout(call, payout)


def _continue_payment(bench: Bench) -> Act:
    needs(bench, "payments", "step_up")
    fixtures, made = payment_bench.fixtures_of(bench), payment_bench.payment(bench)
    assert fixtures.step_up is not None
    assert fixtures.customer is not None
    fixtures.step_up(made)
    seen = payment_bench.authorise(bench, made)
    details = fixtures.customer(bench.simulator, seen, True)
    call = bench.call(f"key-{made.payment_id}-on", operation="continue_payment", harmless=True)
    return lambda: bench.adapter.continue_payment(call, made, details)


def _step(name: str) -> Callable[[Bench], Act]:
    def ready(bench: Bench) -> Act:
        made = trial(bench, name)
        return lambda: made.take(harmless=True)

    return ready


def _submit_evidence(bench: Bench) -> Act:
    made = dispute_bench.dispute(bench)
    return lambda: dispute_bench.submit(bench, made, [dispute_bench.document()], harmless=True)


def _accept_dispute(bench: Bench) -> Act:
    needs(bench, "disputes", "acceptance")
    made = dispute_bench.dispute(bench)
    return lambda: dispute_bench.accept(bench, made, harmless=True)


def _called(operation: str, *values: Any) -> Callable[[Bench], Act]:
    def ready(bench: Bench) -> Act:
        call = bench.call("key-harmless", operation=operation, harmless=True)
        return lambda: getattr(bench.adapter, operation)(call, *values)

    return ready


# Every operation that acts, and how it comes to be just about to.
ACTING: Mapping[str, tuple[Callable[[Bench], Act], ...]] = {
    "create_payout": (_create_payout, _create_payout_again),
    "cancel_payout": (_cancel_payout,),
    "authorise": (_step(AUTHORISE),),
    "continue_payment": (_continue_payment,),
    "capture": (_step(CAPTURE),),
    "increment": (_step(INCREMENT),),
    "void": (_step(VOID),),
    "reverse": (_step(REVERSE),),
    "create_refund": (_step(REFUND),),
    "submit_evidence": (_submit_evidence,),
    "accept_dispute": (_accept_dispute,),
    "revoke_grant": (_called("revoke_grant", "token_made_up"),),
    "advance_clock": (_called("advance_clock", 60),),
    "set_webhook_target": (_called("set_webhook_target", "http://127.0.0.1:9/hook", "whsec_YW5vdGhlcg=="),),
}
# Operations that only ask, and those that send nothing.
ASKING = frozenset(
    {
        "check_payout",
        "institution_statuses",
        "list_changes",
        "look_up_dispute",
        "look_up_payment",
        "look_up_payout",
        "look_up_refund",
        "read_webhook",
        "verify_webhook",
    }
)


def memory(bench: Bench) -> tuple[list[Any], list[Any]]:
    """What the provider would have of it: books, and the keys under which something was done."""
    with bench.simulator.store.lock:
        return bench.simulator.books(), copy.deepcopy(bench.simulator.store.all("idempotency"))


class HarmlessConformance:
    """Subclass it where the fixtures `bench` and `ready` are given."""

    def test_a_call_without_effects_leaves_nothing_behind(self, bench: Bench, ready: Callable[[Bench], Act]) -> None:
        act = ready(bench)
        before, asked = memory(bench), len(bench.simulator.requests)

        with contextlib.suppress(Withheld):
            act()

        routes = {route.operation: route for route in bench.simulator.ROUTES}
        made = [operation for operation, _ in bench.simulator.requests[asked:]]
        assert [] == [operation for operation in made if routes[operation].writes]
        assert before == memory(bench)
