"""Two texts of an element beside each other: lines aligned and numbered as in their files, changed words marked.

Rule: what is shown is what the files say. Only a side without text is shown as its descriptor is written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from server.cli.contracts.review.model import Change, Review
from server.cli.contracts.review.reports.proto_text import Token, extent, tokens
from server.cli.contracts.review.visible import lines, visible

CONTEXT = 2
_LONGEST = 40
_SIMILAR = 0.4
# A replaced block of more lines than this is aligned as it stands: comparing each with each takes too long.
_COMPARED = 24


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one side. Number 0 stands for a text that is not a file's."""

    number: int
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each side, or of one where the other has no counterpart. Without both, `hidden` lines are left out."""

    before: Line | None
    after: Line | None
    changed: bool
    hidden: int = 0


class Files:
    """The texts of a review, compared file by file, each pair once."""

    def __init__(self, review: Review) -> None:
        self._before = {name: _lines_of(text) for name, text in review.before.texts.items()}
        self._after = {name: _lines_of(text) for name, text in review.after.texts.items()}
        self._pairs: dict[str, list[tuple[int, int]]] = {}

    def rows(self, change: Change) -> list[Row]:
        """The element of a change on both sides; nothing where there is no text to show."""
        old, new = change.before_place, change.after_place
        before = self._lines(self._before, old.file or new.file)
        after = self._lines(self._after, new.file or old.file)
        told = (old.line or not change.before) and (new.line or not change.after) and (change.before or change.after)
        if before is None or after is None or not told:
            first, second = _lines_of(change.before), _lines_of(change.after)
            pairs = _aligned(first, second)
            window = _Window(first, second, pairs, range(len(first)), range(len(second)), numbered=False)
            return window.rows(_focus(change))
        # Of what is new or gone, the other side's place is its holder's: its neighbours are shown there, not all of it.
        extents = (
            extent(before, old) if change.before else range(0),
            extent(after, new) if change.after else range(0),
        )
        if change.rule.id.startswith("COMMENT_"):  # of a message, what stands above it, and none of its fields
            extents = _above(before, extents[0]), _above(after, extents[1])
        if old.file and new.file and old.file != new.file:
            pairs = _moved(before, after, *extents)
        else:
            pairs = self._pairs_of(old.file or new.file, before, after)
        return _Window(before, after, pairs, *extents, numbered=True).rows(_focus(change))

    def _lines(self, texts: dict[str, list[str]], file: str) -> list[str] | None:
        """A file's lines: none for one that is not on this side, None where this side has no texts at all."""
        return texts.get(file, []) if texts else None

    def _pairs_of(self, file: str, before: list[str], after: list[str]) -> list[tuple[int, int]]:
        if file not in self._pairs:
            self._pairs[file] = _aligned(before, after)
        return self._pairs[file]


def _lines_of(text: str) -> list[str]:
    return [visible(line) for line in lines(text)]


def unified(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Rows as one column: each line with `-`, `+` or a space before it, `⋯` where lines are left out."""
    waiting: list[str] = []
    for row in rows:
        if row.changed:
            if row.before:
                yield "-", _text(row.before)
            waiting += [_text(row.after)] if row.after else []
            continue
        yield from (("+", line) for line in waiting)
        waiting = []
        if row.hidden:
            yield "⋯", f"{row.hidden} {'line' if row.hidden == 1 else 'lines'} left out"
        elif row.before:
            yield " ", _text(row.before)
    yield from (("+", line) for line in waiting)


def _text(line: Line) -> str:
    return "".join(token.text for token in line.tokens)


@dataclass(frozen=True, slots=True)
class _Window:
    """What is shown of two aligned texts: the element on both sides, with a little around what changed."""

    before: Sequence[str]
    after: Sequence[str]
    pairs: Sequence[tuple[int, int]]
    old: range
    new: range
    numbered: bool

    def rows(self, focus: re.Pattern[str] | None) -> list[Row]:
        """The rows. Of several places that changed, those that the focus finds, if it finds any."""
        inside = [index for index in range(len(self.pairs)) if self._inside(index)]
        changed = {index for index in inside if not self._same(index)}
        if focus:
            changed = self._focused(changed, focus) or changed
        shown = {near for index in changed for near in self._around(index)}
        if not changed:
            shown |= set(inside[:_LONGEST])
        heads = _head(self.before, self.old), _head(self.after, self.new)
        shown |= {index for index in inside if self.pairs[index][0] == heads[0] or self.pairs[index][1] == heads[1]}
        wanted = sorted(index for index in shown if 0 <= index < len(self.pairs))[: _LONGEST * 2]
        rows: list[Row] = []
        for place, index in enumerate(wanted):
            skipped = index - wanted[place - 1] - 1 if place else 0
            if skipped:
                rows.append(Row(None, None, False, hidden=skipped))
            rows.append(self._row(index))
        remaining = sum(index > wanted[-1] for index in inside) if wanted else 0
        return [*rows, Row(None, None, False, hidden=remaining)] if remaining else rows

    def _around(self, index: int) -> Iterator[int]:
        """A line with those around it, as far as no other element's change comes between."""
        yield index
        for step in (-1, 1):
            for near in range(index + step, index + step * (CONTEXT + 1), step):
                if not 0 <= near < len(self.pairs) or not (self._same(near) or self._inside(near)):
                    break
                yield near

    def _inside(self, index: int) -> bool:
        i, j = self.pairs[index]
        return i in self.old or j in self.new

    def _focused(self, changed: set[int], focus: re.Pattern[str]) -> set[int]:
        """The blocks of changed lines in which the focus is found."""
        found: set[int] = set()
        block: list[int] = []
        for index in [*sorted(changed), -1]:
            if block and index != block[-1] + 1:
                if any(focus.search(line) for each in block for line in self._lines(each)):
                    # A line of the element's own is what changed, however long the block that it stands in.
                    own = [each for each in block if any(focus.search(line) for line in self._lines(each))]
                    found |= set(own if self._paired(block) else block)
                block = []
            block.append(index)
        return found

    def _paired(self, block: Sequence[int]) -> bool:
        return all(min(self.pairs[index]) >= 0 for index in block)

    def _lines(self, index: int) -> Iterator[str]:
        i, j = self.pairs[index]
        yield from (self.before[i] for _ in "1" if i >= 0)
        yield from (self.after[j] for _ in "1" if j >= 0)

    def _same(self, index: int) -> bool:
        i, j = self.pairs[index]
        return i >= 0 and j >= 0 and self.before[i] == self.after[j]

    def _row(self, index: int) -> Row:
        i, j = self.pairs[index]
        if not self._same(index):
            # What the alignment laid beside the element, but belongs to another, is not its counterpart.
            i, j = (i if i in self.old else -1), (j if j in self.new else -1)
        old = tokens(self.before[i]) if i >= 0 else None
        new = tokens(self.after[j]) if j >= 0 else None
        if not self._same(index) and old is not None and new is not None:
            old, new = _marked(old, new)
        return Row(
            None if old is None else Line(i + 1 if self.numbered else 0, old),
            None if new is None else Line(j + 1 if self.numbered else 0, new),
            not self._same(index),
        )


def _focus(change: Change) -> re.Pattern[str] | None:
    """What the change's sentence names: values between backticks, numbers, words in capitals."""
    if not change.before or not change.after:
        return None
    named = re.findall(r"`([^`]+)`", change.detail)
    bare = re.sub(r"`[^`]+`", "", change.detail)
    named += re.findall(r"\b[0-9]+\b|\b[A-Z][A-Z_]{3,}\b", bare)
    # Verb and path are named together, and written apart.
    parts = {part for name in named for part in name.split() if len(part) > 1 or part.isdigit()}
    ends = (rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])" for part in sorted(parts))
    return re.compile("|".join(ends)) if parts else None


def _head(lines: Sequence[str], extent: range) -> int:
    """The line of an extent on which the element itself is declared; -2 where there is none."""
    return next((i for i in extent if i < len(lines) and not lines[i].lstrip().startswith("//")), -2)


def _above(lines: Sequence[str], extent: range) -> range:
    return range(extent.start, max(extent.start, _head(lines, extent) + 1))


def _marked(old: tuple[Token, ...], new: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    matcher = SequenceMatcher(None, [each.text for each in old], [each.text for each in new], autojunk=False)
    if matcher.ratio() < _SIMILAR:
        return old, new
    first, second = list(old), list(new)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            first[a:b] = [Token(each.kind, each.text, each.kind != "space" or b - a > 1) for each in old[a:b]]
            second[c:d] = [Token(each.kind, each.text, each.kind != "space" or d - c > 1) for each in new[c:d]]
    return tuple(first), tuple(second)


def _aligned(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Line by line, which belong together; -1 where one side has no counterpart."""
    pairs: list[tuple[int, int]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(range(a, b), range(c, d), strict=True)
        elif tag == "replace":
            pairs += _replaced(before, after, range(a, b), range(c, d))
        else:
            pairs += [(i, -1) for i in range(a, b)] + [(-1, j) for j in range(c, d)]
    return pairs


def _moved(before: Sequence[str], after: Sequence[str], old: range, new: range) -> list[tuple[int, int]]:
    """The lines of an element that moved to another file, of which the rest has nothing to do with it."""
    pairs = _aligned(before[old.start : old.stop], after[new.start : new.stop])
    return [(i + old.start if i >= 0 else -1, j + new.start if j >= 0 else -1) for i, j in pairs]


def _replaced(before: Sequence[str], after: Sequence[str], old: range, new: range) -> Iterator[tuple[int, int]]:
    """Lines of a replaced block: the most alike belong together, in order."""
    if not old or not new or len(old) * len(new) > _COMPARED**2:
        for place in range(max(len(old), len(new))):
            yield old[place] if place < len(old) else -1, new[place] if place < len(new) else -1
        return
    ratio, _, i, j = max(
        (_likeness(before[i], after[j]), -abs((i - old[0]) - (j - new[0])), i, j) for i in old for j in new
    )
    if ratio < _SIMILAR:
        yield from ((each, -1) for each in old)
        yield from ((-1, each) for each in new)
        return
    yield from _sides(before, after, range(old[0], i), range(new[0], j))
    yield i, j
    yield from _sides(before, after, range(i + 1, old[-1] + 1), range(j + 1, new[-1] + 1))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio()


def _sides(before: Sequence[str], after: Sequence[str], old: range, new: range) -> Iterator[tuple[int, int]]:
    if old and new:
        yield from _replaced(before, after, old, new)
    else:
        yield from ((each, -1) for each in old)
        yield from ((-1, each) for each in new)
