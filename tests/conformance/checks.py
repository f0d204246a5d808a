"""The promises of the checks port: asking whether a payout would be taken says so, and does nothing else.

Rule: a promise is written once, here; what is particular to a provider comes from its fixtures.
"""

import pytest

from adapters.kit.errors import Misconfigured, Unavailable
from adapters.kit.simulator_http import Fault
from corridor.payouts.v1.payout_check_pb2 import PayoutCheck, PayoutCheckVerdict
from corridor.payouts.v1.payout_pb2 import Payout
from tests.conformance.bench import Bench
from tests.conformance.harmless import memory

TAKEN = PayoutCheckVerdict.PAYOUT_CHECK_VERDICT_TAKEN


def check(bench: Bench, payout: Payout, **changes: object) -> PayoutCheck:
    """Ask whether a payout would be taken, in a call that must have no effect."""
    call = bench.call("", operation="check_payout", harmless=True, **changes)
    found: PayoutCheck = bench.adapter.check_payout(call, payout, bench.beneficiary(payout))
    return found


class ChecksConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_what_would_be_taken_is_said_to_be(self, bench: Bench) -> None:
        for rail, currency in bench.fixtures.amounts:
            payout = bench.payout(rail, currency)
            found = check(bench, payout)

            assert TAKEN == found.verdict, (rail, currency)
            if found.HasField("amount"):
                assert payout.amount == found.amount

    def test_asking_leaves_nothing_behind(self, bench: Bench) -> None:
        before = memory(bench)
        check(bench, bench.payout())

        routes = {route.operation: route for route in bench.simulator.ROUTES}
        assert [] == [name for name, _ in bench.simulator.requests if routes[name].writes]
        assert before == memory(bench)

    @pytest.mark.parametrize("fault", [Fault("refuse"), Fault("reset"), Fault("html")], ids=lambda each: each.kind)
    def test_without_an_answer_there_is_no_verdict(self, bench: Bench, fault: Fault) -> None:
        check(bench, bench.payout())  # whatever is fetched before is there
        bench.simulator.fault(fault)

        with pytest.raises(Unavailable):
            check(bench, bench.payout())

    def test_refused_credentials_say_nothing_of_the_payout(self, bench: Bench) -> None:
        with pytest.raises(Misconfigured) as refused:
            check(bench, bench.payout(), credentials=bench.fixtures.wrong_credentials)

        assert refused.value.credentials
