"""The promises of every step that can move money: authorise, capture, increment, void, reverse, refund.

Rule: what may have been done is never taken for not done, and is never done twice.
"""

import socket

import pytest

from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unknown
from adapters.kit.simulator_http import Fault, Request
from corridor.payments.v1.payment_observation_pb2 import PaymentStepState
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import CANARIES, about, done, fixtures_of, idempotency
from tests.conformance.payouts import ACTED, SHORT, _name
from tests.conformance.trials import Trial

State = PaymentStepState


class StepsConformance:
    """Subclass it where the fixtures `bench` and `trial` are given; `trial` is a step of each kind in turn."""

    def test_a_step_is_taken_and_said_to_be_what_was_asked_for(self, bench: Bench, trial: Trial) -> None:
        seen = done(bench, trial.payment, trial.step, trial.step_id, trial.take())

        assert (trial.step, State.PAYMENT_STEP_STATE_SUCCEEDED) == (seen.step, seen.state)
        assert trial.amount_minor == seen.amount.amount_minor
        assert trial.payment.amount.currency_code == seen.amount.currency_code
        assert trial.amount_minor == trial.effect()

    def test_a_step_is_tied_to_our_payment(self, bench: Bench, trial: Trial) -> None:
        seen = trial.take()

        assert seen.provider_reference
        assert seen.provider_state
        assert seen.payment_id in ("", trial.payment.payment_id)
        assert seen.step_id in ("", trial.step_id)

    def test_the_same_key_twice_has_one_effect(self, bench: Bench, trial: Trial) -> None:
        first, second = trial.take(), trial.take()

        assert (first.provider_reference, first.step_reference) == (second.provider_reference, second.step_reference)
        assert trial.amount_minor == self._settled(bench, trial)

    @pytest.mark.parametrize("fault", ACTED, ids=_name)
    def test_an_answer_that_is_lost_or_spoilt_is_unknown_and_the_truth_is_found(
        self, bench: Bench, trial: Trial, fault: Fault
    ) -> None:
        bench.simulator.fault(fault, trial.operation)

        with pytest.raises(Unknown):
            trial.take(seconds=SHORT)

        assert trial.amount_minor == self._settled(bench, trial)
        if trial.look_up:
            found = trial.find()
            assert found is not None
            assert found.state in (State.PAYMENT_STEP_STATE_SENT, State.PAYMENT_STEP_STATE_SUCCEEDED)
            assert trial.amount_minor == found.amount.amount_minor
        again = done(bench, trial.payment, trial.step, trial.step_id, trial.take())
        assert State.PAYMENT_STEP_STATE_SUCCEEDED == again.state
        assert trial.amount_minor == trial.effect()

    def test_a_connection_that_is_reset_is_unknown_and_look_up_tells_that_nothing_was_done(
        self, bench: Bench, trial: Trial
    ) -> None:
        bench.simulator.fault(Fault("reset"), trial.operation)

        with pytest.raises(Unknown):
            trial.take()

        assert 0 == trial.effect()
        if trial.look_up:
            assert trial.find() is None
        trial.take()
        assert trial.amount_minor == self._settled(bench, trial)

    @pytest.mark.parametrize("fault", [*ACTED, Fault("reset"), Fault("refuse")], ids=_name)
    def test_a_look_up_without_an_answer_is_unavailable_and_never_none(
        self, bench: Bench, trial: Trial, fault: Fault
    ) -> None:
        trial.take()
        bench.simulator.fault(fault)  # whichever question is asked first

        with pytest.raises(Unavailable):
            trial.find(seconds=SHORT)

    def test_a_step_that_was_never_sent_is_not_found(self, bench: Bench, trial: Trial) -> None:
        if not trial.look_up:
            with pytest.raises(Unavailable):
                trial.find()
            return
        assert trial.find() is None

    def test_a_look_up_at_a_wrong_address_is_misconfigured_and_never_nothing_there(
        self, bench: Bench, trial: Trial
    ) -> None:
        if not trial.look_up:
            pytest.skip(f"{bench.provider.name} cannot be asked")
        trial.take()

        with pytest.raises(Misconfigured):
            trial.find(base_url=bench.simulator.url + "/elsewhere")

    def test_no_connection_is_unavailable(self, bench: Bench, trial: Trial) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"

        with pytest.raises(Unavailable):
            trial.take(base_url=address)

    def test_a_deadline_that_is_over_is_unavailable_and_nothing_is_sent(self, bench: Bench, trial: Trial) -> None:
        with pytest.raises(Unavailable):
            trial.take(seconds=0)

        assert 0 == trial.effect()

    def test_429_is_unavailable_and_tells_how_long_to_wait(self, bench: Bench, trial: Trial) -> None:
        bench.simulator.fault(Fault("refuse", status=429, seconds=7), trial.operation)

        with pytest.raises(Unavailable) as refused:
            trial.take()

        assert 7 == refused.value.retry_after_seconds
        assert 0 == trial.effect()

    def test_wrong_credentials_are_misconfigured(self, bench: Bench, trial: Trial) -> None:
        with pytest.raises(Misconfigured):
            trial.take(credentials=bench.fixtures.wrong_credentials)

        assert 0 == trial.effect()

    def test_our_id_and_the_idempotency_key_reach_the_provider(self, bench: Bench, trial: Trial) -> None:
        trial.take()

        sent = next(request for name, request in reversed(bench.simulator.requests) if name == trial.operation)
        carrier, _, name = idempotency(bench, trial.domain).carrier.partition(":")
        if carrier == "header":
            assert trial.key == sent.headers.get(name.lower())
        elif carrier == "body":
            assert trial.key.encode() in sent.body
        if not trial.step_id or fixtures_of(bench).metadata:
            assert trial.our_id in _all_of(sent)
        assert "req-1" == sent.headers["x-request-id"]

    def test_nothing_sensitive_is_seen(self, bench: Bench, trial: Trial) -> None:
        said: list[str] = []
        for kind in ("error_after", "half_body", "refuse", "reset"):
            bench.simulator.fault(Fault(kind), trial.operation)  # type: ignore[arg-type]  # kinds of faults
            said += _failure_texts(trial)
        trial.take()
        if trial.look_up:
            trial.find()
        said += [repr(call) for call in bench.calls]
        said += [repr(exchange) for call in bench.calls for exchange in call.exchanges]
        text = "\n".join(said)

        secret = [each.name for each in bench.provider.manifest.credentials if each.secret]
        values = [bench.fixtures.credentials[name] for name in secret if name in bench.fixtures.credentials]
        for value in [*CANARIES, trial.payment.payment_method.token, *values]:
            assert value not in text

    def _settled(self, bench: Bench, trial: Trial) -> int:
        """What the books have once the provider is done; a little longer, so that a second effect would show."""
        bench.wait_until(lambda: trial.effect() > 0, 10.0)
        if not trial.look_up:
            bench.wait_until(lambda: bool(about(bench, trial.payment, trial.step, trial.step_id)), 10.0)
        return trial.effect()


def _all_of(request: Request) -> str:
    query = "&".join(f"{name}={value}" for name, value in request.query)
    return "\n".join([request.path, query, *request.headers.values(), request.body.decode("utf-8", "replace")])


def _failure_texts(trial: Trial) -> list[str]:
    try:
        trial.take()
    except ProviderError as error:
        texts: list[str] = []
        cause: BaseException | None = error
        while cause is not None:
            texts.append(f"{cause!r} {cause} {vars(cause)}")
            cause = cause.__cause__ or cause.__context__
        return texts
    return []
