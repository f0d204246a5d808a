"""Who is touched by each change of a review: adapters, files of the server, events, documents, and real callers.

Rule: nothing is declared. Code is read, documents are searched, and calls were counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from server.cli.contracts.review import touched_callers
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Caller, Change, Kind, Review, Rule, Side, Touched, Verdict
from server.cli.contracts.review.touched_code import Code
from server.cli.contracts.review.touched_contract import Graph, snake
from server.cli.contracts.review.touched_documents import Documents

_OF_THE_CALL = ("IDEMPOTENCY_", "DEADLINE_")

_SENT = re.compile(r"^\| `([^`]+)` \| sent \|$", re.MULTILINE)


def fill(review: Review, root: Path, usage: Mapping[str, Any] | None) -> None:
    """Say of each change whom it touches, in the checkout at `root` and by the counts of `usage`."""
    Finding(review.before, review.after, root, usage).fill(review)


class Finding:
    """Everything that is indexed once for all changes; what no change asks for is not."""

    def __init__(self, before: Side, after: Side, root: Path, usage: Mapping[str, Any] | None) -> None:
        self._root = root
        self._counts = touched_callers.Usage(usage) if usage is not None else None
        self._sides = (_Searched(before, root), _Searched(after, root))
        self._sent: dict[str, set[str]] | None = None
        self._known: dict[tuple[str, str], Touched] = {}

    def fill(self, review: Review) -> None:
        """Say of each change of a review whom it touches."""
        review.days = self._counts.days if self._counts else 0
        for change in review.changes:
            change.touched = self.touched(change)

    def touched(self, change: Change) -> Touched:
        """Whom one change touches. Two changes of one element touch the same code."""
        key = (change.element, change.rule.id)
        if key not in self._known:
            self._known[key] = self._found(change)
        return self._known[key]

    def _found(self, change: Change) -> Touched:
        before, after = (side.graph.elements.get(change.element) for side in self._sides)
        searched = self._sides[0] if before else self._sides[1]
        element = before or after or searched.graph.find(change.element)
        if element is None:
            return Touched(callers=() if self._counts else None)
        if change.rule.kind is Kind.DOCS or (not before and after and change.judged is Verdict.ADDITIVE):
            # Words touch nobody, and nobody can have used what has not been there.
            return Touched(callers=() if self._counts else None)
        carriers = searched.graph.carrying(element)
        uses = searched.code.uses(element)
        callers, perhaps = self._callers(searched.graph, element, change)
        return Touched(
            adapters=tuple(self._adapters(searched, element, uses, change.rule)),
            flows=tuple(f"{path} ({', '.join(said)})" for path, said in uses.items() if path.startswith("server/")),
            events=searched.graph.announcing(element),
            examples=tuple(searched.documents.showing(element, carriers)),
            callers=callers,
            perhaps=perhaps,
        )

    def _callers(self, graph: Graph, element: Element, change: Change) -> tuple[tuple[Caller, ...] | None, int]:
        if self._counts is None:
            return None, 0
        return self._counts.callers(graph, element, graph.carrying(element), change)

    def _adapters(
        self, searched: "_Searched", element: Element, uses: Mapping[str, Iterable[str]], rule: Rule
    ) -> Iterator[str]:
        doing: dict[str, list[str]] = {}
        # An adapter sees an RPC's types, its key and its time; never its path, nor who may call it.
        if element.kind is Is.RPC and (rule.kind in (Kind.WIRE, Kind.SOURCE) or rule.id.startswith(_OF_THE_CALL)):
            for name, method in searched.code.implementing(element).items():
                doing[name] = [f"implements {method}"]
        for path, said in uses.items():
            if path.startswith("adapters/"):
                doing.setdefault(path.split("/")[1], []).extend(said)
        for name, fields in self._told(searched.graph).items():
            if element.name in fields:
                doing.setdefault(name, []).append("tells its provider")
        for name in sorted(doing):
            yield f"{name} ({', '.join(dict.fromkeys(doing[name]))})"

    def _told(self, graph: Graph) -> dict[str, set[str]]:
        """By adapter, the fields that reach its provider, as `corridor adapter matrix` has seen and written it."""
        if self._sent is None:
            by_habit = {snake(name.rpartition(".")[2]): name for name in graph.fields}
            self._sent = {
                file.parent.name: {
                    full for path in _SENT.findall(file.read_text()) for full in _walk(graph, by_habit, path)
                }
                for file in sorted((self._root / "adapters").glob("*/CAPABILITIES.md"))
            }
        return self._sent


class _Searched:
    """One side, with where its names are searched for. Each part is made when it is first asked for."""

    def __init__(self, side: Side, root: Path) -> None:
        self._side, self._root = side, root
        self._graph: Graph | None = None
        self._code: Code | None = None
        self._documents: Documents | None = None

    @property
    def graph(self) -> Graph:
        """What holds what."""
        self._graph = self._graph or Graph(self._side)
        return self._graph

    @property
    def code(self) -> Code:
        """The Python files."""
        self._code = self._code or Code(self._root, self.graph)
        return self._code

    @property
    def documents(self) -> Documents:
        """The documents."""
        self._documents = self._documents or Documents(self._root, self.graph)
        return self._documents


def _walk(graph: Graph, by_habit: Mapping[str, str], path: str) -> Iterator[str]:
    """The full names of the fields along a path such as `payout.amount.currency_code`."""
    first, *others = path.split(".")
    message = by_habit.get(first, "")
    for name in others:
        if name not in graph.fields.get(message, {}):
            return
        yield f"{message}.{name}"
        message = graph.types.get(f"{message}.{name}", "")
