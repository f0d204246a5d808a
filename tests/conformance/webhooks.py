"""The promises of the webhooks port. Every adapter that implements it keeps them, with its simulator's own webhooks.

Rule: verification sees bytes as they came over the wire, never as a test would write them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.kit.errors import Forged, Unmapped
from adapters.kit.ports import Inbound
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from tests.conformance.bench import Bench

S = PayoutState


def _story(bench: Bench) -> list[Inbound]:
    """The webhooks of a payout that goes all the way: pending, settled, returned."""
    payout = bench.payout()
    bench.create(payout)
    for state in (S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_RETURNED):
        _moved(bench, payout, bench.fixtures.words[state])
    return list(bench.receiver.inbound)


def _moved(bench: Bench, payout: Payout, word: str) -> Inbound:
    """The webhook that tells of a state. Others may come before it, as of a payout that was just made."""
    so_far = len(bench.simulator.outbox.events)
    bench.move(payout, word)
    return bench.receiver.wait_for(max(so_far + 1, len(bench.simulator.outbox.events)))[-1]


def _one(bench: Bench) -> Inbound:
    payout = bench.payout()
    bench.create(payout)
    return _moved(bench, payout, bench.fixtures.words[S.PAYOUT_STATE_SETTLED])


def _states(bench: Bench, inbound: list[Inbound]) -> "set[tuple[str, PayoutState.ValueType]]":
    """What webhooks say of payouts. Where one tells only that something happened, the provider is asked."""
    told = [seen for each in inbound for seen in bench.adapter.read_webhook(each).observations]
    return {(seen.payout_id, seen.state or bench.look_up(Payout(payout_id=seen.payout_id)).state) for seen in told}


class WebhooksConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_genuine_webhook_is_accepted(self, bench: Bench) -> None:
        bench.adapter.verify_webhook(_one(bench), [bench.webhook_secret], datetime.now(UTC))

    def test_any_of_the_active_secrets_may_sign(self, bench: Bench) -> None:
        secrets = [bench.fixtures.other_secret, bench.webhook_secret]

        bench.adapter.verify_webhook(_one(bench), secrets, datetime.now(UTC))

    @pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
    def test_without_a_secret_nothing_is_accepted(self, bench: Bench, secrets: list[str]) -> None:
        with pytest.raises(Forged) as forged:
            bench.adapter.verify_webhook(_one(bench), secrets, datetime.now(UTC))

        assert "no_secret" == forged.value.reason

    def test_another_secret_is_refused(self, bench: Bench) -> None:
        with pytest.raises(Forged):
            bench.adapter.verify_webhook(_one(bench), [bench.fixtures.other_secret], datetime.now(UTC))

    def test_an_altered_body_is_refused(self, bench: Bench) -> None:
        genuine = _one(bench)
        for body in (genuine.body + b"\n", genuine.body[:-1], genuine.body.replace(b":", b": ", 1), b""):
            with pytest.raises(Forged):
                bench.adapter.verify_webhook(replace(genuine, body=body), [bench.webhook_secret], datetime.now(UTC))

    def test_an_altered_or_missing_signature_is_refused(self, bench: Bench) -> None:
        genuine = _one(bench)
        header = bench.fixtures.signature_header
        signature = genuine.headers[header]
        middle = len(signature) // 2
        flipped = signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1 :]
        for value in ("", " ", signature[:-4], flipped, signature[: middle // 2], "v1", ",", "é"):
            with pytest.raises(Forged):
                bench.adapter.verify_webhook(
                    replace(genuine, headers={**genuine.headers, header: value}),
                    [bench.webhook_secret],
                    datetime.now(UTC),
                )
        absent = {name: value for name, value in genuine.headers.items() if name != header}
        with pytest.raises(Forged) as forged:
            bench.adapter.verify_webhook(replace(genuine, headers=absent), [bench.webhook_secret], datetime.now(UTC))
        assert "missing_signature" == forged.value.reason

    def test_a_stale_webhook_is_refused(self, bench: Bench) -> None:
        if not bench.fixtures.time_is_signed:
            pytest.skip(f"{bench.provider.name} signs no time")
        genuine = _one(bench)

        ages = (timedelta(minutes=6), *([timedelta(minutes=-6)] if bench.fixtures.future_is_refused else []))
        for age in ages:
            with pytest.raises(Forged):
                bench.adapter.verify_webhook(genuine, [bench.webhook_secret], datetime.now(UTC) + age)

    def test_a_webhook_says_what_happened(self, bench: Bench) -> None:
        story = _story(bench)

        states = {state for _, state in _states(bench, story)}

        assert {S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_RETURNED} <= states

    def test_every_event_has_an_id_of_its_own_and_duplicates_keep_it(self, bench: Bench) -> None:
        story = _story(bench)
        bench.simulator.outbox.replay(seed=1)
        bench.receiver.wait_for(2 * len(story))

        bodies = {each.body: bench.adapter.read_webhook(each).event_id for each in bench.receiver.inbound}

        assert len(bodies) == len(set(bodies.values()))
        assert all(bodies.values())

    def test_doubled_and_reversed_webhooks_say_the_same(self, bench: Bench) -> None:
        story = _story(bench)

        forwards, backwards = _states(bench, story), _states(bench, [*reversed(story), *story])

        assert forwards == backwards

    def test_a_word_that_is_not_known_is_loud(self, bench: Bench) -> None:
        payout = bench.payout()
        bench.create(payout)
        inbound = _moved(bench, payout, bench.fixtures.unknown_word)

        with pytest.raises(Unmapped):
            bench.adapter.read_webhook(inbound)

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000])
    def test_what_cannot_be_read_is_loud(self, bench: Bench, body: bytes) -> None:
        with pytest.raises(Unmapped):
            bench.adapter.read_webhook(Inbound({}, body))
