"""The report of a drill, in Markdown: what was lost, what happened, and whether the books agree.

Rule: it reads by itself, to somebody who was not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.cli.drills.trial import Outcomes


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill as a whole."""

    domain: str
    primary: str
    standby: str
    primary_title: str
    standby_title: str
    began: datetime
    seconds: float
    per_second: float
    trials: Sequence[Outcomes]

    @property
    def passed(self) -> bool:
        """Whether every trial went as it should."""
        return all(trial.passed for trial in self.trials)


def summary(drill: Drill) -> str:
    """What came out, in a sentence or two."""
    count, asked = len(drill.trials), sum(trial.asked for trial in drill.trials)
    moved = [trial.moved_seconds for trial in drill.trials if trial.moved_seconds is not None]
    if drill.passed:
        return (
            f"Lost in {count} ways under load, with {drill.standby} standing by: {asked} {drill.domain}, none lost, "
            f"none doubled, no caller noticed; traffic moved within {max(moved):.1f} s."
        )
    wrong = [trial.mode.name for trial in drill.trials if not trial.passed]
    return f"Lost in {count} ways under load: not as it should be with {', '.join(wrong)}."


def markdown(drill: Drill) -> str:
    """The whole report."""
    return "\n".join((*_head(drill), *_table(drill), *_reading(drill), *_each(drill), *_repeat(drill))) + "\n"


def _head(drill: Drill) -> list[str]:
    verdict = "**Passed.**" if drill.passed else "**Not passed.**"
    return [
        f"# Failover drill: {drill.domain} from {drill.primary_title} to {drill.standby_title}",
        "",
        f"{drill.began:%d %B %Y, %H:%M} UTC, {drill.seconds / 60:.1f} minutes. {verdict} {summary(drill)}",
        "",
        f"In a company of the sandbox, callers asked for {drill.per_second:g} {drill.domain} a second. "
        f"{drill.primary_title} served them and {drill.standby_title} stood by, each as a simulator that speaks the "
        f"vendor's own protocol. Then {drill.primary_title} was lost, in one way after another, and found again.",
        "",
    ]


def _table(drill: Drill) -> list[str]:
    rows = [
        "## What happened",
        "",
        f"| lost by | {drill.domain} | by the primary | by the standby | moved after | failed before that "
        "| not known at first | back after | usual wait | longest wait | verdict |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for trial in drill.trials:
        share = f"{trial.failed_before} of {trial.tried_before}"
        rows.append(
            f"| {trial.mode.name} | {trial.asked} | {trial.over_primary} | {trial.over_standby} "
            f"| {_seconds(trial.moved_seconds)} | {share} | {trial.unknown} | {_seconds(trial.back_seconds)} "
            f"| {_seconds(trial.typical_wait_seconds)} | {_seconds(trial.longest_wait_seconds)} "
            f"| {'passed' if trial.passed else '**not passed**'} |"
        )
    return [*rows, ""]


def _reading(drill: Drill) -> list[str]:
    return [
        "## How to read it",
        "",
        f"- *moved after*: from the loss until several in a row went to the standby, {drill.standby}.",
        f"- *failed before that*: tries at {drill.primary} that ended without an answer until then, of all tries.",
        "- *not known at first*: the provider may have acted, so it was asked afterwards. None of them went elsewhere.",
        f"- *back after*: from the end of the loss until most went to {drill.primary} again, in growing shares.",
        "- *wait*: from the acceptance of a call until a provider had it. Callers had their answer long before.",
        "",
    ]


def _each(drill: Drill) -> list[str]:
    lines = ["## Each way of losing it", ""]
    for trial in drill.trials:
        lines += [f"### {trial.mode.name}: {trial.mode.title}", "", trial.mode.meaning, ""]
        lines += [f"- {'✓' if finding.holds else '✗ **wrong:**'} {finding.text}" for finding in trial.findings]
        lines.append("")
    return lines


def _repeat(drill: Drill) -> list[str]:
    return [
        "## Once more",
        "",
        f"    corridor drill {drill.domain} --from {drill.primary} --to {drill.standby}",
        "",
        "The simulators act as the vendors' documents say. That the vendors do is for their own sandboxes to show.",
    ]


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"
