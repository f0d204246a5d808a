"""A review for a terminal: worst first, each change with what it is, why it matters, what to do, and whom it touches.

Rule: never wider than the terminal, colour only where somebody looks; every colour also stands there as a word.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator

import click

from server.cli.contracts.review import visible
from server.cli.contracts.review.model import Change, Review, Verdict
from server.cli.contracts.review.reports import words
from server.cli.contracts.review.reports.side_by_side import Files, unified

_COLOURS = {Verdict.BREAKING: "red", Verdict.NOTICE: "yellow", Verdict.ADDITIVE: "green"}
_LINES = 18
_NAMED = 6
_CALLERS = 5
_LEAST, _MOST = 60, 120


def render(review: Review, *, width: int | None = None, colour: bool | None = None) -> str:
    """The review as text. Width and colour are those of the terminal, unless they are given."""
    if colour is None:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    review = visible.of(review)
    wide = shutil.get_terminal_size((100, 24)).columns if width is None else width
    text = _Text(review, max(_LEAST, min(_MOST, wide)))
    lines = "\n".join(text.lines(review)).rstrip() + "\n"
    return lines if colour else click.unstyle(lines)


class _Text:
    def __init__(self, review: Review, width: int) -> None:
        self._files = Files(review)
        self._width = width

    def lines(self, review: Review) -> Iterator[str]:
        if not review.changes:
            yield words.NOTHING
            yield from self._problems(review)
            return
        yield from self._summary(review)
        standing = words.standing(review)
        for verdict in words.VERDICTS:
            found = [change for change in standing if change.judged is verdict]
            if found:
                yield from self._section(words.NAMES[verdict].upper(), _COLOURS[verdict], found, review.days)
        if exempted := words.exempted(review):
            yield from self._section(words.EXEMPTED.upper(), "cyan", exempted, review.days)
        yield from self._problems(review)
        yield "─" * self._width
        yield from self._verdict(review)

    def _summary(self, review: Review) -> Iterator[str]:
        yield f"{review.before.title} → {review.after.title}"
        yield from self._verdict(review)
        answer = words.answer(review)
        yield from self._wrapped(f"Answer: {answer.short} {answer.long}")
        for line in (words.harm(review), self._owners(words.owners(review))):
            if line:
                yield from self._wrapped(line)

    def _verdict(self, review: Review) -> Iterator[str]:
        mark = f"{words.MARKS[review.verdict]} {words.NAMES[review.verdict].upper()}"
        first, *others = self._wrapped(f"{mark}  {words.tally(review)}")
        yield first.replace(mark, click.style(mark, fg=_COLOURS[review.verdict], bold=True), 1)
        yield from others

    def _section(self, title: str, colour: str, changes: list[Change], days: int) -> Iterator[str]:
        yield ""
        head = f"── {title} ({len(changes)}) "
        yield click.style(head + "─" * (self._width - len(head)), fg=colour, bold=True)
        for group in words.groups(changes):
            yield ""
            yield click.style(group.package, bold=True) + (f"  {self._owners(group.owners)}" if group.owners else "")
            for change in group.changes:
                yield ""
                yield from self._change(change, colour, days)

    def _change(self, change: Change, colour: str, days: int) -> Iterator[str]:
        mark = click.style(f"{words.MARKS[change.judged]} {words.NAMES[change.judged]}", fg=colour, bold=True)
        yield f"  {mark}  {change.rule.id}  {click.style(f'({words.KINDS[change.rule.kind]})', dim=True)}"
        yield from self._wrapped(click.style(change.element, bold=True), 4, 6)
        if where := words.where(change):
            yield f"    {click.style(where, dim=True)}"
        yield from self._wrapped(change.detail, 4, 4)
        yield from self._difference(change)
        if change.exemption:
            said = change.exemption
            yield from self._labelled("Exempted", f"by {said.owner} until {said.expires}: {said.reason}")
        if change.judged is not Verdict.ADDITIVE:
            yield from self._labelled("Why", change.rule.why)
        yield from self._labelled("Instead", change.rule.instead)
        for title, names in words.touches(change):
            yield from self._labelled(title, words.clustered(names, _NAMED))
        callers = words.callers(change, days)
        yield from self._labelled("Callers", callers)
        found = (change.touched.callers or ()) if callers else ()
        for each in found[:_CALLERS]:
            yield from self._wrapped(words.caller(each), 16, 18)
        if len(found) > _CALLERS:
            yield f"{'':16}and {len(found) - _CALLERS} more"

    def _difference(self, change: Change) -> Iterator[str]:
        """What differs between both texts, shortened."""
        shown = list(unified(self._files.rows(change)))
        for mark, line in shown[:_LINES]:
            room = self._width - 8
            cut = line if len(line) <= room else f"{line[: room - 1]}…"
            colour = {"-": "red", "+": "green"}.get(mark)
            yield click.style(f"      {mark} {cut}".rstrip(), fg=colour, dim=colour is None)
        if len(shown) > _LINES:
            yield click.style(f"      ⋯ {words.count(len(shown) - _LINES, 'more line')}", dim=True)

    def _problems(self, review: Review) -> Iterator[str]:
        if found := words.problems(review):
            yield ""
            for line in found:
                yield from self._wrapped(f"! {line}", 0, 2)

    def _labelled(self, label: str, text: str) -> Iterator[str]:
        if text:
            lines = textwrap.wrap(text, self._width - 16, break_long_words=False, break_on_hyphens=False)
            yield f"    {click.style(f'{label:<12}', dim=True)}{lines[0]}"
            yield from (f"{'':16}{line}" for line in lines[1:])

    def _wrapped(self, text: str, first: int = 0, later: int = 0) -> Iterator[str]:
        yield from textwrap.wrap(
            text,
            self._width,
            initial_indent=" " * first,
            subsequent_indent=" " * later,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _owners(self, owners: tuple[str, ...]) -> str:
        return f"Owners: {', '.join(owners)}" if owners else ""
