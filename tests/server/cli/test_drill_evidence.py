"""What a drill finds: it must see a payment that was doubled, lost or sent elsewhere, and say when traffic moved."""

from typing import Any

import pytest

from server.cli import drill
from server.cli.drills import evidence
from server.cli.drills.evidence import Attempt
from server.cli.drills.load import Asked
from server.cli.drills.subjects import Subject
from server.platform.providers.gates import PATIENCE_SECONDS
from server.store.attempts import Outcome

SUBJECT = Subject(
    "payouts", "/v1/payouts", "payout_id", "create_payout", "payout", frozenset({"PAYOUT_STATE_SETTLED"}),
    frozenset({"PAYOUT_STATE_FAILED"}), lambda number: {},
)  # fmt: skip


def asked(*names: str) -> list[Asked]:
    """Calls for 10.00 each."""
    return [Asked(number, name, 1000, 0.0, 0.01) for number, name in enumerate(names)]


def settled(*names: str) -> dict[str, dict[str, Any]]:
    """Resources that have settled."""
    return {name: {"payout_id": name, "state": "PAYOUT_STATE_SETTLED"} for name in names}


def booked(*names: str, amount_minor: int = 1000) -> list[dict[str, Any]]:
    """Entries of a vendor's books."""
    return [{"reference": name, "amount_minor": amount_minor, "currency_code": "EUR"} for name in names]


def tries(*made: tuple[str, str, Outcome]) -> list[Attempt]:
    """Attempts, a second after each other."""
    return [Attempt(name, where, outcome, float(at)) for at, (name, where, outcome) in enumerate(made)]


def wrong(**changes: Any) -> list[str]:
    """What is found wrong about two payouts of which everything is right but what is changed."""
    made = tries(("a", "one", Outcome.ANSWERED), ("b", "one", Outcome.ANSWERED))
    values = {"asked": asked("a", "b"), "refused": [], "found": settled("a", "b"), "books": booked("a", "b"),
              "made": made, "people": set()}  # fmt: skip
    found = evidence.findings(SUBJECT, **{**values, **changes})
    return [finding.text.partition(":")[0] for finding in found if not finding.holds]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert [] == wrong()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"refused": ["503"]}, ["Callers"]),
        ({"found": settled("a")}, ["Lost or silently stuck", "Ends"]),
        ({"found": settled("a") | {"b": {"state": "PAYOUT_STATE_SENT"}}}, ["Lost or silently stuck", "Ends"]),
        ({"found": settled("a") | {"b": {"state": "PAYOUT_STATE_SENT"}}, "people": {"b"}},
         ["Left for a person", "Ends"]),
        ({"found": settled("a") | {"b": {"state": "PAYOUT_STATE_FAILED"}}}, ["Ends"]),
        ({"books": booked("a", "b", "b")}, ["Paid twice, over both vendors' books", "Books"]),
        ({"books": booked("a")}, ["Books"]),
        ({"books": booked("a", "b", "c")}, ["Books"]),
        ({"books": [*booked("a"), *booked("b", amount_minor=999)]}, ["Books"]),
        ({"made": tries(("a", "one", Outcome.UNKNOWN), ("a", "two", Outcome.ANSWERED))},
         ["Sent elsewhere although the first might have acted"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes: dict[str, Any], named: list[str]) -> None:
    assert set(named) <= set(wrong(**changes))


def test_a_try_that_certainly_did_nothing_may_be_followed_elsewhere() -> None:
    made = tries(("a", "one", Outcome.UNAVAILABLE), ("a", "two", Outcome.ANSWERED))

    assert [] == evidence.sent_elsewhere(made)


def test_traffic_has_moved_when_several_in_a_row_go_elsewhere() -> None:
    there, here = ("x", "one", Outcome.UNAVAILABLE), ("y", "two", Outcome.ANSWERED)
    made = tries(there, here, there, *[here] * 5, there)

    assert 3.0 == evidence.moved_at(made, "two", 0.0)
    assert None is evidence.moved_at(made, "two", 4.0)


def test_traffic_is_back_when_most_is_answered_there() -> None:
    there, failing = ("x", "one", Outcome.ANSWERED), ("x", "one", Outcome.UNKNOWN)
    here = ("y", "two", Outcome.ANSWERED)

    assert 5.0 == evidence.back_at(tries(*[here] * 5, *[there, here, there] * 4), "one", 5.0)
    assert None is evidence.back_at(tries(*[failing] * 20), "one", 0.0)
    assert None is evidence.back_at(tries(*[here] * 20), "one", 0.0)


def test_a_drill_waits_long_enough_to_learn_that_a_provider_hangs() -> None:
    assert PATIENCE_SECONDS < float(drill._SETTINGS["CORRIDOR_LEASE_SECONDS"])
