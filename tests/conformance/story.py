"""An adapter's story: everything that it can do, once, well and ill, so that what it uses of its vendor can be noted.

Rule: nothing is promised here; the promises of the ports are beside this file.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.errors import ProviderError, Unmapped
from adapters.kit.ports import Checks, Listings
from adapters.kit.spec.uses import Watch, WatchedCall
from tests.conformance import dispute_bench, trials
from tests.conformance.bench import Bench
from tests.conformance.payment_bench import AUTHORISE, CAPTURE, INCREMENT, REFUND, REVERSE, VOID, authorise, payment

# A step that the provider does not claim is skipped, and one that it refuses has been tried.
_PAGES = 20  # of what happened in the story
_ENDS = (ProviderError, Unmapped, pytest.skip.Exception)


@dataclass
class Watched(Bench):
    """A bench whose calls are watched."""

    watch: Watch = field(default_factory=lambda: Watch(()))

    def call(self, key: str, *, operation: str = "create_payout", seconds: float = 5.0, **changes: Any) -> Call:
        """A call on a good connection to the simulator, watched."""
        made = super().call(key, operation=operation, seconds=seconds, **changes)
        self.calls[-1] = WatchedCall.of(made, self.watch)
        return self.calls[-1]


def story(bench: Bench) -> Watch:
    """What is used of the vendor when everything is done."""
    watch = Watch(tuple(bench.simulator.ROUTES))
    watched = Watched(bench.provider, bench.fixtures, bench.simulator, bench.http, bench.receiver, watch=watch)
    covered = bench.provider.manifest.coverage
    for domain, tell in (
        ("payouts", _payouts),
        ("payments", _payments),
        ("refunds", _refunds),
        ("disputes", _disputes),
    ):
        if domain in covered:
            watched.simulator.step_seconds = 3600.0 if domain == "payouts" else 0.01
            tell(watched)
    if isinstance(bench.adapter, Listings):
        _tried(lambda: _listed(watched))
    return watch


def _tried(act: Callable[[], Any]) -> None:
    with contextlib.suppress(*_ENDS):
        act()


def _payouts(bench: Bench) -> None:
    fixtures = bench.fixtures
    for rail, currency in fixtures.amounts:
        payout = bench.payout(rail, currency)
        seen = bench.create(payout)
        bench.look_up(payout)
        payout.provider_reference = seen.provider_reference
        bench.look_up(payout)
        if isinstance(bench.adapter, Checks):
            bench.adapter.check_payout(bench.call("", operation="check_payout"), payout, bench.beneficiary(payout))
    for word in fixtures.words.values():
        payout = bench.payout()
        bench.create(payout)
        bench.move(payout, word)
        bench.look_up(payout)
        _tried(lambda payout=payout: bench.adapter.cancel_payout(bench.call("", operation="cancel_payout"), payout))
    cancelled = bench.payout()
    bench.create(cancelled)
    _tried(lambda: bench.adapter.cancel_payout(bench.call("stop", operation="cancel_payout"), cancelled))
    _tried(lambda: bench.create(bench.payout(), credentials=fixtures.wrong_credentials))
    if fixtures.decline is not None:
        declined = bench.payout()
        fixtures.decline(declined)
        _tried(lambda: bench.create(declined))


def _listed(bench: Bench) -> None:
    cursor = ""
    for _ in range(_PAGES):
        since = datetime.now(UTC) - timedelta(hours=1)
        cursor = bench.adapter.list_changes(bench.call("", operation="list_changes"), since, cursor).next_cursor
        if not cursor:
            return


def _payments(bench: Bench) -> None:
    fixtures = bench.fixtures.payments
    assert fixtures is not None
    for name in (AUTHORISE, CAPTURE, INCREMENT, VOID, REVERSE):
        _tried(lambda name=name: _taken(bench, name))
    _tried(lambda: authorise(bench, payment(bench, automatic=True)))
    _tried(lambda: authorise(bench, payment(bench), credentials=bench.fixtures.wrong_credentials))
    for code in fixtures.declines if fixtures.decline else ():
        declined = payment(bench)
        fixtures.decline(declined, code)  # type: ignore[misc] # the loop runs only where it is given
        _tried(lambda declined=declined: authorise(bench, declined))
    for provoke in (fixtures.partial, fixtures.step_up):
        if provoke is not None:
            provoked = payment(bench)
            provoke(provoked)
            _tried(lambda provoked=provoked: _stepped(bench, provoked))


def _stepped(bench: Bench, provoked: Any) -> None:
    provoked.partial_approval_allowed = True
    seen = authorise(bench, provoked)
    fixtures = bench.fixtures.payments
    if seen.HasField("next_action") and fixtures is not None and fixtures.customer is not None:
        details = fixtures.customer(bench.simulator, seen, True)
        bench.adapter.continue_payment(bench.call("go-on", operation="continue_payment"), provoked, details)


def _refunds(bench: Bench) -> None:
    _tried(lambda: _taken(bench, REFUND))


def _taken(bench: Bench, name: str) -> None:
    step = trials.trial(bench, name)
    step.take()
    _tried(step.find)


def _disputes(bench: Bench) -> None:
    def answered() -> None:
        wanted = dispute_bench.dispute(bench)
        _tried(lambda: dispute_bench.look_up(bench, wanted))
        _tried(lambda: dispute_bench.submit(bench, wanted, [dispute_bench.document()]))
        _tried(lambda: dispute_bench.submit(bench, wanted))
        _tried(lambda: dispute_bench.look_up(bench, wanted))

    _tried(answered)
    _tried(lambda: dispute_bench.accept(bench, dispute_bench.dispute(bench)))
