"""Seeded runs of payouts and payments over two providers each: no double money, none lost, none silently stuck.

`CORRIDOR_SIMULATION_SEEDS=FIRST:COUNT` runs others, `CORRIDOR_SIMULATION_PROVIDERS=a,b` over two of one's choice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from server.domains.payouts import flows as payout_flows
from server.platform.providers import sending
from server.store.attempts import Outcome
from server.store.embedded import Embedded
from tests.chaos.simulation import dice
from tests.chaos.simulation.run import Failed, Ground, Run
from tests.database import fresh_database, worker

USUAL = {"payouts": 100, "payments": 100}  # some 0.2 s of CPU a run, and half of that again in PostgreSQL
_CAUGHT_WITHIN = 60  # seeds, when a rule is broken on purpose


@contextmanager
def ground(postgres: Embedded, migrated: str, directory: Path, name: str) -> Iterator[Ground]:
    """A database of its own, as a company of the simulation finds it."""
    url = fresh_database(postgres, f"simulation_{name}_{worker()}", template=migrated)
    with psycopg.connect(url, autocommit=True) as owner:
        made = Ground(url, directory, owner)
        try:
            yield made
        finally:
            made.close()


def runs() -> list[tuple[str, int, int]]:
    """Every batch of every domain."""
    return [(domain, first, count) for domain, usual in USUAL.items() for first, count in dice.batches(usual)]


@pytest.mark.parametrize(("domain", "first", "count"), runs())
def test_whatever_happens_no_money_moves_twice_and_nothing_is_lost(
    postgres: Embedded, migrated: str, tmp_path: Path, domain: str, first: int, count: int
) -> None:
    failed = []
    with ground(postgres, migrated, tmp_path, "runs") as here:
        for seed in range(first, first + count):
            try:
                Run(here, domain, seed).play()
            except Failed as failure:
                failed.append(str(failure))

    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("domain", USUAL)
def test_a_seed_is_replayed_exactly(postgres: Embedded, migrated: str, tmp_path: Path, domain: str) -> None:
    traces = []
    for turn in ("first", "second"):
        with ground(postgres, migrated, tmp_path, turn) as here:
            traces.append([Run(here, domain, seed).play() for seed in range(1, 6)])

    assert traces[0] == traces[1]


def test_a_run_depends_on_its_seed_alone(postgres: Embedded, migrated: str, tmp_path: Path) -> None:
    with ground(postgres, migrated, tmp_path, "after") as here:
        after_others = [Run(here, "payouts", seed).play() for seed in (1, 2, 3)][-1]
    with ground(postgres, migrated, tmp_path, "alone") as here:
        alone = Run(here, "payouts", 3).play()

    assert alone == after_others


def _unknown_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that may have acted counts as one that did nothing: the next try may go elsewhere."""
    monkeypatch.setattr(sending, "MAY_HAVE_ACTED", {Outcome.ANSWERED})


def _lost_answer_did_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an `Unknown` says of a payout is that it was refused, so that its company pays it again."""
    monkeypatch.setattr(payout_flows, "perhaps", lambda payout, word: payout_flows.refused(payout, word))


def _nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payout that was sent is never asked about: where no webhook tells, it stays open."""
    monkeypatch.setattr(sending.Sending, "follow", lambda *_: sending.Done())


BREAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an Unknown goes elsewhere": _unknown_may_go_on,
    "a lost answer counts as a refusal": _lost_answer_did_nothing,
    "nobody asks": _nobody_asks,
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_rule_is_caught(
    postgres: Embedded, migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    BREAKS[broken](monkeypatch)

    with ground(postgres, migrated, tmp_path, "broken") as here:
        caught = next((seed for seed in range(1, _CAUGHT_WITHIN) if _fails(here, seed)), None)

    assert caught is not None


def _fails(here: Ground, seed: int) -> bool:
    try:
        Run(here, "payouts", seed).play()
    except Failed:
        return True
    return False
