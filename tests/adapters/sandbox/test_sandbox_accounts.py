"""The sandbox's accounts: each API key opens one of its own, with its own payments and its own webhooks."""

from collections.abc import Iterator

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Misconfigured
from adapters.sandbox import wire
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.conformance import payment_bench as at
from tests.conformance.bench import Bench
from tests.conformance.bench import bench as running

OTHER = {"api_key": "sbx_another_account"}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running(providers()["sandbox"], FIXTURES) as made:
        made.simulator.step_seconds = 0.005
        yield made


def test_accounts_see_nothing_of_each_other(bench: Bench) -> None:
    payment = at.authorised(bench)

    call = bench.call("", operation="look_up_payment", credentials=OTHER)
    assert bench.adapter.look_up_payment(call, payment) is None
    with pytest.raises(Misconfigured):
        at.act(bench, payment, at.action(payment, "capture", 1), "capture", credentials=OTHER)


def test_accounts_keys_are_their_own(bench: Bench) -> None:
    ours, theirs = at.payment(bench), at.payment(bench)

    at.authorise(bench, ours, key="the-same")
    at.authorise(bench, theirs, key="the-same", credentials=OTHER)

    assert 12_340 == at.booked(bench, "payment", ours.payment_id)
    assert 12_340 == at.booked(bench, "payment", theirs.payment_id)


def test_an_account_s_webhooks_go_where_it_says_and_no_other_account_s_do(bench: Bench) -> None:
    bench.simulator.outbox.targets = []
    wanted = {"url": bench.receiver.url, "secret": bench.webhook_secret}
    wire.send(bench.call("", operation="set_webhook"), "POST", "/v1/webhooks", writes=True, json=wanted)
    theirs, ours = at.payment(bench), at.payment(bench)

    at.authorise(bench, theirs, credentials=OTHER)
    at.authorise(bench, ours)

    bench.receiver.wait_for(1)
    bench.wait_until(lambda: len(bench.simulator.outbox.events) == 2)
    assert [ours.payment_id] == [seen.payment_id for seen in at.observations(bench)]
