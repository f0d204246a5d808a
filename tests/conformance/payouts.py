"""The promises of the payouts port. Every adapter that implements it keeps them, against its simulator over HTTP.

Rule: a promise is written once, here; what is particular to a provider comes from its fixtures.
"""

import socket

import pytest

from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unknown, Unmapped
from adapters.kit.simulator_http import Fault
from corridor.payouts.v1.payout_pb2 import PayoutState
from tests.conformance.bench import CANARIES, Bench

S = PayoutState

ACTED = (
    Fault("lost_answer"),
    Fault("error_after"),
    Fault("error_after", status=502),
    Fault("half_body"),
    Fault("html"),
    Fault("html", status=502),
    Fault("slow", seconds=0.6),
    Fault("trickle", seconds=2.0),
)
SHORT = 0.3
"""A deadline in seconds that the slow faults exceed."""


def _name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.status}" if fault.status else fault.kind


class PayoutsConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_payout_is_taken(self, bench: Bench) -> None:
        payout = bench.payout()

        seen = bench.create(payout)

        assert payout.payout_id == seen.payout_id
        assert seen.provider_reference
        assert seen.provider_state
        assert seen.state in {S.PAYOUT_STATE_SENT, S.PAYOUT_STATE_PENDING}
        assert 1 == bench.paid(payout)

    def test_a_payout_is_found_by_our_id_and_by_the_provider_s(self, bench: Bench) -> None:
        payout = bench.payout()
        created = bench.create(payout)

        by_ours = bench.look_up(payout)
        payout.provider_reference = created.provider_reference
        by_theirs = bench.look_up(payout)

        assert created.provider_reference == by_ours.provider_reference == by_theirs.provider_reference
        assert payout.payout_id == by_ours.payout_id == by_theirs.payout_id

    def test_a_payout_that_was_never_sent_is_not_found(self, bench: Bench) -> None:
        bench.create(bench.payout())

        assert bench.look_up(bench.payout()) is None

    def test_the_same_key_twice_pays_once(self, bench: Bench) -> None:
        payout = bench.payout()

        first, second = bench.create(payout), bench.create(payout)

        assert first.provider_reference == second.provider_reference
        assert 1 == bench.paid(payout)

    def test_another_payout_under_a_used_key_is_loud_and_pays_nothing(self, bench: Bench) -> None:
        first, second = bench.payout(), bench.payout(amount_minor=777)
        bench.create(first, key=first.payout_id)

        with pytest.raises(Misconfigured):
            bench.create(second, key=first.payout_id)

        assert 0 == bench.paid(second)

    def test_a_decline_is_an_answer(self, bench: Bench) -> None:
        if bench.fixtures.decline is None:
            pytest.skip(f"{bench.provider.name} has no way to provoke a decline")
        payout = bench.payout()
        bench.fixtures.decline(payout)

        seen = bench.create(payout)

        assert S.PAYOUT_STATE_FAILED == seen.state
        assert seen.reason

    @pytest.mark.parametrize("fault", ACTED, ids=_name)
    def test_an_answer_that_is_lost_or_spoilt_is_unknown_and_found_by_look_up(self, bench: Bench, fault: Fault) -> None:
        payout = bench.payout()
        bench.simulator.fault(fault, bench.fixtures.create)

        with pytest.raises(Unknown):
            bench.create(payout, seconds=SHORT)

        bench.wait_until(lambda: bench.paid(payout) == 1)
        assert payout.payout_id == bench.look_up(payout).payout_id
        assert payout.payout_id == bench.create(payout).payout_id
        assert 1 == bench.paid(payout)

    def test_a_connection_that_is_reset_is_unknown_and_look_up_tells_that_nothing_was_done(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.simulator.fault(Fault("reset"), bench.fixtures.create)

        with pytest.raises(Unknown):
            bench.create(payout)

        assert bench.look_up(payout) is None

    @pytest.mark.parametrize("fault", [*ACTED, Fault("reset"), Fault("refuse")], ids=_name)
    def test_a_look_up_without_an_answer_is_unavailable_and_never_none(self, bench: Bench, fault: Fault) -> None:
        payout = bench.payout()
        bench.create(payout)
        bench.simulator.fault(fault, bench.fixtures.look_up)

        with pytest.raises(Unavailable):
            bench.look_up(payout, seconds=SHORT)

    def test_no_connection_is_unavailable(self, bench: Bench) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"

        with pytest.raises(Unavailable):
            bench.create(bench.payout(), base_url=address)

    def test_a_deadline_that_is_over_is_unavailable_and_nothing_is_sent(self, bench: Bench) -> None:
        payout = bench.payout()

        with pytest.raises(Unavailable):
            bench.create(payout, seconds=0)

        assert 0 == bench.paid(payout)

    def test_429_is_unavailable_and_tells_how_long_to_wait(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.simulator.fault(Fault("refuse", status=429, seconds=7), bench.fixtures.create)

        with pytest.raises(Unavailable) as refused:
            bench.create(payout)

        assert 7 == refused.value.retry_after_seconds
        assert 0 == bench.paid(payout)

    def test_wrong_credentials_are_misconfigured(self, bench: Bench) -> None:
        payout = bench.payout()

        with pytest.raises(Misconfigured):
            bench.create(payout, credentials=bench.fixtures.wrong_credentials)
        with pytest.raises(Misconfigured):
            bench.look_up(payout, credentials=bench.fixtures.wrong_credentials)

        assert 0 == bench.paid(payout)

    def test_missing_credentials_are_misconfigured(self, bench: Bench) -> None:
        secret = next(each.name for each in bench.provider.manifest.credentials if each.secret and not each.webhook)

        with pytest.raises(Misconfigured):
            bench.create(bench.payout(), credentials={secret: ""})

    def test_a_wrong_address_is_misconfigured_and_never_nothing_there(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)

        with pytest.raises(Misconfigured):
            bench.look_up(payout, base_url=bench.simulator.url + "/elsewhere")
        payout.provider_reference = "an-id"
        with pytest.raises(Misconfigured):
            bench.look_up(payout, base_url=bench.simulator.url + "/elsewhere")

    @pytest.mark.parametrize("amount_minor", [1, 999, 1000, 123_457, 98_765_432_101])
    def test_amounts_and_currencies_come_back_equal(self, bench: Bench, amount_minor: int) -> None:
        for rail, currency in bench.fixtures.amounts:
            payout = bench.payout(rail, currency, amount_minor)

            seen = bench.create(payout)

            assert (amount_minor, currency) == (seen.amount.amount_minor, seen.amount.currency_code)
            (entry,) = [each for each in bench.simulator.books() if each.reference == payout.payout_id]
            assert (amount_minor, currency) == (entry.amount_minor, entry.currency_code)

    def test_the_provider_s_states_are_read(self, bench: Bench) -> None:
        for state, word in bench.fixtures.words.items():
            payout = bench.payout()
            bench.create(payout)
            bench.move(payout, word)

            assert state == bench.look_up(payout).state, word

    def test_a_word_that_is_not_known_is_loud(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)
        bench.move(payout, bench.fixtures.unknown_word)

        with pytest.raises(Unmapped):
            bench.look_up(payout)

    def test_a_payout_can_be_cancelled_in_time(self, bench: Bench) -> None:
        if not bench.fixtures.cancels:
            pytest.skip(f"{bench.provider.name} cancels no payouts")
        payout = bench.payout()
        bench.create(payout)

        seen = bench.adapter.cancel_payout(bench.call("cancel", operation="cancel_payout"), payout)

        assert S.PAYOUT_STATE_CANCELLED == seen.state
        assert S.PAYOUT_STATE_CANCELLED == bench.look_up(payout).state

    def test_a_cancellation_that_comes_too_late_tells_where_the_payout_is(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)
        bench.move(payout, bench.fixtures.words[S.PAYOUT_STATE_SETTLED])

        seen = bench.adapter.cancel_payout(bench.call("cancel", operation="cancel_payout"), payout)

        assert S.PAYOUT_STATE_SETTLED == seen.state

    def test_a_cancellation_without_an_answer_is_never_a_result(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)
        bench.simulator.fault(Fault("lost_answer"), "*", times=3)

        with pytest.raises((Unknown, Unavailable)):
            bench.adapter.cancel_payout(bench.call("cancel", operation="cancel_payout"), payout)

    def test_our_ids_travel_with_every_request(self, bench: Bench) -> None:
        bench.create(bench.payout())

        headers = bench.simulator.requests[-1][1].headers
        assert "req-1" == headers["x-request-id"]
        assert "corr-1" == headers["x-correlation-id"]
        assert "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" == headers["traceparent"]

    def test_every_exchange_is_kept(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)
        bench.simulator.fault(Fault("error_after"), bench.fixtures.create)
        with pytest.raises(Unknown):
            bench.create(bench.payout())

        well, ill = (call.exchanges for call in bench.calls[-2:])
        assert [""] * len(well) == [exchange.failure for exchange in well]
        assert all(200 <= exchange.status < 300 for exchange in well)
        assert any(payout.payout_id in exchange.request_body for exchange in well)
        assert (500, "Unknown") == (ill[-1].status, ill[-1].failure)

    def test_nothing_sensitive_is_seen(self, bench: Bench) -> None:
        said: list[str] = []
        for rail, currency in bench.fixtures.amounts:
            payout = bench.payout(rail, currency)
            bench.create(payout)
            for fault in (Fault("error_after"), Fault("half_body"), Fault("refuse"), Fault("reset")):
                bench.simulator.fault(fault, bench.fixtures.create)
                said += _failure_texts(bench, bench.payout(rail, currency))
            bench.look_up(payout)
        said += [repr(call) for call in bench.calls]
        said += [repr(exchange) for call in bench.calls for exchange in call.exchanges]
        text = "\n".join(said)

        secret = [each.name for each in bench.provider.manifest.credentials if each.secret]
        known = bench.fixtures.credentials
        for value in [*CANARIES, *(known[name] for name in secret if name in known)]:
            assert value not in text


def _failure_texts(bench: Bench, payout: object) -> list[str]:
    try:
        bench.create(payout)  # type: ignore[arg-type]  # always a payout
    except ProviderError as error:
        texts, cause = [], error
        while cause is not None:
            texts.append(f"{cause!r} {cause} {vars(cause)}")
            cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]  # any exception
        return texts
    return []
