"""One trial: a fresh pair of vendors under load; the primary is lost in one way, and found again.

Rule: every trial has accounts, connections and books of its own, so that none explains another.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from adapters.kit.discovery import Provider
from server.cli.drills import evidence
from server.cli.drills.evidence import Attempt, Finding
from server.cli.drills.load import Load
from server.cli.drills.modes import Mode
from server.cli.drills.subjects import Subject
from server.cli.drills.vendors import Vendor
from server.cli.provision import Company
from server.cli.rest import Rest
from server.cli.stack import Stack
from server.store.attempts import Outcome
from server.store.engine import Store

_CALM_SECONDS = 1.5
_MOVE_SECONDS = 20.0
_AWAY_SECONDS = 2.0  # how long it stays lost after traffic has moved
_BACK_SECONDS = 45.0
_SETTLE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What trials share."""

    stack: Stack
    company: Company
    rest: Rest
    store: Store
    subject: Subject
    primary: Provider
    standby: Provider
    per_second: float
    directory: Path


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came out of a trial. Seconds are from the loss, or from the end of it."""

    mode: Mode
    asked: int
    over_primary: int
    over_standby: int
    moved_seconds: float | None
    failed_before: int
    tried_before: int
    unknown: int
    back_seconds: float | None
    typical_wait_seconds: float
    longest_wait_seconds: float
    findings: list[Finding]

    @property
    def passed(self) -> bool:
        """Whether everything that has to hold does."""
        return all(finding.holds for finding in self.findings)


def run(scene: Scene, mode: Mode, number: int) -> Outcomes:
    """Lose the primary in one way under load, find it again, and look at what is left."""
    primary, standby = (_vendor(scene, provider, f"{mode.name}-{place}")
                        for provider, place in ((scene.primary, "primary"), (scene.standby, "standby")))  # fmt: skip
    _route(scene, primary, standby)
    load = Load(scene.stack.gateway_url, scene.company.key, scene.subject, scene.per_second, number * 1_000_000)
    try:
        _watch(scene, lambda: False, _CALM_SECONDS)
        lost = time.time()
        primary.lose(mode)
        _watch(scene, lambda: _moved(scene, primary, standby, lost) is not None, _MOVE_SECONDS)
        _watch(scene, lambda: False, _AWAY_SECONDS)
        found = time.time()
        primary.find(mode)
        if mode.refuses_us:  # a person puts it right, as after a rotation of credentials
            _route(scene, primary, standby)
        _watch(scene, lambda: _back(scene, primary, standby, found) is not None, _BACK_SECONDS)
    finally:
        load.stop()
    _settle(scene, load)
    outcomes = _seen(scene, mode, load, primary, standby, lost, found)
    primary.retire()
    standby.retire()
    return outcomes


def _vendor(scene: Scene, provider: Provider, name: str) -> Vendor:
    vendor = Vendor(f"{provider.name}-{name}", provider, scene.stack.children, scene.directory / f"{name}.jsonl")
    vendor.start()
    vendor.connect(scene.rest, scene.stack.gateway_url)
    return vendor


def _route(scene: Scene, primary: Vendor, standby: Vendor) -> None:
    scene.rest.send("POST", "/v1/routes", {
        "domain": scene.subject.domain, "mode": "ROUTE_MODE_ON",
        "primary_connection_id": primary.connection_id, "standby_connection_id": standby.connection_id,
    })  # fmt: skip


def _watch(scene: Scene, over: Callable[[], bool], seconds: float) -> None:
    """Let time pass until something has happened, or so many seconds are over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not over():
        if failed := scene.stack.failed():
            raise click.ClickException(failed)
        time.sleep(0.1)


def _made(scene: Scene, *vendors: Vendor) -> list[Attempt]:
    ids = (vendor.connection_id for vendor in vendors)
    return evidence.attempts(scene.store, scene.company.company_id, scene.subject.operation, *ids)


def _moved(scene: Scene, primary: Vendor, standby: Vendor, since: float) -> float | None:
    return evidence.moved_at(_made(scene, primary, standby), standby.connection_id, since)


def _back(scene: Scene, primary: Vendor, standby: Vendor, since: float) -> float | None:
    return evidence.back_at(_made(scene, primary, standby), primary.connection_id, since)


def _settle(scene: Scene, load: Load) -> None:
    wanted = {each.resource_id for each in load.asked}

    def settled() -> bool:
        states = evidence.resources(scene.rest, scene.subject, wanted)
        left = {each for each in wanted if each not in states or states[each]["state"] not in scene.subject.ended}
        return not left or left <= evidence.with_a_person(scene.rest)

    _watch(scene, settled, _SETTLE_SECONDS)


def _seen(
    scene: Scene, mode: Mode, load: Load, primary: Vendor, standby: Vendor, lost: float, found: float
) -> Outcomes:
    made = _made(scene, primary, standby)
    moved = evidence.moved_at(made, standby.connection_id, lost)
    back = evidence.back_at(made, primary.connection_id, found)
    before = [each for each in made if lost <= each.start < (moved or found)]
    states = evidence.resources(scene.rest, scene.subject, {each.resource_id for each in load.asked})
    books = [*primary.books(scene.subject.books), *standby.books(scene.subject.books)]
    people = evidence.with_a_person(scene.rest)
    results = evidence.findings(scene.subject, load.asked, load.refused, states, books, made, people)
    results.append(Finding(moved is not None, f"Traffic moved {_after(lost, moved)}."))
    results.append(Finding(back is not None, f"Traffic came back {_after(found, back)}."))
    waits = _waits(load, made)
    return Outcomes(
        mode=mode,
        asked=len(load.asked),
        over_primary=len({each.resource_id for each in made if each.connection_id == primary.connection_id
                          and each.outcome not in _NOTHING}),
        over_standby=len({each.resource_id for each in made if each.connection_id == standby.connection_id
                          and each.outcome not in _NOTHING}),
        moved_seconds=moved - lost if moved else None,
        failed_before=sum(each.outcome != Outcome.ANSWERED for each in before),
        tried_before=len(before),
        unknown=len({each.resource_id for each in made if each.outcome == Outcome.UNKNOWN}),
        back_seconds=back - found if back else None,
        typical_wait_seconds=waits[len(waits) // 2] if waits else 0.0,
        longest_wait_seconds=waits[-1] if waits else 0.0,
        findings=results,
    )  # fmt: skip


_NOTHING = {Outcome.UNAVAILABLE, Outcome.MISCONFIGURED, Outcome.REJECTED}


def _waits(load: Load, made: list[Attempt]) -> list[float]:
    """How long each waited from its acceptance until a provider had it, or may have had it; the shortest first."""
    reached: dict[str, float] = {}
    for attempt in made:
        if attempt.outcome not in _NOTHING:
            reached.setdefault(attempt.resource_id, attempt.start)
    return sorted(max(0.0, reached[each.resource_id] - each.at) for each in load.asked if each.resource_id in reached)


def _after(since: float, at: float | None) -> str:
    return "never" if at is None else f"after {at - since:.1f} s"
