"""The promises of the listings port. Every adapter that implements it keeps them, against its simulator over HTTP.

Rule: no webhook arrives here; what the list does not tell is not known.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.kit.errors import Misconfigured
from adapters.kit.ports import Listing, Observation
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from tests.conformance.bench import CANARIES, Bench
from tests.conformance.trials import trial

S = PayoutState
SINCE = timedelta(minutes=10)


def pages(bench: Bench, since: datetime | None = None, **changes: Any) -> Iterator[Listing]:
    """Every page since a time, by default since a little ago."""
    cursor, wanted = "", since or datetime.now(UTC) - SINCE
    for _ in range(100):
        call = bench.call("", operation="list_changes", **changes)
        listing = bench.adapter.list_changes(call, wanted, cursor)
        yield listing
        if not listing.next_cursor:
            return
        assert listing.next_cursor != cursor
        cursor = listing.next_cursor
    raise AssertionError("the list does not come to its end")


def told(bench: Bench, since: datetime | None = None, **changes: Any) -> list[Observation]:
    """Everything that was listed."""
    return [each for listing in pages(bench, since, **changes) for each in listing.observations]


def made(bench: Bench, *states: "PayoutState.ValueType") -> Payout:
    """A payout that the provider has brought through some states, as the server knows it."""
    payout = bench.payout()
    payout.provider_reference = bench.create(payout).provider_reference
    for state in states:
        bench.move(payout, bench.fixtures.words[state])
    return payout


def states(bench: Bench, payout: Payout, seen: list[Observation]) -> set[int]:
    """What was listed of a payout; what was told without a state is asked, as the server does it."""
    found = {
        each.state
        for each in seen
        if payout.payout_id == getattr(each, "payout_id", "") or payout.provider_reference == each.provider_reference
    }
    return (found - {S.PAYOUT_STATE_UNSPECIFIED}) | (
        {bench.look_up(payout).state} if S.PAYOUT_STATE_UNSPECIFIED in found else set()
    )


def _digest(seen: list[Observation]) -> list[bytes]:
    return sorted(each.SerializeToString(deterministic=True) for each in seen)


class ListingsConformance:
    """Subclass it where a fixture `bench` is given."""

    def test_a_story_whose_webhooks_were_all_dropped_is_told_by_the_list(self, bench: Bench) -> None:
        settled = made(bench, S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED)
        returned = made(bench, S.PAYOUT_STATE_PENDING, S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_RETURNED)

        seen = told(bench)

        assert S.PAYOUT_STATE_SETTLED in states(bench, settled, seen)
        assert S.PAYOUT_STATE_RETURNED not in states(bench, settled, seen)
        assert S.PAYOUT_STATE_RETURNED in states(bench, returned, seen)

    def test_amounts_that_are_listed_are_those_that_were_asked_for(self, bench: Bench) -> None:
        wanted = {}
        for rail, currency in bench.fixtures.amounts:
            payout = bench.payout(rail, currency)
            wanted[bench.create(payout).provider_reference] = payout.amount

        for seen in told(bench, credentials=bench.fixtures.credentials_for(*bench.fixtures.amounts[0])):
            if seen.HasField("amount"):
                assert wanted[seen.provider_reference] == seen.amount

    def test_pages_join_without_gap_or_double(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(3):
            made(bench, S.PAYOUT_STATE_SETTLED)
        whole = told(bench)
        monkeypatch.setattr(f"adapters.{bench.provider.name}.listings.PAGE_SIZE", 2)

        listed = list(pages(bench))

        assert len(listed) > 1
        assert _digest(whole) == _digest([each for listing in listed for each in listing.observations])

    def test_what_happens_between_two_pages_hides_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        before = [made(bench, S.PAYOUT_STATE_SETTLED) for _ in range(4)]
        monkeypatch.setattr(f"adapters.{bench.provider.name}.listings.PAGE_SIZE", 2)
        seen: list[Observation] = []

        for listing in pages(bench):
            seen += listing.observations
            if len(seen) < 12:  # the list grows while it is read, and comes to its end all the same
                made(bench)

        known = {each.provider_reference for each in seen}
        assert {payout.provider_reference for payout in before} <= known

    def test_an_unknown_word_is_loud_and_does_not_stop_the_rest(self, bench: Bench) -> None:
        odd, settled = made(bench), made(bench, S.PAYOUT_STATE_SETTLED)
        bench.move(odd, bench.fixtures.unknown_word)

        listed = list(pages(bench))

        assert bench.fixtures.unknown_word in "".join(str(each) for listing in listed for each in listing.unread)
        seen = [each for listing in listed for each in listing.observations]
        assert S.PAYOUT_STATE_SETTLED in states(bench, settled, seen)

    def test_what_happened_before_is_not_listed_and_what_happened_since_is(self, bench: Bench) -> None:
        payout = made(bench, S.PAYOUT_STATE_SETTLED)

        assert [] == told(bench, datetime.now(UTC) + timedelta(hours=1))
        assert states(bench, payout, told(bench, datetime.now(UTC) - timedelta(seconds=90)))

    def test_others_objects_are_not_listed(self, bench: Bench) -> None:
        made(bench, S.PAYOUT_STATE_SETTLED)

        assert [] == told(bench, credentials=bench.fixtures.other_account)

    def test_asking_changes_nothing(self, bench: Bench) -> None:
        made(bench, S.PAYOUT_STATE_SETTLED)
        books, asked = bench.simulator.books(), len(bench.simulator.requests)

        first, second = told(bench), told(bench)

        writes = {route.operation for route in bench.simulator.ROUTES if route.writes}
        assert (books, _digest(first)) == (bench.simulator.books(), _digest(second))
        assert not writes & {operation for operation, _ in bench.simulator.requests[asked:]}

    def test_refused_credentials_are_ours_to_mend(self, bench: Bench) -> None:
        with pytest.raises(Misconfigured) as refused:
            told(bench, credentials=bench.fixtures.wrong_credentials)

        assert refused.value.credentials

    def test_nothing_sensitive_is_kept_of_a_list(self, bench: Bench) -> None:
        made(bench, S.PAYOUT_STATE_SETTLED)
        kept = len(bench.calls)

        told(bench)

        shown = "".join(repr(each) for call in bench.calls[kept:] for each in (call, *call.exchanges))
        assert not [canary for canary in (*CANARIES, *_secrets(bench)) if canary in shown]


class PaymentListingsConformance:
    """As above, for payments and refunds."""

    @pytest.mark.parametrize("name", ["authorise", "capture", "void", "refund"])
    def test_a_step_whose_webhooks_were_all_dropped_is_told_by_the_list(self, bench: Bench, name: str) -> None:
        tried = trial(bench, name)
        taken = tried.take()

        def listed() -> bool:
            return any(
                each.payment_id == taken.payment_id and each.step == taken.step and each.state == tried.find().state
                for each in told(bench)
                if hasattr(each, "step")
            )

        bench.wait_until(listed, seconds=5.0)


def _secrets(bench: Bench) -> list[str]:
    named = {each.name for each in bench.provider.manifest.credentials if each.secret}
    return [value for name, value in bench.fixtures.credentials.items() if name in named]
