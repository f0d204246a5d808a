"""What the adapter does where the vendor's answer is not what it seems, and what it lets be seen."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown, Unmapped
from adapters.kit.simulator import Answer, Refused, Request
from adapters.kit.simulator_http import Fault
from adapters.lithic.adapter import ADAPTER
from adapters.lithic.simulator import LithicSimulator
from tests.adapters.lithic import samples

Calls = Callable[..., Call]


class Strict(LithicSimulator):
    """A vendor that refuses a token which it has: its document leaves that open."""

    STATUS = 400

    def _repeated(self, payment: dict[str, Any], owner: str) -> Answer:
        raise Refused(self.error(self.STATUS, "", "the token is taken"))


class Conflicting(Strict):
    """The same, with another status."""

    STATUS = 409


@pytest.mark.parametrize("vendor", [LithicSimulator, Strict])
def test_the_same_key_twice_pays_once_however_the_vendor_answers_the_second(
    vendor: type[LithicSimulator], call: Calls
) -> None:
    with vendor(step_seconds=3600) as simulator:
        first = ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())
        second = ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())

        assert first == second
        assert 1 == len(simulator.books())


def test_a_conflict_over_the_token_is_unknown_and_the_look_up_finds_the_payment(call: Calls) -> None:
    with Conflicting(step_seconds=3600) as simulator:
        made = ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())
        with pytest.raises(Unknown):
            ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())

        assert made == ADAPTER.look_up_payout(call(base_url=simulator.url), samples.payout())
        assert 1 == len(simulator.books())


@pytest.mark.parametrize(
    "fault", [Fault("lost_answer"), Fault("error_after"), Fault("refuse"), Fault("html")], ids=repr
)
def test_a_refusal_that_cannot_be_looked_up_is_unknown_and_never_misconfigured(fault: Fault, call: Calls) -> None:
    with Strict(step_seconds=3600) as simulator:
        ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())
        simulator.fault(fault, "get_payment")

        with pytest.raises(Unknown):
            ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())


@pytest.mark.parametrize("vendor", [LithicSimulator, Strict])
def test_a_used_token_with_another_payout_is_told_and_pays_nothing(vendor: type[LithicSimulator], call: Calls) -> None:
    other = samples.payout(amount_minor=777)
    other.payout_id = "po_01k9h2x0000000000000000001"
    with vendor(step_seconds=3600) as simulator:
        ADAPTER.create_payout(call(base_url=simulator.url), samples.payout(), samples.beneficiary())

        with pytest.raises(Misconfigured):
            ADAPTER.create_payout(call(base_url=simulator.url), other, samples.beneficiary())
        assert 1 == len(simulator.books())


@pytest.mark.parametrize("kind", ["lost_answer", "error_after", "half_body", "reset"])
def test_an_account_whose_answer_is_lost_is_found_by_the_next_try(
    kind: Any, simulator: LithicSimulator, call: Calls
) -> None:
    simulator.fault(Fault(kind), "create_account")
    with pytest.raises(Unavailable):
        ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())

    assert (1, 1) == (len(simulator.store.all("account")), len(simulator.books()))


def test_a_paused_account_is_refused_and_nothing_is_paid(simulator: LithicSimulator, call: Calls) -> None:
    ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    simulator.store.all("account")[0]["state"] = "PAUSED"
    other = samples.payout()
    other.payout_id = "po_01k9h2x0000000000000000001"

    with pytest.raises(Rejected):
        ADAPTER.create_payout(call(other.payout_id), other, samples.beneficiary())

    assert 1 == len(simulator.books())


def test_a_conflict_that_names_no_account_pays_nothing(call: Calls) -> None:
    class Silent(LithicSimulator):
        def create_account(self, request: Request) -> Answer:
            return Answer(409, {"message": "exists", "debugging_request_id": "", "context": None})

    with Silent(step_seconds=3600) as silent:
        with pytest.raises(Unavailable):
            ADAPTER.create_payout(call(base_url=silent.url), samples.payout(), samples.beneficiary())

        assert [] == silent.books()


@pytest.mark.parametrize("body", [[], {"id": "x"}, {"data": {}}], ids=repr)
def test_nothing_there_counts_only_from_the_vendor_itself(body: Any, call: Calls) -> None:
    class Stranger(LithicSimulator):
        def list_payments(self, request: Request) -> Answer:
            return Answer(200, body)

    with Stranger(step_seconds=3600) as stranger, pytest.raises(Misconfigured):
        ADAPTER.look_up_payout(call(base_url=stranger.url), samples.payout())


def test_a_token_that_is_another_payouts_is_told(simulator: LithicSimulator, call: Calls) -> None:
    made = ADAPTER.create_payout(call(), samples.payout(), samples.beneficiary())
    other = samples.payout()
    other.payout_id = "po_01k9h2x0000000000000000001"
    other.provider_reference = made.provider_reference

    with pytest.raises(Misconfigured):
        ADAPTER.look_up_payout(call(), other)


@pytest.mark.parametrize("body", [[], {}, [1], {"token": "x"}, {"status": "PENDING", "token": 5}], ids=repr)
def test_an_answer_in_another_shape_is_loud(body: object, call: Calls) -> None:
    class Strange(LithicSimulator):
        def create_payment(self, request: Request) -> Answer:
            return Answer(202, body)

    with Strange(step_seconds=3600) as strange, pytest.raises(Unmapped):
        ADAPTER.create_payout(call(base_url=strange.url), samples.payout(), samples.beneficiary())


def test_no_capture_shows_who_is_paid_or_by_which_key(simulator: LithicSimulator, call: Calls) -> None:
    made = call()
    simulator.fault(Fault("error_after"), "create_payment")
    with pytest.raises(ProviderError):
        ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.create_payout(made, samples.payout(), samples.beneficiary())
    ADAPTER.look_up_payout(made, samples.payout())
    shown = f"{made!r} {made.exchanges!r}"

    for canary in ("Zo", "Sample", "123-456789", "6789", "021000021", "Invoice", samples.CREDENTIALS["api_key"]):
        assert canary not in shown
